"""The input and the result of a step."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from credstream.contract.records import Record
from credstream.contract.values import Reason

# Topic and number of a partition; the same with the offset of a message.
Partition = tuple[str, int]
MessageId = tuple[str, int, int]

Content = TypeVar("Content")
Content_co = TypeVar("Content_co", covariant=True)
Row_co = TypeVar("Row_co", covariant=True)


class Positioned(Protocol):
    """Something that has the position of a message: an Incoming, or one that is not read yet."""

    @property
    def topic(self) -> str:
        """The topic that the message came from."""

    @property
    def partition(self) -> int:
        """Its partition there."""

    @property
    def offset(self) -> int:
        """Its offset in the partition."""

    @property
    def stamped(self) -> bool:
        """Whether its time is the broker's, where that matters."""


Message = TypeVar("Message", bound=Positioned)


@dataclass(frozen=True, slots=True, kw_only=True)
class Incoming:
    """One message as Kafka delivered it; `at` is the broker's time in ms since 1970.

    Where the broker did not write the time of a submission, `stamped` is false and `at` is when
    the worker read it.
    `unreadable` names a part that its client could not read: the others are there.
    """

    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, bytes], ...] = ()
    at: int
    stamped: bool = True
    unreadable: str = ""

    def header(self, name: str) -> str | None:
        """The first header of a name as text."""
        return next((v.decode("utf-8", "replace") for n, v in self.headers if n == name), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadMessage(Incoming, Generic[Content_co]):
    """A message with the record that its service read from its bytes."""

    record: Content_co


@dataclass(frozen=True, slots=True)
class Emit:
    """A record for a topic under a key."""

    topic: str
    key: str
    record: Record


@dataclass(frozen=True, slots=True)
class StepResult(Generic[Row_co]):
    """What a step decided: records for topics, and rows for the service's own tables.

    `unread` has the reasons why parts of the message were skipped. They end like a refusal, with
    the whole message on the dead-letter topic, while the other parts are processed.
    """

    emits: tuple[Emit, ...] = ()
    rows: tuple[Row_co, ...] = ()
    unread: tuple[Reason, ...] = ()


def with_record(message: Incoming, record: Content) -> ReadMessage[Content]:
    """The message with what was read from it, in place of what was read before."""
    return ReadMessage(
        topic=message.topic,
        partition=message.partition,
        offset=message.offset,
        key=message.key,
        value=message.value,
        headers=message.headers,
        at=message.at,
        stamped=message.stamped,
        unreadable=message.unreadable,
        record=record,
    )
