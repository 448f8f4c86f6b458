"""Where a reader keeps its positions: in memory, in a consumer group, or in its own database.

A position is the offset of the next message to read.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from credstream.contract.messages import Partition
from credstream.sdk.assigned import AssignedPartitions, TopicIncarnation
from credstream.sdk.rows import Published

Incarnations = Mapping[str, TopicIncarnation]
Batch = Sequence[Published]


class Positions(Protocol):
    """Every method raises Unavailable, and may be called again then."""

    def load(
        self, incarnations: Incarnations, partitions: Collection[Partition]
    ) -> Mapping[Partition, int]:
        """The positions of the partitions that were read before."""

    def reset(self, partitions: Collection[Partition]) -> None:
        """Go back to the beginning."""

    def save(self, batch: Batch, incarnations: Incarnations) -> None:
        """Save the positions after a batch, which its reader has handled."""


@dataclass(slots=True)
class InMemory:
    """Positions that end with the process; `newest` begins with what comes from now on."""

    reader: AssignedPartitions
    newest: bool
    known: dict[Partition, int] = field(default_factory=dict)
    incarnations: Incarnations = field(default_factory=dict)

    def load(
        self, incarnations: Incarnations, partitions: Collection[Partition]
    ) -> Mapping[Partition, int]:
        if self.newest and not self.incarnations:
            self.known = dict(self.reader.ends(partitions))
        before = self.incarnations
        recreated = {topic for topic in before if incarnations.get(topic) != before[topic]}
        self.known = {p: offset for p, offset in self.known.items() if p[0] not in recreated}
        self.incarnations = incarnations
        return self.known

    def reset(self, partitions: Collection[Partition]) -> None:
        self.known = dict.fromkeys(partitions, 0)

    def save(self, batch: Batch, incarnations: Incarnations) -> None:
        del incarnations
        self.known |= after(batch)


@dataclass(frozen=True, slots=True)
class InGroup:
    """Positions that a consumer group has committed; one reader of a group at a time."""

    reader: AssignedPartitions

    def load(
        self, incarnations: Incarnations, partitions: Collection[Partition]
    ) -> Mapping[Partition, int]:
        del incarnations  # the broker deletes a topic's committed offsets with the topic
        return self.reader.committed(partitions)

    def reset(self, partitions: Collection[Partition]) -> None:
        self.reader.commit(dict.fromkeys(partitions, 0))

    def save(self, batch: Batch, incarnations: Incarnations) -> None:
        del incarnations
        self.reader.commit(after(batch))


class Database(Protocol):
    """What `tables.Register` is."""

    def prepare(self) -> None:
        """Create the tables that are missing."""

    def positions(self, incarnations: Incarnations) -> Mapping[Partition, int]:
        """The positions in these incarnations of topics."""

    def forget(self, topics: Collection[str]) -> None:
        """Forget the positions in topics."""

    def take(self, messages: Batch, incarnations: Incarnations) -> None:
        """Write rows and positions in one transaction."""


@dataclass(slots=True)
class InDatabase:
    """Positions in the same transaction as the rows: each message counts exactly once."""

    database: Database
    prepared: bool = False

    def load(
        self, incarnations: Incarnations, partitions: Collection[Partition]
    ) -> Mapping[Partition, int]:
        del partitions
        self._prepare()
        return self.database.positions(incarnations)

    def reset(self, partitions: Collection[Partition]) -> None:
        self._prepare()
        self.database.forget({topic for topic, _ in partitions})

    def save(self, batch: Batch, incarnations: Incarnations) -> None:
        self.database.take(batch, incarnations)

    def _prepare(self) -> None:
        if not self.prepared:
            self.database.prepare()
            self.prepared = True


def after(batch: Batch) -> dict[Partition, int]:
    """The position after the last message of each partition."""
    return {(m.topic, m.partition): m.offset + 1 for m in batch}
