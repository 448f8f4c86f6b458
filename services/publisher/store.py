"""publisher's tables: the head of each key, every version, and the outbox."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from credstream.contract.codec import Codec
from credstream.contract.messages import Incoming
from credstream.contract.records import Accredited, Again, PublishedAward
from credstream.storage.statements import among, select_in, upsert
from credstream.storage.tables import METADATA
from services.publisher.step import Facts, Head, OutboxRow, VersionRow, head_of

HEADS = sa.Table(
    "heads",
    METADATA,
    sa.Column("key", sa.String(60), primary_key=True),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("digest", sa.String(64), nullable=False),
    sa.Column("status", sa.String(20), nullable=False),
    sa.Column("outcome", sa.String(20)),
    sa.Column("source", sa.LargeBinary, nullable=False),
)
VERSIONS = sa.Table(
    "versions",
    METADATA,
    sa.Column("key", sa.String(60), primary_key=True),
    sa.Column("version", sa.Integer, primary_key=True),
    sa.Column("source", sa.LargeBinary, nullable=False),
    sa.Column("published", sa.LargeBinary, nullable=False),
    sa.Column("change", sa.LargeBinary, nullable=False),
)
OUTBOX = sa.Table(
    "outbox",
    METADATA,
    sa.Column("key", sa.String(60), primary_key=True),
    sa.Column("version", sa.Integer, primary_key=True),
    sa.Column("channel", sa.String(20), primary_key=True),
    sa.Column("state", sa.String(20), nullable=False),
    sa.Column("attempts", sa.Integer, nullable=False),
    sa.Column("due", sa.BigInteger, nullable=False),
    sa.Column("note", sa.String(500), nullable=False),
)
_HEADS = among(sa.select(HEADS), HEADS.c.key)

WAITING, DELIVERED, WITHHELD, FAILED = "waiting", "delivered", "withheld", "failed"


def gather(codec: Codec, connection: sa.Connection, batch: Sequence[Incoming]) -> Facts:
    """The heads of a batch's keys; what they came from is read only where it is judged again."""
    keys = {key_of(message.record) for message in batch}
    again = {message.record.key for message in batch if isinstance(message.record, Again)}
    rows = select_in(connection, _HEADS, keys)
    return Facts({row.key: _known_head(codec, row, row.key in again) for row in rows})


def _known_head(codec: Codec, row: sa.Row[Any], whole: bool) -> Head:  # noqa: FBT001
    source = codec.decode(row.source, Accredited) if whole else None
    return Head(row.version, row.digest, row.status, row.outcome, source)


def key_of(record: Accredited | Again) -> str:
    return record.key if isinstance(record, Again) else record.record.key


def apply(codec: Codec, connection: sa.Connection, rows: Sequence[object]) -> None:
    versions = [row for row in rows if isinstance(row, VersionRow)]
    upsert(connection, HEADS, [_head(codec, row) for row in versions])
    upsert(connection, VERSIONS, [_version(codec, row) for row in versions])
    upsert(connection, OUTBOX, [_waiting(row) for row in rows if isinstance(row, OutboxRow)])


def due(connection: sa.Connection, channel: str, now: int, most: int) -> list[tuple[str, int]]:
    """Key and version of deliveries whose time has come, oldest first."""
    query = (
        sa.select(OUTBOX.c.key, OUTBOX.c.version)
        .where(OUTBOX.c.channel == channel, OUTBOX.c.state == WAITING, OUTBOX.c.due <= now)
        .order_by(OUTBOX.c.due, OUTBOX.c.key, OUTBOX.c.version)
        .limit(most)
    )
    return [(row.key, row.version) for row in connection.execute(query)]


def lease(
    connection: sa.Connection, channel: str, what: tuple[str, int], now: int, until: int
) -> bool:
    """Take a delivery for a while; False when another worker was quicker."""
    done = connection.execute(
        sa.update(OUTBOX)
        .where(*_one(channel, what), OUTBOX.c.state == WAITING, OUTBOX.c.due <= now)
        .values(due=until, attempts=OUTBOX.c.attempts + 1)
    )
    return done.rowcount == 1


def finish(
    connection: sa.Connection, channel: str, what: tuple[str, int], state: str, note: str = ""
) -> None:
    connection.execute(
        sa.update(OUTBOX).where(*_one(channel, what)).values(state=state, note=note[:500])
    )


def attempts(connection: sa.Connection, channel: str, what: tuple[str, int]) -> int:
    query = sa.select(OUTBOX.c.attempts).where(*_one(channel, what))
    return int(connection.execute(query).scalar_one())


def waiting(connection: sa.Connection, channel: str) -> int:
    query = sa.select(sa.func.count()).where(OUTBOX.c.channel == channel, OUTBOX.c.state == WAITING)
    return int(connection.execute(query).scalar_one())


def version(
    codec: Codec, connection: sa.Connection, key: str, number: int
) -> tuple[Accredited, PublishedAward]:
    """The source and the published state of one version of an award."""
    query = sa.select(VERSIONS).where(VERSIONS.c.key == key, VERSIONS.c.version == number)
    row = connection.execute(query).one()
    return codec.decode(row.source, Accredited), codec.decode(row.published, PublishedAward)


def _one(channel: str, what: tuple[str, int]) -> tuple[sa.ColumnElement[bool], ...]:
    key, number = what
    return OUTBOX.c.key == key, OUTBOX.c.version == number, OUTBOX.c.channel == channel


def _head(codec: Codec, row: VersionRow) -> dict[str, Any]:
    head = head_of(row)
    return {
        "key": row.published.key,
        "version": head.version,
        "digest": head.digest,
        "status": head.status,
        "outcome": head.outcome,
        "source": codec.encode(row.source),
    }


def _version(codec: Codec, row: VersionRow) -> dict[str, Any]:
    return {
        "key": row.published.key,
        "version": row.published.version,
        "source": codec.encode(row.source),
        "published": codec.encode(row.published),
        "change": codec.encode(row.change),
    }


def _waiting(row: OutboxRow) -> dict[str, Any]:
    return {
        "key": row.key,
        "version": row.version,
        "channel": row.channel,
        "state": WAITING,
        "attempts": 0,
        "due": 0,
        "note": "",
    }
