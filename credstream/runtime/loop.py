"""The data path: consume, settle, transact, in one thread that owns both Kafka clients."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from confluent_kafka import Consumer, KafkaError, KafkaException, Producer, TopicPartition

from credstream.contract.errors import Unavailable
from credstream.contract.messages import Incoming
from credstream.kafka.sender import enqueue
from credstream.kafka.topic_reader import incoming_of
from credstream.process import metrics
from credstream.process.logs import logger
from credstream.runtime.partitions import Partitions, partition_of
from credstream.runtime.stage import Settled, Stage, UnexpectedError
from credstream.storage import journal
from credstream.storage.journal import Output, Partition

LONGEST_PAUSE = 5.0
# So long a call of a transaction is tried, and how often that is told: a try may take its
# time-out twice.
PATIENCE_SECONDS, TRY_SECONDS = 60.0, 5.0
FORGOTTEN = "the broker forgot our transactional id, as after a week without use; start again"


class Forgotten(Exception):
    """The broker does not know our transactional id any more; the process has to start again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hooks:
    """What the worker wants to do or to know beside the turning.

    `waits` says which topics of a batch have to wait, and how many seconds; `ended` is told of
    each batch that stands in both worlds, and gives the topics to slow down; `chores` runs once
    in a turn, `rest` after the last one; `crash` is a point where tests end the process; `away`
    says why the broker does not answer, if it does not, and `told` what an error of it means.
    `left_out` gives the topics that are nobody's in the group, None while it is forming;
    `producer` the one for the next transaction, where that may be another.
    """

    waits: Callable[[Sequence[Incoming]], Mapping[str, float]] = lambda _batch: {}
    ended: Callable[[Settled], Mapping[str, float]] = lambda _settled: {}
    chores: Callable[[], None] = lambda: None
    rest: Callable[[], None] = lambda: None
    crash: Callable[[str], None] = lambda _point: None
    away: Callable[[], str | None] = lambda: None
    told: Callable[[KafkaError], str] = lambda error: str(error.str())
    left_out: Callable[[], Collection[str] | None] = tuple
    producer: Callable[[], Producer] | None = None


@dataclass(slots=True)
class Loop:
    """Turns until told to stop; `turned` is when it last did, by the monotonic clock.

    `ordinary_commit` is for the embedded broker, which forgets transactional offsets; `whole`
    once it is known that the group leaves out nothing. `calling` is when the call of a transaction
    began that has not come back.
    """

    consumer: Consumer
    producer: Producer
    stage: Stage
    partitions: Partitions
    size: int
    seconds: float
    hooks: Hooks
    ordinary_commit: bool = False
    turned: float = 0.0
    working: bool = False
    pause: float = 0.0
    whole: bool = False
    calling: float | None = None

    def run(self, stopping: Callable[[], bool]) -> None:
        """Work until `stopping`; any exception that leaves it must end the process."""
        try:
            self._subscribe()
            while not stopping():
                self._turn()
            with suppress(Unavailable):
                self.hooks.rest()
        finally:
            self.consumer.close()

    def _subscribe(self) -> None:
        self.consumer.subscribe(
            list(self.stage.service.inputs),
            on_assign=self.partitions.on_assigned,
            on_revoke=self.partitions.on_revoked,
            on_lost=self.partitions.on_revoked,
        )

    def _turn(self) -> None:
        self.turned = time.monotonic()
        batch = self._fetch()
        try:
            self._adopt()
            self._settle(self._awake(batch))
            self._complete()
            self.hooks.chores()
            self.working = True
        except Unavailable as failure:
            self._give_back(batch, str(failure))

    def _fetch(self) -> list[Incoming]:
        """One consume() call, less what a rebalance during it took away or brought."""
        self.partitions.begin_fetch()
        messages = self.consumer.consume(self.size, self.seconds)
        for error in filter(None, (message.error() for message in messages)):
            # A fenced instance says _FATAL while .fatal() is False.
            if error.fatal() or error.code() == KafkaError._FATAL:  # noqa: SLF001
                raise KafkaException(error)
            if error.code() != KafkaError.UNKNOWN_TOPIC_OR_PART:
                logger().warning("consume", why=self.hooks.told(error))
        return self.partitions.accept(incoming_of(m) for m in messages if not m.error())

    def _adopt(self) -> None:
        """Bring partitions that were just assigned to the state that the journal tells."""
        if not self.partitions.unchecked:
            return
        rows = self.partitions.compare()
        if rows:
            self._transact(journal.in_order(rows.values()), rows)
            self.partitions.mark_replayed(rows)
            metrics.REPLAYS.labels(self.stage.service.name).inc(len(rows))
            logger().info("journal replayed", rows=len(rows))
        self.partitions.start_reading()

    def _complete(self) -> None:
        """Once after the start: join anew where the group leaves topics out."""
        if self.whole or not self.partitions.joined:
            return
        missing = self.hooks.left_out()
        if missing is None:
            return
        self.whole = True
        if missing:
            logger().warning("unread topics", topics=sorted(missing))
            self.consumer.unsubscribe()
            self._subscribe()

    def _awake(self, batch: list[Incoming]) -> list[Incoming]:
        """The batch without messages that have to wait; their partitions sleep."""
        self.partitions.resume_due()
        waits = self.hooks.waits(batch) if batch else {}
        if not waits:
            return batch
        early = [message for message in batch if message.topic in waits]
        if early:
            self.partitions.rewind(early)
            self.partitions.pause({partition_of(each): waits[each.topic] for each in early})
        return [message for message in batch if message.topic not in waits]

    def _settle(self, batch: list[Incoming]) -> None:
        if not batch:
            return
        try:
            self._finish(batch)
        except UnexpectedError:
            logger().warning("one at a time", messages=len(batch))
            for message in batch:
                self.turned = time.monotonic()
                self._finish([message])

    def _finish(self, batch: Sequence[Incoming]) -> None:
        """Settle a batch and tell Kafka; after the first there is no way back."""
        started = time.perf_counter()
        here = self.partitions
        self.hooks.crash("before")
        settled = self.stage.settle(batch, here.rows, here.committed)
        self.hooks.crash("between")
        begun = time.perf_counter()
        try:
            self._transact(settled.outputs, settled.journal)
        except Unavailable:
            here.check_again(
                settled.journal
            )  # the journal has the batch: it is replayed from there
            raise
        self.hooks.crash("after")
        here.mark_committed(settled.journal)
        name = self.stage.service.name
        metrics.KAFKA_SECONDS.labels(name).observe(time.perf_counter() - begun)
        metrics.STAGE_SECONDS.labels(name).observe(time.perf_counter() - started)
        self.pause = 0.0
        slow = self.hooks.ended(settled)
        here.pause({place: slow[place[0]] for place in settled.journal if place[0] in slow})

    def _transact(self, outputs: Iterable[Output], rows: Mapping[Partition, journal.Row]) -> None:
        """Outputs and offsets in one transaction. Unavailable: aborted, nothing of it stands.

        Any other exception leaves the client in an unknown state, and must end the process. So does
        Forgotten: an abort would help by luck only, and undo a successor's fence (KAFKA-18019).
        """
        offsets = [TopicPartition(*place, row.upto + 1) for place, row in sorted(rows.items())]
        if self.hooks.producer:
            self.producer = self.hooks.producer()
        try:
            self.producer.begin_transaction()
            for output in outputs:
                enqueue(self.producer, output)
            group = self.consumer.consumer_group_metadata()
            self._tried(self.producer.send_offsets_to_transaction, offsets, group)
            self.hooks.crash("inside")
            self._tried(self.producer.commit_transaction)
        except KafkaException as failure:
            if self._broken_by(failure.args[0]) == KafkaError.INVALID_PRODUCER_ID_MAPPING:
                raise Forgotten(FORGOTTEN) from failure
            if failure.args[0].fatal() or not failure.args[0].txn_requires_abort():
                raise
            self._tried(self.producer.abort_transaction)
            raise Unavailable(f"transaction aborted: {failure.args[0].str()}") from failure
        if self.ordinary_commit:
            self._commit(offsets)

    def _broken_by(self, error: KafkaError) -> int:
        """The code of what broke the transaction, which a call that came too late does not tell.

        Nothing can begin inside a transaction: librdkafka answers with what broke the open one.
        """
        if error.code() == KafkaError._STATE:  # noqa: SLF001
            try:
                self.producer.begin_transaction()
            except KafkaException as told:
                return int(told.args[0].code())
        return int(error.code())

    def _tried(self, call: Callable[..., Any], *args: Any) -> None:
        """A transaction call that timed out goes on in the background: only the same may follow."""
        began = time.monotonic()
        while True:
            self.calling = time.monotonic()
            try:
                call(*args, TRY_SECONDS)
            except KafkaException as failure:
                self.turned, self.working = time.monotonic(), False
                waited = self.turned - began
                if not failure.args[0].retriable() or waited >= PATIENCE_SECONDS:
                    raise
                why = self.hooks.away() or failure.args[0].str()
                logger().warning("unavailable", why=why, waited=round(waited))
            else:
                return
            finally:
                self.calling = None

    def _commit(self, offsets: list[TopicPartition]) -> None:
        try:
            self.consumer.commit(offsets=offsets, asynchronous=False)
        except KafkaException as failure:
            raise Unavailable(f"offsets: {failure.args[0].str()}") from failure

    def _give_back(self, batch: Sequence[Incoming], why: str) -> None:
        """Nothing was decided: back to the committed offsets after a growing pause."""
        self.working = False
        self.pause = min(LONGEST_PAUSE, self.pause * 2 or 0.05)
        metrics.RETRIES.labels(self.stage.service.name).inc()
        logger().warning("unavailable", why=why, messages=len(batch), pause=self.pause)
        time.sleep(self.pause)
        try:
            self.partitions.rewind(batch)
        except Unavailable:
            self.partitions.drop(batch)
