"""What a service brings to the runtime: its names, and the functions that a batch runs through."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, NamedTuple, TypeAlias, TypeVar

import sqlalchemy as sa

from credstream.contract.codec import Codec
from credstream.contract.messages import Incoming, ReadMessage, StepResult

Record = TypeVar("Record")
Facts = TypeVar("Facts")
Row = TypeVar("Row")


class Sender(NamedTuple):
    """Who sent a message: the provider, None where it is not known, and the submission's id."""

    provider: str | None
    submission: str


NOBODY = Sender(None, "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Service(Generic[Record, Facts, Row]):
    """What a service brings; everything else is the runtime's.

    The stage takes a batch through these functions, in this order:

    1. `read` makes a record of one message's bytes, or raises Rejected; `sender` says who sent a
       message that was read: its receipt goes there if it is refused later. `exclusive` says
       whether the batch changes what other batches rely on.
    2. `gather` reads all rows that the batch needs, and puts them together as the facts.
    3. `step` decides about one message, or raises Rejected. It is pure: it changes neither the
       message nor the facts. `learn` then adds its rows to the facts for the later messages.
    4. `apply` writes the rows of all messages.

    From the second on everything happens in one SQL transaction. The facts are one object for one
    batch, and nothing but `learn` changes them.
    `unknown` names the topics, among some, whose messages have to wait.
    """

    name: str
    inputs: tuple[str, ...]
    strategy: str = "range"
    read: Callable[[Incoming], Record]
    sender: Callable[[ReadMessage[Record]], Sender]
    exclusive: Callable[[Sequence[ReadMessage[Record]]], bool] = lambda _batch: False
    gather: Callable[[sa.Connection, Sequence[ReadMessage[Record]]], Facts]
    step: Callable[[ReadMessage[Record], Facts], StepResult[Row]]
    learn: Callable[[Facts, Sequence[Row]], None]
    apply: Callable[[sa.Connection, Sequence[Row]], None]
    unknown: Callable[[sa.Connection, set[str]], set[str]] | None = None


# For those who need a service's names and topics, and call none of its functions.
AnyService: TypeAlias = Service[Any, Any, Any]


def reader(codec: Codec, records: Mapping[str, type[Record]]) -> Callable[[Incoming], Record]:
    """A `read` for topics of our own, each of which carries one kind of record."""

    def read(message: Incoming) -> Record:
        record: Record = codec.decode(message.value, records[message.topic])
        return record

    return read
