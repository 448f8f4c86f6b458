"""Partitions that a service holds, and how an operator lets them go on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa

from credstream.contract.messages import Partition
from credstream.exchange.databases import require_table, url_of
from credstream.exchange.target import target_of
from credstream.kafka import groups
from credstream.kafka.metadata import MetadataClient, with_cluster_id
from credstream.storage import journal
from credstream.storage.comparison import Found, Hold, compare
from credstream.storage.engine import open_engine, transaction
from credstream.storage.journal import Row
from credstream.storage.tables import JOURNAL


@dataclass(frozen=True, slots=True)
class HeldPartition:
    """A partition, why it is held, its row, and the id that its topic has now."""

    partition: Partition
    hold: Hold
    row: Row
    topic_id: str


def held(
    service: str, directory: Path, topic: str | None, number: int | None
) -> Sequence[HeldPartition]:
    """What a service holds now, of all its partitions or of those that are named.

    Raises Unavailable, and JournalError where the whole database does not fit.
    """
    with transaction(open_engine(url_of(service, directory))) as connection:
        require_table(connection, JOURNAL, service)
        names = connection.execute(sa.select(JOURNAL.c.topic, JOURNAL.c.partition)).all()
        wanted = [
            (name, partition)
            for name, partition in names
            if name != journal.ANY_PARTITION[0]
            and topic in (None, name)
            and number in (None, partition)
        ]
        rows = journal.read(connection, wanted)
    cluster = target_of(directory).cluster
    cluster_id, _ = with_cluster_id(MetadataClient(cluster).fetch())
    found = groups.positions(cluster, service, sorted(rows))
    verdicts = {
        partition: compare(partition, rows[partition], cluster_id, Found(*state))
        for partition, state in found.items()
    }
    return [
        HeldPartition(partition, verdict.hold, rows[partition], found[partition][3])
        for partition, verdict in verdicts.items()
        if verdict.hold
    ]


def accept(service: str, directory: Path, partitions: Sequence[HeldPartition]) -> int:
    """Let partitions go on from where their holds say; how many no worker has moved meanwhile."""
    cluster_id, _ = with_cluster_id(MetadataClient(target_of(directory).cluster).fetch())
    with transaction(open_engine(url_of(service, directory))) as connection:
        return sum(
            journal.accept(
                connection,
                each.partition,
                each.row,
                journal.Row(
                    cluster_id, each.hold.start, each.hold.start - 1, topic_id=each.topic_id
                ),
            )
            for each in partitions
        )
