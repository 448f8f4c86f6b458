"""Statements of the outbox: which deliveries are due, who makes one, how one ended."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from services.publisher.tables import OUTBOX, VERSIONS, WAITING

_EARLIER = OUTBOX.alias("earlier")
# Of one key, versions reach a channel in their order: one that is not finished holds up the next.
_FIRST_OF_ITS_KEY = ~(
    sa.exists()
    .where(_EARLIER.c.channel == OUTBOX.c.channel, _EARLIER.c.key == OUTBOX.c.key)
    .where(_EARLIER.c.version < OUTBOX.c.version, _EARLIER.c.state == WAITING)
)


@dataclass(frozen=True, slots=True)
class Lease:
    """One delivery that one worker alone may make until `until`, in milliseconds.

    `failures` counts the earlier tries that ended in an unexpected error, or with the process.
    """

    channel: str
    key: str
    version: int
    until: int
    failures: int


def due(connection: sa.Connection, channel: str, now: int, most: int) -> list[tuple[str, int]]:
    """Key and version of deliveries whose time has come, oldest first."""
    query = (
        sa.select(OUTBOX.c.key, OUTBOX.c.version)
        .where(OUTBOX.c.channel == channel, OUTBOX.c.state == WAITING, OUTBOX.c.due <= now)
        .where(_FIRST_OF_ITS_KEY)
        .order_by(OUTBOX.c.due, OUTBOX.c.key)
        .limit(most)
    )
    return [(row.key, row.version) for row in connection.execute(query)]


def lease(
    connection: sa.Connection, channel: str, delivery: tuple[str, int], now: int, until: int
) -> Lease | None:
    """Take a delivery until a moment; None where another worker took or finished it first.

    The try counts as a failure from now on, so that one that ends the process is counted;
    `postpone` writes what it was in the end.
    """
    row = _row(channel, *delivery)
    # Of two workers at once the second waits for the first's row lock, and then finds it leased.
    taken = connection.execute(
        sa.update(OUTBOX)
        .where(*row, OUTBOX.c.state == WAITING, OUTBOX.c.due <= now)
        .values(due=until, attempts=OUTBOX.c.attempts + 1)
    )
    if taken.rowcount != 1:
        return None
    tries = connection.execute(sa.select(OUTBOX.c.attempts).where(*row)).scalar_one()
    return Lease(channel, *delivery, until, tries - 1)


def finish(connection: sa.Connection, lease: Lease, state: str, note: str = "") -> bool:
    """Write how a delivery ended; False where its lease had ended and another worker took it."""
    return _changed(connection, lease, state=state, note=note[:500])


def postpone(connection: sa.Connection, lease: Lease, until: int, failures: int) -> bool:
    """Give a delivery back until its next try; False where another worker took it."""
    return _changed(connection, lease, due=until, attempts=failures)


def waiting(connection: sa.Connection, channel: str) -> int:
    query = sa.select(sa.func.count()).where(OUTBOX.c.channel == channel, OUTBOX.c.state == WAITING)
    return int(connection.execute(query).scalar_one())


def version(connection: sa.Connection, lease: Lease) -> tuple[bytes, bytes] | None:
    """The source and the published state of a version, as they are stored; None without one."""
    query = sa.select(VERSIONS.c.source, VERSIONS.c.published).where(
        VERSIONS.c.key == lease.key, VERSIONS.c.version == lease.version
    )
    row = connection.execute(query).one_or_none()
    return (row.source, row.published) if row else None


def _changed(connection: sa.Connection, lease: Lease, **values: str | int) -> bool:
    # Leases of one delivery end at different moments: the moment tells whose lease it is.
    own = (*_row(lease.channel, lease.key, lease.version), OUTBOX.c.due == lease.until)
    return connection.execute(sa.update(OUTBOX).where(*own).values(**values)).rowcount == 1


def _row(channel: str, key: str, version: int) -> tuple[sa.ColumnElement[bool], ...]:
    return OUTBOX.c.key == key, OUTBOX.c.version == version, OUTBOX.c.channel == channel
