"""The loop of a data path: consume, settle, commit, in one thread that owns both Kafka clients."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial

from confluent_kafka import Consumer, KafkaError, KafkaException

from credstream.contract.errors import Unavailable
from credstream.contract.messages import Incoming
from credstream.kafka.fetched import Fetched, fetched_of, incoming_of, without_headers
from credstream.kafka.retry import Backoff
from credstream.process import metrics
from credstream.process.in_hand import Phase
from credstream.process.logs import logger
from credstream.runtime.hooks import Hooks
from credstream.runtime.partitions import Partitions, partition_of
from credstream.runtime.progress import Progress
from credstream.runtime.stage import AnyStage, Settled, UnexpectedError
from credstream.runtime.transactions import Transactions
from credstream.storage import journal
from credstream.storage.attempts import Attempt

# The client has stopped reading a partition: its offset is not there, or not the same any more.
OUT_OF_RANGE = {KafkaError._AUTO_OFFSET_RESET, KafkaError._LOG_TRUNCATION}  # noqa: SLF001


@dataclass(frozen=True, slots=True)
class Limits:
    """When a batch is full: this many messages, or this many seconds."""

    messages: int
    seconds: float


@dataclass(slots=True)
class Loop:
    """Turns until it has to stop; a turn handles one batch at most."""

    consumer: Consumer
    stage: AnyStage
    partitions: Partitions
    transactions: Transactions
    limits: Limits
    progress: Progress
    hooks: Hooks = field(default_factory=Hooks)
    backoff: Backoff = field(default_factory=Backoff)

    def run(self, stopping: Callable[[], bool]) -> None:
        """Work until `stopping`; any exception that leaves it must end the process."""
        try:
            self._subscribe()
            while not stopping():
                self._turn()
            with suppress(Unavailable):
                self.hooks.turn.at_end()
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
        self.progress.turn()
        batch = self._fetch()
        try:
            # Outputs of an earlier batch come before those of a later one, so this comes first.
            self._replay()
            self._handle(self._without_paused(batch))
            self._subscribe_again()
            self.hooks.turn.chores()
            self.progress.work()
        except Unavailable as failure:
            self._retry_later(batch, failure)

    def _fetch(self) -> list[Fetched]:
        """A batch is what one consume() call gave, less what was revoked or assigned during it.

        Callbacks of a rebalance run inside consume() only, so none falls inside a batch. Batches
        that were gathered over several calls doubled messages (decision 0001).
        """
        self.partitions.begin_fetch()
        messages = self.consumer.consume(self.limits.messages, self.limits.seconds)
        for error in filter(None, (message.error() for message in messages)):
            # A fenced instance says _FATAL while .fatal() is False.
            if error.fatal() or error.code() == KafkaError._FATAL:  # noqa: SLF001
                raise KafkaException(error)
            if error.code() != KafkaError.UNKNOWN_TOPIC_OR_PART:
                logger().warning("consume failed", why=self.hooks.explain(error))
        accepted = self.partitions.accept(fetched_of(m) for m in messages if not m.error())
        for message in messages:
            refusal = message.error()
            if refusal and refusal.code() in OUT_OF_RANGE:
                self.partitions.start_again((message.topic() or "", message.partition() or 0))
        return accepted

    def _replay(self) -> None:
        """Publish what the journal has and Kafka does not, before anything new is handled."""
        if not self.partitions.unchecked:
            return
        rows = self.partitions.compare()
        self.stage.attempts.recall(self.stage.engine)
        if rows:
            # All rows in one transaction, in the order of their batch: an input and its `again`
            # topic speak of the same keys (decision 0002).
            # A receipts topic may be gone since, which must not end every start.
            outputs = self.stage.sendable(journal.outputs_in_order(rows.values()))
            self.transactions.commit(outputs, rows)
            self.partitions.mark_replayed(rows)
            # A settled row was published: only the offset had expired, or was accepted.
            replayed = sum(not row.settled for row in rows.values())
            metrics.REPLAYS.labels(self.stage.service.name).inc(replayed)
            logger().info("journal replayed", rows=replayed, offsets=len(rows))
        self.partitions.start_reading()

    def _subscribe_again(self) -> None:
        """Make the group assign its topics again where it left some out (decision 0018)."""
        if not self.partitions.joined:
            return
        unassigned = self.hooks.turn.unassigned()
        if unassigned:
            logger().warning("topics unassigned", topics=sorted(unassigned))
            self.consumer.unsubscribe()
            self._subscribe()

    def _without_paused(self, batch: list[Fetched]) -> list[Fetched]:
        """The batch without messages that have to wait; their partitions are paused."""
        self.partitions.resume_due()
        pauses = self.hooks.batch.to_pause(batch) if batch else {}
        if not pauses:
            return batch
        waiting = [message for message in batch if message.topic in pauses]
        if waiting:
            self.partitions.rewind(waiting)
            self.partitions.pause({partition_of(m): pauses[m.topic] for m in waiting})
        return [message for message in batch if message.topic not in pauses]

    def _handle(self, fetched: Sequence[Fetched]) -> None:
        # Others are served before a message that may end the process, and once more after it did.
        ordinary, suspected = self.stage.attempts.split(fetched)
        self._handle_batch([self._read(message) for message in ordinary])
        for message in suspected:
            self.progress.turn()
            if attempt := self.stage.attempts.spent(message):
                self._give_up(message, attempt)
            else:
                self._commit(partial(self._settle, [self._read(message)]))

    def _read(self, fetched: Fetched) -> Incoming:
        in_hand = self.stage.attempts.in_hand
        # Alone, whatever the batch: nothing but the headers of this message is read here.
        in_hand.alone = True
        in_hand.note(fetched, Phase.READING)
        message = incoming_of(fetched.raw)
        in_hand.clear()
        return message

    def _handle_batch(self, batch: list[Incoming]) -> None:
        if not batch:
            return
        size = len(batch)
        try:
            while batch:
                self.progress.turn()
                handled = self._commit(partial(self._settle, batch[:size]))
                # The stage stops where the outputs become many. What it leaves is read once more,
                # so the next attempt takes no more than twice as many messages.
                batch, size = batch[handled:], 2 * handled
        except UnexpectedError:
            # One message may be at fault for all: handled alone, it fails alone.
            logger().warning("batch failed", messages=len(batch))
            for message in batch:
                self.progress.turn()
                self._commit(partial(self._settle, [message]))

    def _give_up(self, fetched: Fetched, attempt: Attempt) -> None:
        """Dead-letter a message without running any code of its own in this process."""
        # Its headers can be read where a later phase ended the process.
        read = without_headers if attempt.phase == Phase.READING.name.lower() else incoming_of
        self._commit(partial(self._unprocessable, read(fetched.raw)))

    def _unprocessable(self, message: Incoming) -> Settled:
        sender = self.hooks.batch.sender(message)
        partitions = self.partitions
        return self.stage.give_up(message, sender, partitions.rows, partitions.committed)

    def _settle(self, batch: Sequence[Incoming]) -> Settled:
        return self.stage.settle(batch, self.partitions.rows, self.partitions.committed)

    def _commit(self, settle: Callable[[], Settled]) -> int:
        """Commit a batch in SQL and then in Kafka; how many of its messages that were.

        After the first commit there is no way back.
        """
        started = time.perf_counter()
        self.hooks.crash("before")
        # SQL first: a crash in between leaves the outputs in the journal. The other way round,
        # records would be published whose state was never written (decision 0002).
        settled = settle()
        self.stage.attempts.ended(settled.journal)
        self.hooks.crash("between")
        settled_at = time.perf_counter()
        try:
            self.transactions.commit(settled.outputs, settled.journal)
        except Unavailable:
            # The state is written: a second handling would count twice. The journal has the
            # outputs, so the next turn replays them from there.
            self.partitions.check_again(settled.journal)
            self.hooks.turn.send_failed()
            raise
        self.hooks.crash("after")
        self.partitions.mark_committed(settled.journal)
        name = self.stage.service.name
        metrics.KAFKA_SECONDS.labels(name).observe(time.perf_counter() - settled_at)
        metrics.STAGE_SECONDS.labels(name).observe(time.perf_counter() - started)
        self.backoff.reset()
        self._slow_down(settled)
        return len(settled.ended)

    def _slow_down(self, settled: Settled) -> None:
        pauses = self.hooks.batch.completed(settled)
        self.partitions.pause({p: pauses[p[0]] for p in settled.journal if p[0] in pauses})

    def _retry_later(self, batch: Sequence[Fetched], failure: Unavailable) -> None:
        """Something is away and nothing was decided: pause, and read the batch again."""
        self.progress.wait(failure)
        pause = self.backoff.grow()
        metrics.RETRIES.labels(self.stage.service.name).inc()
        logger().warning(
            "dependency unavailable", why=str(failure), messages=len(batch), pause=pause
        )
        time.sleep(pause)
        try:
            self.partitions.rewind(batch)
        except Unavailable:  # the position is unknown now, so journal and broker are compared again
            self.partitions.drop(batch)
