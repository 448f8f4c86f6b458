"""The partitions that a worker is assigned: their journal rows, committed offsets and pauses."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias

import sqlalchemy as sa
from confluent_kafka import Consumer, KafkaException, TopicPartition

from credstream.contract.errors import Unavailable
from credstream.contract.messages import Message, Partition, Positioned
from credstream.kafka.admin import is_refusal
from credstream.kafka.metadata import hidden
from credstream.kafka.offsets import ends_of
from credstream.process import timeouts
from credstream.process.logs import logger
from credstream.runtime.held import Held
from credstream.storage import comparison, journal
from credstream.storage.comparison import Found
from credstream.storage.engine import transaction

FindIds: TypeAlias = Callable[[Iterable[str]], Mapping[str, str]]


def no_ids(_names: Iterable[str]) -> Mapping[str, str]:
    """The topics of the embedded broker have none."""
    return {}


@dataclass(slots=True)
class Partitions:
    """What one consumer is assigned; only its own methods change it.

    `rows` and `committed` hold the journal row and the committed offset of each partition that
    was compared, None where there is none; `done` the offset up to which it is handled, and `ids`
    those of the topics of partitions that are not held. `joined` is true after the first
    assignment, even if that was empty. `_unchecked` were assigned and not compared yet, rows of
    `_to_settle` have outputs or lack an id, `_revoked` were revoked during the last fetch. `_next`
    says where the client reads on, `_given` how far it has read since it was told where to begin,
    and `_paused` until when, by the monotonic clock.
    """

    consumer: Consumer
    engine: sa.Engine
    cluster_id: str
    find_ids: FindIds = no_ids
    held: Held = field(default_factory=Held)
    rows: dict[Partition, journal.Row | None] = field(default_factory=dict)
    committed: dict[Partition, int | None] = field(default_factory=dict)
    done: dict[Partition, int] = field(default_factory=dict)
    ids: dict[Partition, str] = field(default_factory=dict)
    joined: bool = False
    _unchecked: set[Partition] = field(default_factory=set)
    _to_settle: set[Partition] = field(default_factory=set)
    _revoked: set[Partition] = field(default_factory=set)
    _next: dict[Partition, int] = field(default_factory=dict)
    _given: dict[Partition, int] = field(default_factory=dict)
    _paused: dict[Partition, float] = field(default_factory=dict)

    @property
    def unchecked(self) -> bool:
        """Whether partitions wait for the journal to be compared with the broker."""
        return bool(self._unchecked)

    def on_assigned(self, _consumer: Consumer, partitions: Sequence[TopicPartition]) -> None:
        self.joined = True
        self._unchecked |= {(p.topic, p.partition) for p in partitions}
        # Left to itself the client would look for the committed offset, and begin somewhere by its
        # own choice where there is none: it reads nothing before the comparison says from where.
        self.consumer.assign([])
        self._next.clear()
        logger().info("partitions assigned", **_counts(partitions))

    def on_revoked(self, _consumer: Consumer, partitions: Sequence[TopicPartition]) -> None:
        revoked = {(p.topic, p.partition) for p in partitions}
        self._revoked |= revoked
        self.held.forget(revoked)
        for partition in revoked:
            self._unchecked.discard(partition)
            # Another worker may move the row from here on: what is remembered of it is void.
            for memory in self._memories():
                memory.pop(partition, None)
        logger().info("partitions revoked", **_counts(partitions))

    def _memories(self) -> tuple[dict[Partition, Any], ...]:
        own = (self.rows, self.committed, self.done, self.ids)
        return *own, self._next, self._given, self._paused

    def begin_fetch(self) -> None:
        """Forget what earlier fetches had revoked, and look again at what is held."""
        self._revoked.clear()
        self._unchecked |= self.held.to_look_at()

    def accept(self, fetched: Iterable[Message]) -> list[Message]:
        """The messages of compared partitions; of the others they are dropped and read again."""
        messages = list(fetched)
        self._unchecked |= self._fetched_too_early(messages)
        # A partition may be revoked and assigned again during one fetch: what was fetched before
        # that may have been handled by another worker meanwhile.
        barred = self._revoked | self._unchecked
        return [
            message
            for message in messages
            if (partition := partition_of(message)) in self.rows and partition not in barred
        ]

    def _fetched_too_early(self, messages: Sequence[Positioned]) -> set[Partition]:
        """Partitions fetched from before what is handled or an offset of this fetch.

        librdkafka (2.16) forgets a seek that comes while it asks where a partition begins: half a
        second later it reads from the beginning (decision 0019).
        """
        expected = {partition: self.done[partition] for partition in self._next}
        early: dict[Partition, int] = {}
        for message in messages:
            partition = partition_of(message)
            if partition in expected:
                if message.offset < expected[partition]:
                    early.setdefault(partition, message.offset)
                self._next[partition] = expected[partition] = message.offset + 1
        for partition in {partition_of(message) for message in messages} & expected.keys():
            self._given[partition] = max(expected[partition], self._given.get(partition, 0))
        for (topic, number), offset in early.items():
            logger().info("stale read discarded", topic=topic, partition=number, offset=offset)
        return set(early)

    def compare(self) -> dict[Partition, journal.Row]:
        """Compare journal and broker; the rows of which Kafka does not have outputs or end.

        Raises JournalError where an operator has to decide for all, and Unavailable.
        """
        unchecked = sorted(self._unchecked)
        offsets = self._committed(unchecked)
        ids = self.find_ids({topic for topic, _ in unchecked}) if unchecked else {}
        ends = ends_of(self.consumer, unchecked)
        with transaction(self.engine) as connection:
            stored = journal.read(connection, unchecked)
            trusting = journal.trusts_broker(connection)
        verdicts = {}
        for partition in unchecked:
            found = Found(offsets[partition], *ends[partition], ids.get(partition[0], ""))
            row = stored.get(partition)
            verdict = comparison.compare(partition, row, self.cluster_id, found, trusting=trusting)
            verdicts[partition] = verdict
            self.rows[partition] = named = row and replace(row, topic_id=found.topic_id)
            if row and row.cluster_id and (named != row or row.accepted or not row.settled):
                self._to_settle.add(partition)
        self.committed |= offsets
        self.done |= {partition: verdict.start for partition, verdict in verdicts.items()}
        # A held partition's topic may not be the one of its row, which must not get its id.
        self.ids |= {p: "" if each.hold else ids.get(p[0], "") for p, each in verdicts.items()}
        self.held.learn({partition: verdict.hold for partition, verdict in verdicts.items()})
        return {p: stored[p] for p, verdict in verdicts.items() if verdict.replay}

    def start_reading(self) -> None:
        """Read the compared partitions from where they are handled; Kafka has their outputs."""
        self._settle()
        starts = {p: self.done[p] for p in self._unchecked if p not in self.held}
        wanted = {p: at for p, at in self._next.items() if p not in self.held} | starts
        if wanted != self._next:
            self._assign(wanted)
        for partition in self.held.holds:
            self.rows.pop(partition, None)
        self._unchecked.clear()

    def _assign(self, starts: Mapping[Partition, int]) -> None:
        try:
            self.consumer.assign([TopicPartition(*p, at) for p, at in sorted(starts.items())])
            self._next = dict(starts)
            self._given.clear()
            paused = [TopicPartition(*p) for p in sorted(self._paused.keys() & starts.keys())]
            if paused:
                self.consumer.pause(paused)
        except KafkaException as error:
            raise Unavailable(f"broker: {error.args[0].str()}") from error

    def _settle(self) -> None:
        """Drop outputs that Kafka has; a row that says so is not replayed (decision 0014)."""
        todo = (self._unchecked & self._to_settle) - self.held.holds.keys()
        rows = {partition: row for partition in todo if (row := self.rows[partition])}
        if rows:
            with transaction(self.engine) as connection:
                journal.settle(connection, rows)
            self.rows |= {partition: row.as_settled() for partition, row in rows.items()}
        self._to_settle -= self._unchecked

    def mark_committed(self, rows: Mapping[Partition, journal.Row]) -> None:
        """Remember that both transactions of a batch are committed."""
        self.rows |= rows
        self.committed |= {partition: row.upto + 1 for partition, row in rows.items()}
        self.done |= {partition: row.upto + 1 for partition, row in rows.items()}

    def mark_replayed(self, rows: Mapping[Partition, journal.Row]) -> None:
        """Remember that Kafka has outputs and ends of rows; reading may begin later than there."""
        self.committed |= {partition: row.upto + 1 for partition, row in rows.items()}

    def read_beyond(self) -> dict[Partition, tuple[journal.Row, int]]:
        """Rows of partitions that were read further than any message: past markers.

        Nothing that was fetched may be unhandled there, whether it was sought back or is paused.
        """
        rows = {
            p: row
            for p, row in self.rows.items()
            if row and p in self._next and self._given.get(p, 0) <= self.done[p]
        }
        try:
            found = self.consumer.position([TopicPartition(*p) for p in sorted(rows)])
        except KafkaException:
            return {}
        positions = {(each.topic, each.partition): each.offset for each in found}
        return {p: (row, positions[p]) for p, row in rows.items() if positions[p] > row.upto + 1}

    def check_again(self, partitions: Iterable[Partition]) -> None:
        """Compare journal and broker before anything more of these partitions is handled."""
        self._unchecked |= set(partitions)

    def start_again(self, partition: Partition) -> None:
        """As `check_again`, where the client has stopped reading."""
        if self._next.pop(partition, None) is not None:
            self.check_again([partition])

    def drop(self, batch: Sequence[Positioned]) -> None:
        """Read a batch again from where it is handled, as if it had just been assigned."""
        for partition in {partition_of(message) for message in batch}:
            self.start_again(partition)

    def rewind(self, batch: Sequence[Positioned]) -> None:
        """Seek back to what is handled; revoked partitions need nothing."""
        partitions = dict.fromkeys(partition_of(message) for message in batch)
        try:
            for partition in [p for p in partitions if p in self._next]:
                self.consumer.seek(TopicPartition(*partition, self.done[partition]))
                self._next[partition] = self.done[partition]
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
            if answer.error and is_refusal(KafkaException(answer.error)):
                raise hidden(answer.topic)
            if answer.error:
                raise Unavailable(f"broker: offset of {answer.topic}: {answer.error.str()}")
        return {(a.topic, a.partition): a.offset if a.offset >= 0 else None for a in answers}


def _counts(partitions: Sequence[TopicPartition]) -> dict[str, int]:
    return {"partitions": len(partitions), "topics": len({p.topic for p in partitions})}


def partition_of(message: Positioned) -> Partition:
    return message.topic, message.partition
