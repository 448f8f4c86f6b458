"""Reads what a batch of publisher needs: the heads of its keys."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from credstream.contract.codec import Codec
from credstream.contract.messages import ReadMessage
from credstream.contract.paging import REPUBLISHED
from credstream.contract.records import Accredited, Again, PublishedAward, PublishedDefinition
from credstream.storage.statements import keys_query, select_by_keys
from services.publisher.channels.channel import Published
from services.publisher.step import Facts, Head
from services.publisher.tables import HEADS, VERSIONS

_HEADS = keys_query(sa.select(HEADS), HEADS.c.key)
# Without the source: it may be as large as a message, for each of hundreds of heads.
_LIGHT_HEADS = keys_query(
    sa.select(HEADS.c.key, HEADS.c.version, HEADS.c.digest, HEADS.c.status, HEADS.c.outcome),
    HEADS.c.key,
)
_PUBLISHED = keys_query(
    sa.select(VERSIONS.c.key, VERSIONS.c.published).join_from(
        HEADS, VERSIONS, (HEADS.c.key == VERSIONS.c.key) & (HEADS.c.version == VERSIONS.c.version)
    ),
    HEADS.c.key,
)


def gather(
    codec: Codec, connection: sa.Connection, batch: Sequence[ReadMessage[Accredited | Again]]
) -> Facts:
    """The heads of a batch's keys; a head's source is read only where an `Again` needs it."""
    keys = {key_of(message.record) for message in batch}
    again = {message.record.key for message in batch if isinstance(message.record, Again)}
    light = select_by_keys(connection, _LIGHT_HEADS, keys - again)
    heads = {row.key: _head(row, None) for row in light}
    for row in select_by_keys(connection, _HEADS, again):
        heads[row.key] = _head(row, codec.decode(row.source, Accredited))
    requests = [m.record for m in batch if isinstance(m.record, Again)]
    lost = {each.key for each in requests if each.cause == REPUBLISHED}
    return Facts(heads, _published(codec, connection, lost))


def _published(codec: Codec, connection: sa.Connection, keys: set[str]) -> dict[str, Published]:
    """What was last published of some keys."""
    rows = select_by_keys(connection, _PUBLISHED, keys)
    return {
        row.key: codec.decode(row.published, PublishedAward, PublishedDefinition) for row in rows
    }


def _head(row: sa.Row[Any], source: Accredited | None) -> Head:
    return Head(row.version, row.digest, row.status, row.outcome, source)


def key_of(record: Accredited | Again) -> str:
    return record.key if isinstance(record, Again) else record.record.key
