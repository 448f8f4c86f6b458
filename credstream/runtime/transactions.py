"""The Kafka half of a batch: its outputs and offsets, in one transaction."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from confluent_kafka import Consumer, KafkaError, KafkaException, Producer, TopicPartition

from credstream.contract.errors import Unavailable
from credstream.contract.messages import Partition
from credstream.kafka.sender import enqueue
from credstream.process import timeouts
from credstream.process.logs import logger
from credstream.runtime.hooks import Crash, no_crash
from credstream.runtime.progress import Progress
from credstream.storage import journal
from credstream.storage.journal import Output

FORGOTTEN = "the broker forgot our transactional id, as after a week without use; start again"


class Forgotten(Exception):
    """The broker does not know our transactional id any more; the process has to start again."""


@dataclass(slots=True)
class Transactions:
    """Commits batches to Kafka.

    `consumer` is the member of the group whose offsets move. `producer` gives the producer of
    the next transaction, which is another after a lost broker (decision 0020). `away` says why
    the broker does not answer, None where it does. `ordinary_commit` is for the embedded broker,
    which forgets offsets that a transaction committed.
    """

    consumer: Consumer
    producer: Callable[[], Producer]
    progress: Progress
    away: Callable[[], str | None] = lambda: None
    crash: Crash = no_crash
    ordinary_commit: bool = False

    def commit(self, outputs: Iterable[Output], rows: Mapping[Partition, journal.Row]) -> None:
        """Write outputs and offsets. Unavailable: the transaction was aborted, nothing is written.

        Any other exception leaves the client in an unknown state, and must end the process. So does
        Forgotten: an abort would help by luck only, and undo a successor's fence (KAFKA-18019).
        """
        offsets = [TopicPartition(*p, row.upto + 1) for p, row in sorted(rows.items())]
        # Replaced between transactions only: inside one, a new producer would fence the old.
        producer = self.producer()
        try:
            producer.begin_transaction()
            for output in outputs:
                enqueue(producer, output)
            # With the group's generation, so that the broker refuses offsets of a worker that
            # was replaced meanwhile (KIP-447).
            group = self.consumer.consumer_group_metadata()
            self._repeat(producer.send_offsets_to_transaction, offsets, group)
            self.crash("inside")
            self._repeat(producer.commit_transaction)
        except KafkaException as failure:
            self._abort(producer, failure)
        if self.ordinary_commit:
            self._commit_offsets(offsets)

    def _abort(self, producer: Producer, failure: KafkaException) -> None:
        """Abort where librdkafka says that this is enough, and raise in any case."""
        error = failure.args[0]
        if _cause(producer, error) == KafkaError.INVALID_PRODUCER_ID_MAPPING:
            raise Forgotten(FORGOTTEN) from failure
        if error.fatal() or not error.txn_requires_abort():
            raise failure
        self._repeat(producer.abort_transaction)
        raise Unavailable(f"transaction aborted: {error.str()}") from failure

    def _repeat(self, call: Callable[..., object], *args: object) -> None:
        """Repeat a call that timed out, until it is answered.

        On a time-out librdkafka goes on with the call in the background, and nothing but the same
        call may follow (rdkafka.h, rd_kafka_commit_transaction): an abort would race with it.
        """
        began = time.monotonic()
        while True:
            self.progress.calling = time.monotonic()
            try:
                call(*args, timeouts.TRANSACTION_TRY_SECONDS)
            except KafkaException as failure:
                self.progress.turn()
                waited = time.monotonic() - began
                over = waited >= timeouts.TRANSACTION_PATIENCE_SECONDS
                if over or not failure.args[0].retriable():
                    raise
                why = self.away() or failure.args[0].str()
                self.progress.wait(Unavailable(why))
                logger().warning("dependency unavailable", why=why, waited=round(waited))
            else:
                return
            finally:
                self.progress.calling = None

    def _commit_offsets(self, offsets: list[TopicPartition]) -> None:
        try:
            self.consumer.commit(offsets=offsets, asynchronous=False)
        except KafkaException as failure:
            raise Unavailable(f"offsets: {failure.args[0].str()}") from failure


def _cause(producer: Producer, error: KafkaError) -> int:
    """The code of what broke the transaction, which a call that came too late does not tell.

    Nothing can begin inside a transaction: librdkafka answers with what broke the open one
    (decision 0021).
    """
    if error.code() == KafkaError._STATE:  # noqa: SLF001
        try:
            producer.begin_transaction()
        except KafkaException as refusal:
            return int(refusal.args[0].code())
    return int(error.code())
