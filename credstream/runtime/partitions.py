"""The partitions that a worker is assigned: their journal rows, committed offsets and pauses."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import sqlalchemy as sa
from confluent_kafka import Consumer, KafkaException, TopicPartition

from credstream.contract.errors import Unavailable
from credstream.contract.messages import Message, Partition, Positioned
from credstream.process import timeouts
from credstream.process.logs import logger
from credstream.storage import journal
from credstream.storage.engine import transaction


@dataclass(slots=True)
class Partitions:
    """What one consumer is assigned; only its own methods change it.

    `rows` and `committed` hold the journal row and the committed offset of each partition that
    was compared, None where there is none. `joined` is true after the first assignment, even if
    that was empty. `_unchecked` were assigned and not compared yet, `_revoked` were revoked
    during the last fetch, messages of `_to_seek` were fetched and dropped, and `_paused` says
    until when, by the monotonic clock.
    """

    consumer: Consumer
    engine: sa.Engine
    cluster_id: str
    rows: dict[Partition, journal.Row | None] = field(default_factory=dict)
    committed: dict[Partition, int | None] = field(default_factory=dict)
    joined: bool = False
    _unchecked: set[Partition] = field(default_factory=set)
    _revoked: set[Partition] = field(default_factory=set)
    _to_seek: set[Partition] = field(default_factory=set)
    _paused: dict[Partition, float] = field(default_factory=dict)

    @property
    def unchecked(self) -> bool:
        """Whether partitions wait for the journal to be compared with the broker."""
        return bool(self._unchecked)

    def on_assigned(self, _consumer: Consumer, partitions: Sequence[TopicPartition]) -> None:
        self.joined = True
        self._unchecked |= {(p.topic, p.partition) for p in partitions}
        logger().info("partitions assigned", **_counts(partitions))

    def on_revoked(self, _consumer: Consumer, partitions: Sequence[TopicPartition]) -> None:
        revoked = {(p.topic, p.partition) for p in partitions}
        self._revoked |= revoked
        for partition in revoked:
            self._unchecked.discard(partition)
            # Another worker may move the row from here on: what is remembered of it is void.
            for memory in (self.rows, self.committed, self._paused):
                memory.pop(partition, None)
        logger().info("partitions revoked", **_counts(partitions))

    def begin_fetch(self) -> None:
        """Forget what earlier fetches had revoked."""
        self._revoked.clear()

    def accept(self, fetched: Iterable[Message]) -> list[Message]:
        """The messages of compared partitions; of the others they are dropped and read again."""
        accepted, messages = [], list(fetched)
        self._unchecked |= self._fetched_too_early(messages)
        # A partition may be revoked and assigned again during one fetch: what was fetched before
        # that may have been handled by another worker meanwhile.
        barred = self._revoked | self._unchecked
        for message in messages:
            partition = partition_of(message)
            if partition in self.rows and partition not in barred:
                accepted.append(message)
            else:
                self._to_seek.add(partition)
        return accepted

    def _fetched_too_early(self, messages: Sequence[Positioned]) -> set[Partition]:
        """Partitions fetched from before their committed offset or an offset of this fetch.

        librdkafka (2.16) forgets a seek that comes while it asks where a partition begins: half a
        second later it reads from the beginning (decision 0019).
        """
        expected = {partition: self.committed.get(partition) or 0 for partition in self.rows}
        early: dict[Partition, int] = {}
        for message in messages:
            partition = partition_of(message)
            if partition in expected:
                if message.offset < expected[partition]:
                    early.setdefault(partition, message.offset)
                expected[partition] = message.offset + 1
        for (topic, number), offset in early.items():
            logger().info("stale read discarded", topic=topic, partition=number, offset=offset)
        return set(early)

    def compare(self) -> dict[Partition, journal.Row]:
        """Compare journal and broker; the rows whose outputs Kafka does not have.

        Raises JournalError where an operator has to decide, and Unavailable.
        """
        unchecked = sorted(self._unchecked)
        offsets = self._committed(unchecked)
        with transaction(self.engine) as connection:
            stored = journal.read(connection, unchecked)
            trusting = journal.trusts_broker(connection)
        rows = {partition: stored.get(partition) for partition in unchecked}
        verdicts = {
            partition: journal.compare(
                partition, row, self.cluster_id, offsets[partition], trusting=trusting
            )
            for partition, row in rows.items()
        }
        self.rows |= rows
        self.committed |= offsets
        return {
            partition: row for partition, row in stored.items() if verdicts[partition] == "replay"
        }

    def start_reading(self) -> None:
        """Read the compared partitions from their committed offsets; Kafka has their outputs."""
        self._settle()
        # Only where messages were dropped or replayed: elsewhere the client begins at the committed
        # offset by itself.
        self._seek({p: self.committed[p] for p in self._unchecked & self._to_seek})
        self._to_seek -= self._unchecked
        self._unchecked.clear()

    def _settle(self) -> None:
        """Drop outputs that Kafka has; a row that says so is not replayed (decision 0014)."""
        rows = {p: row for p in self._unchecked if (row := self.rows[p]) and not row.settled}
        if rows:
            with transaction(self.engine) as connection:
                journal.settle(connection, rows)
            self.rows |= {partition: row.as_settled() for partition, row in rows.items()}

    def mark_committed(self, rows: Mapping[Partition, journal.Row]) -> None:
        """Remember that both transactions of a batch are committed."""
        self.rows |= rows
        self.committed |= {partition: row.upto + 1 for partition, row in rows.items()}

    def mark_replayed(self, rows: Mapping[Partition, journal.Row]) -> None:
        """As `mark_committed`; the consumer has yet to be moved behind what was replayed."""
        self.mark_committed(rows)
        self._to_seek |= set(rows)

    def check_again(self, partitions: Iterable[Partition]) -> None:
        """Compare journal and broker before anything more of these partitions is handled."""
        self._unchecked |= set(partitions)

    def drop(self, batch: Sequence[Positioned]) -> None:
        """Read a batch again from the committed offsets, as if it had just been assigned."""
        partitions = {partition_of(message) for message in batch}
        self.check_again(partitions)
        self._to_seek |= partitions

    def rewind(self, batch: Sequence[Positioned]) -> None:
        """Seek back to the committed offsets; revoked partitions need nothing."""
        first = {partition_of(message): message.offset for message in reversed(batch)}
        offsets = {p: self.committed.get(p) for p in first if p in self.rows}
        self._seek({p: first[p] if offset is None else offset for p, offset in offsets.items()})

    def _seek(self, offsets: Mapping[Partition, int | None]) -> None:
        try:
            for partition, offset in offsets.items():
                start = self._earliest(partition) if offset is None else offset
                self.consumer.seek(TopicPartition(*partition, start))
        except KafkaException as error:
            raise Unavailable(f"broker: {error.args[0].str()}") from error

    def pause(self, seconds: Mapping[Partition, float]) -> None:
        """Pause partitions, each for its number of seconds."""
        now = time.monotonic()
        for partition, pause in seconds.items():
            if partition in self.rows:
                self.consumer.pause([TopicPartition(*partition)])
                self._paused[partition] = now + pause

    def resume_due(self) -> None:
        """Resume partitions whose pause is over."""
        now = time.monotonic()
        for partition in [p for p, until in self._paused.items() if until <= now]:
            del self._paused[partition]
            self.consumer.resume([TopicPartition(*partition)])

    def _committed(self, partitions: Sequence[Partition]) -> dict[Partition, int | None]:
        asked = [TopicPartition(*partition) for partition in partitions]
        try:
            answers = self.consumer.committed(asked, timeout=timeouts.BROKER_ANSWER_SECONDS)
        except KafkaException as error:
            raise Unavailable(f"broker: {error.args[0].str()}") from error
        for answer in answers:
            # A failed answer does not mean that no offset is committed: taken for that, the first
            # batch of a partition would be published a second time.
            if answer.error:
                raise Unavailable(f"broker: offset of {answer.topic}: {answer.error.str()}")
        return {(a.topic, a.partition): a.offset if a.offset >= 0 else None for a in answers}

    def _earliest(self, partition: Partition) -> int:
        low, _high = self.consumer.get_watermark_offsets(
            TopicPartition(*partition), timeout=timeouts.BROKER_ANSWER_SECONDS
        )
        return int(low)


def _counts(partitions: Sequence[TopicPartition]) -> dict[str, int]:
    return {"partitions": len(partitions), "topics": len({p.topic for p in partitions})}


def partition_of(message: Positioned) -> Partition:
    return message.topic, message.partition
