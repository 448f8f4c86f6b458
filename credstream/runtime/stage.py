"""One batch through a service, in one SQL transaction with the journal."""

from __future__ import annotations

import time
from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Generic, TypeAlias

import sqlalchemy as sa

from credstream.contract.codec import Codec
from credstream.contract.errors import Rejected, Unavailable
from credstream.contract.messages import Content, Incoming, Partition, ReadMessage, with_record
from credstream.process import metrics
from credstream.process.in_hand import Phase
from credstream.runtime.attempts import Attempts
from credstream.runtime.breaker import FINE
from credstream.runtime.outputs import Ended, Outputs
from credstream.runtime.service import NOBODY, Facts, Known, Opened, Record, Row, Sender, Service
from credstream.storage import journal
from credstream.storage.engine import transaction
from credstream.storage.journal import Move, NotOurs, Output
from credstream.storage.statements import lock_epoch

# The outputs of a batch are in the memory as records, as bytes, in the journal's row and in the
# producer's queue. An ordinary batch of 500 messages leaves 1,500 of together 5 MB; awards that
# carry a definition of 900 KB leave as much with six messages.
MOST_OUTPUTS, MOST_OUTPUT_BYTES = 5_000, 16 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Settled:
    """A batch whose SQL transaction is committed: what the Kafka transaction has to write.

    `ended` has the messages that were handled: the first ones of the batch, at least one.
    """

    outputs: tuple[Output, ...]
    journal: Mapping[Partition, journal.Row]
    ended: tuple[Ended, ...]


@dataclass(frozen=True, slots=True)
class _Ready(Generic[Content]):
    """A message that was opened or examined, and who sent it."""

    message: ReadMessage[Content]
    sender: Sender


@dataclass(frozen=True, slots=True)
class _Refused:
    """A message that ends without a step."""

    message: Incoming
    refusal: Rejected
    sender: Sender


_OrRefused: TypeAlias = _Ready[Content] | _Refused


@dataclass(slots=True)
class _Decided(Generic[Row]):
    """How the messages of a batch ended, and the rows that they leave in the service's tables."""

    ended: list[Ended] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)
    outputs: int = 0
    output_bytes: int = 0

    def add(self, ended: Ended, rows: Sequence[Row]) -> None:
        self.ended.append(ended)
        self.rows += rows
        self.outputs += len(ended.outputs)
        self.output_bytes += sum(len(output.value or b"") for output in ended.outputs)

    def full(self) -> bool:
        """Whether the messages that follow have to wait for a batch of their own."""
        return self.outputs >= MOST_OUTPUTS or self.output_bytes >= MOST_OUTPUT_BYTES


class UnexpectedError(Exception):
    """Some message of a batch failed in a way nobody foresaw; handle them one at a time."""


@dataclass(slots=True)
class Stage(Generic[Record, Facts, Row, Opened, Known]):
    """Runs batches of one service against its database; knows nothing of Kafka clients."""

    service: Service[Record, Facts, Row, Opened, Known]
    engine: sa.Engine
    codec: Codec
    cluster_id: str
    known_topics: Container[str]
    journalled: bool = True
    attempts: Attempts = field(default_factory=Attempts)

    def settle(
        self,
        batch: Sequence[Incoming],
        before: Mapping[Partition, journal.Row | None],
        committed: Mapping[Partition, int | None],
    ) -> Settled:
        """Handle a batch, or its first messages, and commit its state with the journal.

        Raises Unavailable (nothing was decided), NotOurs (end the process), and
        UnexpectedError for a batch of several messages; a single one is dead-lettered.
        """
        self.attempts.in_hand.alone = len(batch) == 1
        try:
            with self.codec.batch():
                return self._settle(batch, before, committed, self._decide)
        except (Unavailable, NotOurs):
            raise
        except Exception as error:
            # A bug must not stop a partition: alone, the message becomes a dead letter.
            if len(batch) > 1:
                raise UnexpectedError from error
            ended = self._outputs().failed(batch[0], error, self._sender_of(batch[0]))
            return self._settle((), before, committed, lambda *_: _Decided([ended]))
        finally:
            self.attempts.in_hand.clear()

    def give_up(
        self,
        message: Incoming,
        sender: Sender,
        before: Mapping[Partition, journal.Row | None],
        committed: Mapping[Partition, int | None],
    ) -> Settled:
        """Dead-letter a message whose code ends the process; raises as `settle` does."""
        ended = self._outputs().unprocessable(message, sender)
        return self._settle((), before, committed, lambda *_: _Decided([ended]))

    def _settle(
        self,
        batch: Sequence[Incoming],
        before: Mapping[Partition, journal.Row | None],
        committed: Mapping[Partition, int | None],
        decide: Callable[[sa.Connection, Sequence[_OrRefused[Opened]]], _Decided[Row]],
    ) -> Settled:
        started = time.perf_counter()
        opened = [self._open(message) for message in batch]
        # From here on it waits for SQL: a death meanwhile is no message's.
        self.attempts.in_hand.clear()
        with transaction(self.engine) as connection:
            # First of all: a change of reference data must not fall between gather and commit.
            lock_epoch(connection, exclusive=self.service.exclusive(_messages(opened)))
            decided = decide(connection, opened)
            self.service.apply(connection, decided.rows)
            moves = _moves(decided.ended, committed)
            self.attempts.forget(connection, moves)
            # In the same transaction, so that state and outputs are both kept or both lost.
            if self.journalled:
                journal.move(connection, self.cluster_id, before, moves)
        metrics.SQL_SECONDS.labels(self.service.name).observe(time.perf_counter() - started)
        rows = {
            partition: journal.Row(self.cluster_id, move.since, move.upto)
            for partition, move in moves.items()
        }
        outputs = tuple(output for each in decided.ended for output in each.outputs)
        return Settled(outputs, rows, tuple(decided.ended))

    def _open(self, message: Incoming) -> _OrRefused[Opened]:
        self.attempts.in_hand.note(message, Phase.READING)
        try:
            read = with_record(message, self.service.read(message))
        except Rejected as refusal:
            return _Refused(message, refusal, NOBODY)
        sender = self.service.sender(read)
        if message.unreadable:
            unread = Rejected("text.invalid", message.unreadable, "a name that is not UTF-8")
            return _Refused(message, unread, sender)
        return _Ready(read, sender)

    def _decide(
        self, connection: sa.Connection, opened: Sequence[_OrRefused[Opened]]
    ) -> _Decided[Row]:
        known = self.service.known(connection, _messages(opened))
        examined = [self._examine(message, known) for message in opened]
        self.attempts.in_hand.clear()
        facts = self.service.gather(connection, _messages(examined))
        decided: _Decided[Row] = _Decided(rows=list(self.service.batch_rows(facts)))
        for message in examined:
            decided.add(*self._step(message, facts))
            if decided.full():
                break
        self.attempts.in_hand.clear()
        return decided

    def _examine(self, opened: _OrRefused[Opened], known: Known) -> _OrRefused[Record]:
        if isinstance(opened, _Refused):
            return opened
        self.attempts.in_hand.note(opened.message, Phase.EXAMINING)
        try:
            record = self.service.examine(opened.message, known)
        except Rejected as refusal:
            return _Refused(opened.message, refusal, opened.sender)
        return _Ready(with_record(opened.message, record), opened.sender)

    def _step(self, examined: _OrRefused[Record], facts: Facts) -> tuple[Ended, tuple[Row, ...]]:
        message, sender, outputs = examined.message, examined.sender, self._outputs()
        self.attempts.in_hand.note(message, Phase.STEPPING)
        if isinstance(examined, _Refused):
            return outputs.refused(message, examined.refusal, sender), ()
        try:
            result = self.service.step(examined.message, facts)
            written = outputs.encoded(result.emits)
            left_out = outputs.left_out(message, result.unread, sender)
        except Rejected as refusal:
            return outputs.refused(message, refusal, sender), ()
        self.service.learn(facts, result.rows)
        return Ended(message, FINE, sender.provider, (*written, *left_out)), result.rows

    def sendable(self, outputs: Iterable[Output]) -> list[Output]:
        """Outputs of the journal that can be sent; raises Unavailable for a missing topic."""
        return self._outputs().sendable(outputs)

    def _outputs(self) -> Outputs:
        return Outputs(self.service.name, self.codec, self.known_topics)

    def _sender_of(self, message: Incoming) -> Sender:
        # What opens the message, or names its sender, may be what failed.
        self.attempts.in_hand.note(message, Phase.READING)
        with suppress(Exception):
            return self._open(message).sender
        return NOBODY


AnyStage: TypeAlias = Stage[Any, Any, Any, Any, Any]


def _messages(batch: Iterable[_OrRefused[Content]]) -> list[ReadMessage[Content]]:
    return [each.message for each in batch if isinstance(each, _Ready)]


def _moves(
    ended: Sequence[Ended], committed: Mapping[Partition, int | None]
) -> dict[Partition, Move]:
    """Each source partition's part of the batch, with the position of every output in the whole."""
    # A replay publishes the outputs of all partitions of a batch in the order that they had in it:
    # two of them may be for one key.
    upto: dict[Partition, int] = {}
    outputs: dict[Partition, list[tuple[int, Output]]] = {}
    position = 0
    for each in ended:
        partition = (each.message.topic, each.message.partition)
        upto[partition] = each.message.offset
        own = outputs.setdefault(partition, [])
        for output in each.outputs:
            own.append((position, output))
            position += 1
    return {
        partition: Move(committed.get(partition), upto[partition], tuple(own))
        for partition, own in outputs.items()
    }
