"""The journals of services, which say how far each source partition was handled."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa

from credstream.exchange.databases import require_table, url_of
from credstream.exchange.target import target_of
from credstream.kafka import groups
from credstream.storage import journal
from credstream.storage.engine import open_engine, transaction
from credstream.storage.read_only import reading
from credstream.storage.tables import JOURNAL


@dataclass(frozen=True, slots=True)
class JournalRow:
    """The last batch of a partition; of its outputs only the number is given."""

    topic: str
    partition: int
    cluster: str
    since: int | None
    upto: int
    outputs: int


@dataclass(frozen=True, slots=True)
class ToForget:
    """Rows of a journal, outputs in them that may not be in Kafka, and messages to read again."""

    rows: int
    outputs: int
    again: int


def rows(service: str, directory: Path) -> Sequence[JournalRow]:
    """The journal of a service by partition, read without a lock."""
    with reading(url_of(service, directory)) as connection:
        require_table(connection, JOURNAL, service)
        query = sa.select(JOURNAL.c.topic, JOURNAL.c.partition)
        partitions = sorted((row.topic, row.partition) for row in connection.execute(query))
        found = journal.read(connection, partitions)
    # Outputs may hold persons: nothing but their number leaves this function.
    return [
        JournalRow(*name, row.cluster_id, row.since, row.upto, len(row.outputs))
        for name, row in ((partition, found[partition]) for partition in partitions)
    ]


def to_forget(service: str, directory: Path) -> ToForget:
    """What forgetting would do, by the broker's offsets as they are now; raises Unavailable."""
    known = {(row.topic, row.partition): row for row in rows(service, directory)}
    begins = groups.beginnings(target_of(directory).cluster, service, list(known))
    # What was handled lies before the end of the row; a topic made anew may end earlier.
    again = sum(
        max(0, min(known[partition].upto + 1, high) - begin)
        for partition, (begin, high) in begins.items()
    )
    return ToForget(len(known), sum(row.outputs for row in known.values()), again)


def forget(service: str, directory: Path) -> int:
    """Trust the broker's offsets from here on; of how many rows positions and outputs are lost."""
    with transaction(open_engine(url_of(service, directory))) as connection:
        require_table(connection, JOURNAL, service)
        return journal.forget(connection)
