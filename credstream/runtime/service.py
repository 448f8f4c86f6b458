"""What a service brings to the runtime: its names, and the functions that a batch runs through."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, NamedTuple, TypeAlias, TypeVar

import sqlalchemy as sa

from credstream.contract.codec import Codec
from credstream.contract.messages import Incoming, ReadMessage, StepResult

Opened = TypeVar("Opened")
Known = TypeVar("Known")
Record = TypeVar("Record")
Facts = TypeVar("Facts")
Row = TypeVar("Row")


class Sender(NamedTuple):
    """Who sent a message: the provider, None where it is not known, and the submission's id."""

    provider: str | None
    submission: str


NOBODY = Sender(None, "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Service(Generic[Record, Facts, Row, Opened, Known]):
    """What a service brings; everything else is the runtime's.

    The stage takes a batch through these functions, in this order:

    1. `read` opens one message, or raises Rejected. `sender` says who sent a message that could be
       opened: its receipt goes there if it is refused later. `exclusive` says whether the batch
       changes what other batches rely on.
    2. `known` reads the rows that an opened message can be examined with, once for the batch, and
       `examine` makes the record of one message with them, or raises Rejected. It is pure.
    3. `gather` reads all rows that the records need, and puts them together as the facts.
       `batch_rows` gives the rows that the batch brings, whatever becomes of its messages.
    4. `step` decides about one message, or raises Rejected. It is pure: it changes neither the
       message nor the facts. `learn` then adds its rows to the facts for the later messages.
    5. `apply` writes the rows of the batch and of all its messages.

    From the second on everything happens in one SQL transaction. A refusal by `read`, `examine`
    or `step` is that of one message; the others go on. The facts are one object for one batch, and
    nothing but `learn` changes them.

    The second phase is for services whose records have to be read from the content before anybody
    can tell which rows they need. Others give `nothing_known` and `as_read`.
    `unknown` names the topics, among some, whose messages have to wait.
    """

    name: str
    inputs: tuple[str, ...]
    strategy: str = "range"
    read: Callable[[Incoming], Opened]
    sender: Callable[[ReadMessage[Opened]], Sender]
    exclusive: Callable[[Sequence[ReadMessage[Opened]]], bool] = lambda _batch: False
    known: Callable[[sa.Connection, Sequence[ReadMessage[Opened]]], Known]
    examine: Callable[[ReadMessage[Opened], Known], Record]
    gather: Callable[[sa.Connection, Sequence[ReadMessage[Record]]], Facts]
    batch_rows: Callable[[Facts], Sequence[Row]] = lambda _facts: ()
    step: Callable[[ReadMessage[Record], Facts], StepResult[Row]]
    learn: Callable[[Facts, Sequence[Row]], None]
    apply: Callable[[sa.Connection, Sequence[Row]], None]
    unknown: Callable[[sa.Connection, set[str]], set[str]] | None = None


# For those who need a service's names and topics, and call none of its functions.
AnyService: TypeAlias = Service[Any, Any, Any, Any, Any]


def nothing_known(_connection: sa.Connection, _batch: Sequence[Incoming]) -> None:
    """The `known` of a service that examines messages by themselves, or not at all."""


def as_read(message: ReadMessage[Record], _known: None) -> Record:
    """The `examine` of a service that finds its rows by what `read` gives."""
    return message.record


def reader(codec: Codec, records: Mapping[str, type[Record]]) -> Callable[[Incoming], Record]:
    """A `read` for topics of our own, each of which carries one kind of record."""

    def read(message: Incoming) -> Record:
        record: Record = codec.decode(message.value, records[message.topic])
        return record

    return read
