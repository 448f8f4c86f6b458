"""Messages that a worker died with in hand; most tables have no row."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import sqlalchemy as sa

from credstream.contract.messages import MessageId, Partition
from credstream.storage.tables import ATTEMPTS


@dataclass(frozen=True, slots=True)
class Attempt:
    """How often the code of one message, with no other in its batch, ended the process.

    `phase` is what the code did the last time.
    """

    deaths: int
    phase: str


def read(connection: sa.Connection) -> dict[MessageId, Attempt]:
    """All messages that are suspected."""
    rows = connection.execute(sa.select(ATTEMPTS))
    return {(r.topic, r.partition, r.offset): Attempt(r.deaths, r.phase) for r in rows}


def add(connection: sa.Connection, message: MessageId, deaths: int, phase: str) -> None:
    """Suspect a message, and add to its deaths."""
    topic, partition, offset = message
    values = {"topic": topic, "partition": partition, "offset": offset}
    counted = connection.execute(
        sa.update(ATTEMPTS)
        .where(*(ATTEMPTS.c[name] == value for name, value in values.items()))
        .values(deaths=ATTEMPTS.c.deaths + deaths, phase=phase)
    )
    if not counted.rowcount:
        connection.execute(sa.insert(ATTEMPTS).values(**values, deaths=deaths, phase=phase))


def remove(connection: sa.Connection, ends: Iterable[tuple[Partition, int]]) -> None:
    """Suspect no message of a partition up to an offset any more: all of them have ended."""
    for (topic, partition), upto in ends:
        connection.execute(
            sa.delete(ATTEMPTS).where(
                ATTEMPTS.c.topic == topic,
                ATTEMPTS.c.partition == partition,
                ATTEMPTS.c.offset <= upto,
            )
        )
