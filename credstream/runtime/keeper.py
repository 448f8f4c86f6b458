"""What a worker watches beside its batches: held topics, the breaker, lag, and idle times."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import sqlalchemy as sa
from confluent_kafka import Consumer, KafkaException, TopicPartition

from credstream.contract import topics
from credstream.contract.messages import Incoming
from credstream.kafka.dead_letters import VERSION
from credstream.process import metrics
from credstream.process.logs import logger
from credstream.runtime.breaker import FINE, Breaker
from credstream.runtime.stage import Service, Settled
from credstream.storage import journal
from credstream.storage.engine import transaction
from credstream.storage.journal import Partition, Row
from credstream.storage.statements import upsert
from credstream.storage.tables import BREAKER

LOOK_AGAIN_SECONDS = 1.0
CHORES_SECONDS = 2.0
IDLE_SECONDS = 5.0


@dataclass(slots=True)
class Keeper:
    """One worker's memory of what has to wait, and why; `held` is when a topic was first seen."""

    service: Service
    worker: str
    engine: sa.Engine
    consumer: Consumer
    hold_seconds: float
    reached: Callable[[], None] | None = None
    breaker: Breaker = field(default_factory=Breaker)
    opened: str | None = None
    held: dict[str, float] = field(default_factory=dict)
    newest: dict[str, int] = field(default_factory=dict)
    chored: float = 0.0
    busy: float = 0.0
    done: dict[Partition, Row] = field(default_factory=dict)
    measured: set[str] = field(default_factory=set)

    def start(self) -> None:
        """Recall an open breaker; one that another version opened is closed."""
        with transaction(self.engine) as connection:
            row = connection.execute(
                sa.select(BREAKER).where(BREAKER.c.worker == self.worker)
            ).first()
            if row is not None and row.version != VERSION:
                connection.execute(sa.delete(BREAKER).where(BREAKER.c.worker == self.worker))
                row = None
        self._show(row.reason if row is not None else None)

    def waits(self, batch: Sequence[Incoming]) -> Mapping[str, float]:
        """Topics whose messages have to wait, with the seconds until the next look."""
        names = {message.topic for message in batch}
        if self.opened:
            return dict.fromkeys(names, LOOK_AGAIN_SECONDS)
        if self.service.unknown is None:
            return {}
        with transaction(self.engine) as connection:
            unknown = self.service.unknown(connection, names)
        now = time.monotonic()
        self.held = {t: at for t, at in self.held.items() if t in unknown or t not in names}
        for name in unknown - self.held.keys():
            self.held[name] = now
            logger().warning("held", topic=name, seconds=self.hold_seconds)
        return {
            name: LOOK_AGAIN_SECONDS
            for name in unknown
            if now - self.held[name] < self.hold_seconds
        }

    def ended(self, settled: Settled) -> Mapping[str, float]:
        """Count a batch that stands; the topics to slow down."""
        name = self.service.name
        counts = Counter(each.outcome for each in settled.ended)
        metrics.BATCH_SIZE.labels(name).observe(len(settled.ended))
        for outcome, count in counts.items():
            metrics.EVENTS.labels(name, outcome).inc(count)
        self._time(settled)
        if counts.keys() == {FINE}:
            self.breaker.fine(counts[FINE], {each.provider for each in settled.ended})
        else:
            self._note(settled)
        logger().info("batch", messages=len(settled.ended), outputs=len(settled.outputs), **counts)
        self.busy = time.monotonic()
        self.done |= settled.journal
        reason = self.breaker.reason()
        if reason:
            self._open(reason)
        return self._slowed(settled)

    def chores(self) -> None:
        """Every two seconds: look at the breaker, measure lag, settle an idle journal."""
        now = time.monotonic()
        if now - self.chored < CHORES_SECONDS:
            return
        if self.opened:
            self._look()
        if now - self.busy > IDLE_SECONDS:
            self.rest()
            if self.reached:
                self.reached()  # an idle consumer does not tell that its broker is away
        self._measure()
        self.chored = now  # what failed is tried in the next turn: until then nothing is well

    def rest(self) -> None:
        """Settle the journal: everything that was handled is in Kafka."""
        if self.done:
            with transaction(self.engine) as connection:
                journal.settle(connection, self.done)
            self.done.clear()

    def _slowed(self, settled: Settled) -> Mapping[str, float]:
        """Only topics that carry one provider alone can be slowed for it."""
        slowed = self.breaker.slowed()
        metrics.SLOWED.labels(self.service.name).set(len(slowed))
        if not slowed:
            return {}
        return {
            each.message.topic: slowed[each.provider]
            for each in settled.ended
            if each.provider in slowed and topics.provider_of(each.message.topic)
        }

    def _open(self, reason: str) -> None:
        row = {"worker": self.worker, "version": VERSION, "reason": reason}
        with transaction(self.engine) as connection:
            upsert(connection, BREAKER, [row])
        logger().error("breaker opened", reason=reason, resume="credstream resume")
        self._show(reason)

    def _look(self) -> None:
        with transaction(self.engine) as connection:
            query = sa.select(BREAKER.c.reason).where(BREAKER.c.worker == self.worker)
            self._show(connection.execute(query).scalar())
        if not self.opened:
            self.breaker = Breaker()
            logger().info("breaker closed")

    def _show(self, reason: str | None) -> None:
        self.opened = reason
        metrics.BREAKER_OPEN.labels(self.service.name).set(1 if reason else 0)

    def _measure(self) -> None:
        behind: dict[str, int] = {}
        for place in self.consumer.assignment():
            try:
                _low, high = self.consumer.get_watermark_offsets(place, cached=True)
                at = self.consumer.position([TopicPartition(place.topic, place.partition)])[0]
            except KafkaException:
                continue
            if high >= 0 and at.offset >= 0:
                behind[place.topic] = behind.get(place.topic, 0) + max(0, high - at.offset)
        for topic in behind.keys() | self.measured:
            count = behind.get(topic, 0)
            late = time.time() - self.newest[topic] / 1000 if count and topic in self.newest else 0
            metrics.LAG_MESSAGES.labels(self.service.name, topic).set(count)
            metrics.LAG_SECONDS.labels(self.service.name, topic).set(late)
        self.measured = set(behind)

    def _time(self, settled: Settled) -> None:
        """The oldest message of each partition stands for all: one look at each costs too much."""
        now_ms = time.time() * 1000
        self.newest |= {each.message.topic: each.message.at for each in settled.ended}
        newest_first = [each.message for each in reversed(settled.ended)]
        oldest = {(message.topic, message.partition): message.at for message in newest_first}
        for at in oldest.values():
            metrics.EVENT_AGE.labels(self.service.name).observe(max(0.0, now_ms - at) / 1000)

    def _note(self, settled: Settled) -> None:
        for each in settled.ended:
            self.breaker.note(each.outcome, each.provider)
            if each.reason:
                metrics.DEAD_LETTERS.labels(self.service.name, each.reason).inc()
