"""Partitions that are not read until an operator has decided; the others of a worker go on."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from credstream.contract.messages import Partition
from credstream.process import metrics, timeouts
from credstream.process.logs import logger
from credstream.storage.comparison import Hold

CAUSES = ("retention", "truncated", "recreated", "reset")


@dataclass(slots=True)
class Held:
    """The partitions that a worker holds, by `holds`; they are looked at again after `due`."""

    stage: str = ""
    holds: dict[Partition, Hold] = field(default_factory=dict)
    due: float = 0.0

    def __contains__(self, partition: Partition) -> bool:
        return partition in self.holds

    def learn(self, holds: Mapping[Partition, Hold | None]) -> None:
        """What a comparison said of some partitions; what is new is logged."""
        for partition, hold in holds.items():
            before = self.holds.pop(partition, None)
            if hold is not None:
                self.holds[partition] = hold
            if hold != before:
                _log(partition, hold)
        self.due = time.monotonic() + timeouts.HELD_PARTITION_CHECK_SECONDS
        self._count()

    def forget(self, partitions: Iterable[Partition]) -> None:
        """They were revoked."""
        for partition in partitions:
            self.holds.pop(partition, None)
        self._count()

    def to_look_at(self) -> set[Partition]:
        """All of them, once in a while: an operator may have decided."""
        return set(self.holds) if self.holds and time.monotonic() >= self.due else set()

    def _count(self) -> None:
        counts = Counter(hold.cause for hold in self.holds.values())
        for cause in CAUSES:
            metrics.HELD_PARTITIONS.labels(self.stage, cause).set(counts[cause])


def _log(partition: Partition, hold: Hold | None) -> None:
    topic, number = partition
    if hold is None:
        logger().info("partition goes on", topic=topic, partition=number)
    else:
        logger().error(
            "partition held",
            topic=topic,
            partition=number,
            cause=hold.cause,
            lost=hold.lost,
            why=hold.why,
        )
