"""Statements of the outbox: what is due, leased, finished."""

from __future__ import annotations

import sqlalchemy as sa

from credstream.contract.codec import Codec
from credstream.contract.records import Accredited, PublishedAward
from services.publisher.tables import OUTBOX, VERSIONS, WAITING


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
