"""One batch through a service: gather, step, apply, in one SQL transaction with the journal."""

from __future__ import annotations

import time
import traceback
from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import sqlalchemy as sa

from credstream.contract import topics
from credstream.contract.codec import Codec
from credstream.contract.errors import Rejected, Unavailable
from credstream.contract.messages import Emit, Incoming, StepResult
from credstream.contract.records import Receipt
from credstream.contract.values import Reason
from credstream.kafka.dead_letters import marked
from credstream.process import metrics
from credstream.process.logs import logger
from credstream.runtime.breaker import FINE, REFUSED, UNEXPECTED
from credstream.storage import journal
from credstream.storage.engine import transaction
from credstream.storage.journal import Move, NotOurs, Output, Partition
from credstream.storage.statements import hold_epoch

# What a broker adds to a value: key, headers of the batch, its own frame.
FRAME_BYTES = 1024
# A path repeats names from the payload, which may be as long as the payload itself.
LONGEST_WORDS = 500
# A receipt has room for this many; the dead letter has the whole message.
MOST_REASONS = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """What a service brings; everything else is the runtime's.

    `read` turns a message's bytes into a record, `gather` reads what the batch needs, `step`
    decides, `learn` shows rows to later messages of the batch, `apply` writes them. `sender`
    gives provider and submission for a refusal's receipt. `exclusive` tells whether a batch
    changes what other batches rely on. `unknown` names topics whose messages are to wait.
    """

    name: str
    inputs: tuple[str, ...]
    strategy: str = "range"
    read: Callable[[Incoming], Any]
    gather: Callable[[sa.Connection, Sequence[Incoming]], Any]
    step: Callable[[Incoming, Any], StepResult]
    learn: Callable[[Any, Sequence[object]], None]
    apply: Callable[[sa.Connection, Sequence[object]], None]
    sender: Callable[[Incoming], tuple[str | None, str]]
    exclusive: Callable[[Sequence[Incoming]], bool] = lambda _batch: False
    unknown: Callable[[sa.Connection, set[str]], set[str]] | None = None


@dataclass(frozen=True, slots=True)
class Ended:
    """How one message ended."""

    message: Incoming
    outcome: str
    provider: str | None
    outputs: tuple[Output, ...]
    rows: tuple[object, ...] = ()
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Settled:
    """A batch whose SQL transaction is done: what Kafka still has to be told."""

    outputs: tuple[Output, ...]
    journal: Mapping[Partition, journal.Row]
    ended: tuple[Ended, ...]


Read = tuple[Incoming, Incoming | Rejected]


class UnexpectedError(Exception):
    """Some message of a batch failed in a way nobody foresaw; handle them one at a time."""


@dataclass(slots=True)
class Stage:
    """Runs batches of one service against its database; knows nothing of Kafka clients."""

    service: Service
    engine: sa.Engine
    codec: Codec
    cluster_id: str
    known_topics: Container[str]
    journalled: bool = True

    def settle(
        self,
        batch: Sequence[Incoming],
        before: Mapping[Partition, journal.Row | None],
        committed: Mapping[Partition, int | None],
    ) -> Settled:
        """Handle a batch and commit its state with the journal.

        Raises Unavailable (nothing was decided), NotOurs (end the process), and
        UnexpectedError for a batch of several messages; a single one is dead-lettered.
        """
        try:
            with self.codec.batch():
                return self._settle(batch, before, committed, self._decide)
        except (Unavailable, NotOurs):
            raise
        except Exception as error:
            # A bug must not stop a partition: alone, the message becomes a dead letter.
            if len(batch) > 1:
                raise UnexpectedError from error
            failed = partial(self._failed, batch[0], error)
            return self._settle(batch, before, committed, lambda *_: [failed()], read=False)

    def _settle(
        self,
        batch: Sequence[Incoming],
        before: Mapping[Partition, journal.Row | None],
        committed: Mapping[Partition, int | None],
        decide: Callable[[sa.Connection, Sequence[Read]], list[Ended]],
        *,
        read: bool = True,
    ) -> Settled:
        started = time.perf_counter()
        found = [(message, self._read(message)) for message in batch] if read else []
        with transaction(self.engine) as connection:
            hold_epoch(connection, exclusive=self.service.exclusive(_readable(found)))
            ended = decide(connection, found)
            self.service.apply(connection, [row for each in ended for row in each.rows])
            moves = _moves(ended, committed)
            if self.journalled:
                journal.move(connection, self.cluster_id, before, moves)
        metrics.SQL_SECONDS.labels(self.service.name).observe(time.perf_counter() - started)
        rows = {
            place: journal.Row(self.cluster_id, move.since, move.upto)
            for place, move in moves.items()
        }
        return Settled(tuple(o for each in ended for o in each.outputs), rows, tuple(ended))

    def _decide(self, connection: sa.Connection, read: Sequence[Read]) -> list[Ended]:
        facts = self.service.gather(connection, _readable(read))
        return [
            self._one(r, facts) if isinstance(r, Incoming) else self._refused(message, r)
            for message, r in read
        ]

    def _read(self, message: Incoming) -> Incoming | Rejected:
        try:
            return replace(message, record=self.service.read(message))
        except Rejected as refusal:
            return refusal

    def _one(self, message: Incoming, facts: Any) -> Ended:
        try:
            outcome = self.service.step(message, facts)
            outputs = (*self._encoded(outcome.emits), *self._left_out(message, outcome.unread))
        except Rejected as refusal:
            return self._refused(message, refusal)
        self.service.learn(facts, outcome.rows)
        provider, _ = self.service.sender(message)
        return Ended(message, FINE, provider, outputs, outcome.rows)

    def _encoded(self, emits: Iterable[Emit]) -> Iterable[Output]:
        for emit in emits:
            if emit.topic not in self.known_topics:
                if not isinstance(emit.record, Receipt):
                    raise Unavailable(f"topic {emit.topic} does not exist")
                metrics.RECEIPTS_DROPPED.labels(self.service.name).inc()
                continue
            value = self.codec.encode(emit.record)
            if len(value) > topics.max_bytes(emit.topic) - FRAME_BYTES:
                raise Rejected("size.too_large", "", f"{len(value)} bytes for {emit.topic}")
            yield Output(emit.topic, emit.key.encode(), value)

    def _refused(self, message: Incoming, refusal: Rejected) -> Ended:
        return self._dead(message, refusal, *self.service.sender(message))

    def _left_out(self, message: Incoming, unread: tuple[Reason, ...]) -> tuple[Output, ...]:
        """The whole message as a dead letter, and one receipt for all the parts left out."""
        if not unread:
            return ()
        reasons = tuple(_carried(each) for each in unread[:MOST_REASONS])
        provider, submission = self.service.sender(message)
        receipt = self._receipt(message, reasons, provider, submission)
        logger().warning("left out", **_where(message), provider=provider, parts=len(unread))
        return (self._dead_letter(message, reasons[0]), *receipt)

    def _receipt(
        self,
        message: Incoming,
        reasons: tuple[Reason, ...],
        provider: str | None,
        submission: str,
    ) -> tuple[Output, ...]:
        """A refusal for the provider; between our own stages it is about one credential."""
        if not provider:
            return ()
        own = topics.provider_of(message.topic) is None and message.key is not None
        receipt = Receipt(
            submission=submission,
            provider=provider,
            status="refused",
            stage=self.service.name,
            key=(message.key or b"").decode("utf-8", "replace") if own else None,
            reasons=reasons,
            at=message.at,
        )
        emit = Emit(topics.receipts(provider), submission, receipt)
        return tuple(self._encoded((emit,)))

    def _dead(
        self, message: Incoming, refusal: Rejected, provider: str | None, submission: str
    ) -> Ended:
        reason = _carried(Reason(code=refusal.code, path=refusal.path, detail=refusal.detail))
        receipt = self._receipt(message, (reason,), provider, submission)
        outputs = (self._dead_letter(message, reason), *receipt)
        logger().warning(
            "refused",
            **_where(message),
            provider=provider,
            reason=reason.code,
            path=reason.path,
        )
        return Ended(message, REFUSED, provider, outputs, reason=reason.code)

    def _failed(self, message: Incoming, error: Exception) -> Ended:
        # The exception's own text may quote a value, so only its type and the places are told.
        logger().error(
            "unexpected",
            **_where(message),
            error=type(error).__name__,
            trace=traceback.format_tb(error.__traceback__),
        )
        refusal = Rejected("unexpected", "", type(error).__name__)
        sender: tuple[str | None, str] = (None, "")
        with suppress(Exception):  # what reads it or names its sender may be what fails
            read = self._read(message)
            sender = self.service.sender(read if isinstance(read, Incoming) else message)
        return replace(self._dead(message, refusal, *sender), outcome=UNEXPECTED)

    def _dead_letter(self, message: Incoming, reason: Reason) -> Output:
        place = (message.topic, message.partition, message.offset)
        headers = marked(message.headers, reason, self.service.name, place, message.at)
        return Output(
            self._existing(topics.dlq(message.topic)), message.key, message.value, headers
        )

    def _existing(self, dead_letters: str) -> str:
        for name in (dead_letters, topics.UNKNOWN_DLQ):
            if name in self.known_topics:
                return name
        raise Unavailable(f"topic {dead_letters} does not exist")


def _readable(read: Iterable[Read]) -> list[Incoming]:
    return [found for _, found in read if isinstance(found, Incoming)]


def _carried(reason: Reason) -> Reason:
    return replace(reason, path=_words(reason.path), detail=_words(reason.detail))


def _where(message: Incoming) -> dict[str, Any]:
    return {"topic": message.topic, "partition": message.partition, "offset": message.offset}


def _words(text: str) -> str:
    """As much of a text as a header and a receipt can carry."""
    return text[:LONGEST_WORDS].encode("utf-8", "replace").decode()


def _moves(
    ended: Sequence[Ended], committed: Mapping[Partition, int | None]
) -> dict[Partition, Move]:
    """Each source partition's part of the batch, with the place of every output in the whole."""
    upto: dict[Partition, int] = {}
    placed: dict[Partition, list[tuple[int, Output]]] = {}
    count = 0
    for each in ended:
        place = (each.message.topic, each.message.partition)
        upto[place] = each.message.offset
        own = placed.setdefault(place, [])
        for output in each.outputs:
            own.append((count, output))
            count += 1
    return {
        place: Move(committed.get(place), upto[place], tuple(own)) for place, own in placed.items()
    }
