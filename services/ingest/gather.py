"""Reads what a batch of ingest needs: registrations, and what is known of its keys."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import sqlalchemy as sa

from credstream.contract import topics
from credstream.contract.codec import Codec
from credstream.contract.messages import Incoming, ReadMessage
from credstream.contract.records import Provider
from credstream.runtime.reference import providers
from credstream.storage.statements import keys_query, select_by_keys
from services.ingest.examine import Examined
from services.ingest.step import Facts
from services.ingest.tables import LAST, LOST, SEEN

_LAST = keys_query(sa.select(LAST), LAST.c.key)
_SEEN = keys_query(sa.select(SEEN), SEEN.c.key)
_LOST = keys_query(sa.select(LOST), LOST.c.key)


def registrations(
    codec: Codec, connection: sa.Connection, batch: Sequence[Incoming]
) -> Mapping[str, Provider]:
    """The registrations behind the topics of a batch, by provider: they say how to read it."""
    return providers(connection, codec, {_provider(message.topic) for message in batch})


def gather(connection: sa.Connection, batch: Sequence[ReadMessage[Examined]]) -> Facts:
    """What the keys that were found in a batch had before."""
    keys = {received.key for message in batch for received in message.record.received}
    last = select_by_keys(connection, _LAST, keys)
    seen = select_by_keys(connection, _SEEN, keys)
    # Only content that is known already can have been lost.
    known = {row.key for row in last}
    lost = select_by_keys(connection, _LOST, known) if known else ()
    return Facts(
        {row.key: row.digest for row in last},
        {(row.key, row.digest, row.submission) for row in seen},
        {row.key for row in lost},
    )


def unknown(codec: Codec, connection: sa.Connection, names: set[str]) -> set[str]:
    """The topics whose provider is not registered (yet)."""
    registered = providers(connection, codec, {_provider(name) for name in names})
    return {name for name in names if _provider(name) not in registered}


def _provider(topic: str) -> str:
    return (topics.provider_of(topic) or ("", ""))[1]
