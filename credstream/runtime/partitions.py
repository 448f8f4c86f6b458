"""The partitions a worker holds: where each stands by journal and broker, and which ones rest."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from confluent_kafka import Consumer, KafkaException, TopicPartition

from credstream.contract.errors import Unavailable
from credstream.contract.messages import Incoming
from credstream.process.logs import logger
from credstream.storage import journal
from credstream.storage.engine import transaction
from credstream.storage.journal import Partition


@dataclass(slots=True)
class Partitions:
    """What is assigned to one consumer.

    `fresh` were assigned and are not adopted yet, `taken` were lost during the last fetch,
    `skipped` had messages that a fetch dropped. `rows` and `committed` are what the journal and
    the broker hold for adopted ones; `asleep` are paused until a monotonic time; `joined` once the
    group has given anything, were it nothing.
    """

    consumer: Consumer
    engine: sa.Engine
    cluster_id: str
    fresh: set[Partition] = field(default_factory=set)
    taken: set[Partition] = field(default_factory=set)
    skipped: set[Partition] = field(default_factory=set)
    rows: dict[Partition, journal.Row | None] = field(default_factory=dict)
    committed: dict[Partition, int | None] = field(default_factory=dict)
    asleep: dict[Partition, float] = field(default_factory=dict)
    joined: bool = False

    def on_assigned(self, _consumer: Any, partitions: Sequence[TopicPartition]) -> None:
        self.joined = True
        self.fresh |= {(p.topic, p.partition) for p in partitions}
        logger().info("assigned", **_many(partitions))

    def on_taken(self, _consumer: Any, partitions: Sequence[TopicPartition]) -> None:
        gone = {(p.topic, p.partition) for p in partitions}
        self.taken |= gone
        for place in gone:
            self.fresh.discard(place)
            for memory in (self.rows, self.committed, self.asleep):
                memory.pop(place, None)
        logger().info("taken away", **_many(partitions))

    def ours(self, fetched: Iterable[Incoming]) -> list[Incoming]:
        """The messages of adopted partitions; others were lost meanwhile or come again."""
        kept, messages = [], list(fetched)
        self.fresh |= self._read_again(messages)
        for message in messages:
            place = partition_of(message)
            if place in self.rows and place not in self.taken and place not in self.fresh:
                kept.append(message)
            else:
                self.skipped.add(place)
        return kept

    def _read_again(self, messages: Sequence[Incoming]) -> set[Partition]:
        """Partitions that are read from before what stands or was read: to be sought once more.

        librdkafka (2.16) forgets a seek that comes while it asks where a partition begins: half a
        second later it reads from the beginning.
        """
        ahead = {place: self.committed.get(place) or 0 for place in self.rows}
        early: dict[Partition, int] = {}
        for message in messages:
            place = partition_of(message)
            if place in ahead:
                if message.offset < ahead[place]:
                    early.setdefault(place, message.offset)
                ahead[place] = message.offset + 1
        for (topic, partition), offset in early.items():
            logger().info("read again", topic=topic, partition=partition, offset=offset)
        return set(early)

    def behind(self) -> dict[Partition, journal.Row]:
        """Rows of fresh partitions whose outputs Kafka has not; raises JournalError."""
        fresh = sorted(self.fresh)
        offsets = self._offsets(fresh)
        with transaction(self.engine) as connection:
            found = journal.read(connection, fresh)
            trusting = journal.trusts_broker(connection)
        rows = {place: found.get(place) for place in fresh}
        verdicts = {
            place: journal.verdict(place, row, self.cluster_id, offsets[place], trusting=trusting)
            for place, row in rows.items()
        }
        self.rows |= rows
        self.committed |= offsets
        return {place: row for place, row in found.items() if verdicts[place] == "replay"}

    def adopted(self) -> None:
        """Start reading the fresh partitions from where they stand; Kafka has their outputs."""
        self._settle()
        self.seek({place: self.committed[place] for place in self.fresh & self.skipped})
        self.skipped -= self.fresh
        self.fresh.clear()

    def _settle(self) -> None:
        open_rows = {p: row for p in self.fresh if (row := self.rows[p]) and not row.settled}
        if open_rows:
            with transaction(self.engine) as connection:
                journal.settle(connection, open_rows)
            self.rows |= {place: row.as_settled() for place, row in open_rows.items()}

    def moved(self, rows: Mapping[Partition, journal.Row]) -> None:
        """Both transactions of a batch stand."""
        self.rows |= rows
        self.committed |= {place: row.upto + 1 for place, row in rows.items()}

    def rewind(self, batch: Sequence[Incoming]) -> None:
        """Back to the committed offsets; partitions that are no longer ours need nothing."""
        first = {partition_of(message): message.offset for message in reversed(batch)}
        known = {place: self.committed.get(place) for place in first if place in self.rows}
        self.seek({p: first[p] if offset is None else offset for p, offset in known.items()})

    def seek(self, offsets: Mapping[Partition, int | None]) -> None:
        try:
            for place, offset in offsets.items():
                start = self._earliest(place) if offset is None else offset
                self.consumer.seek(TopicPartition(*place, start))
        except KafkaException as error:
            raise Unavailable(f"broker: {error.args[0].str()}") from error

    def sleep(self, waits: Mapping[Partition, float]) -> None:
        """Pause partitions for some seconds each."""
        now = time.monotonic()
        for place, seconds in waits.items():
            if place in self.rows:
                self.consumer.pause([TopicPartition(*place)])
                self.asleep[place] = now + seconds

    def wake(self) -> None:
        """Resume those whose time is over."""
        now = time.monotonic()
        for place in [place for place, until in self.asleep.items() if until <= now]:
            del self.asleep[place]
            self.consumer.resume([TopicPartition(*place)])

    def _offsets(self, places: Sequence[Partition]) -> dict[Partition, int | None]:
        asked = [TopicPartition(*place) for place in places]
        try:
            found = self.consumer.committed(asked, timeout=10)
        except KafkaException as error:
            raise Unavailable(f"broker: {error.args[0].str()}") from error
        for place in found:
            if place.error:  # no answer is not the answer that there is none
                raise Unavailable(f"broker: offset of {place.topic}: {place.error.str()}")
        return {(p.topic, p.partition): p.offset if p.offset >= 0 else None for p in found}

    def _earliest(self, place: Partition) -> int:
        low, _high = self.consumer.get_watermark_offsets(TopicPartition(*place), timeout=10)
        return int(low)


def _many(partitions: Sequence[TopicPartition]) -> dict[str, int]:
    return {"partitions": len(partitions), "topics": len({each.topic for each in partitions})}


def partition_of(message: Incoming) -> Partition:
    return message.topic, message.partition
