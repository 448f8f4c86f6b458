"""Sends messages outside transactions, and waits for the delivery report of each."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Protocol

from confluent_kafka import KafkaError, KafkaException, Message, Producer

from credstream.kafka import clients
from credstream.kafka.cluster import Cluster
from credstream.process import timeouts

Headers = tuple[tuple[str, bytes], ...]
OnDelivery = Callable[[KafkaError | None, Message], None]


class Sendable(Protocol):
    """A message to be written."""

    @property
    def topic(self) -> str: ...
    @property
    def value(self) -> bytes | None: ...
    @property
    def key(self) -> bytes | None: ...
    @property
    def headers(self) -> Headers: ...


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message to be written; without a value it is a tombstone."""

    topic: str
    value: bytes | None
    key: bytes | None = None
    headers: Headers = ()


@dataclass(slots=True)
class _Reports:
    """What is known of the messages of one call."""

    queued: int = 0
    delivered: int = 0
    failures: list[tuple[str, KafkaError]] = field(default_factory=list)

    @property
    def open(self) -> int:
        return self.queued - self.delivered - len(self.failures)

    def add(self, topic: str, error: KafkaError | None, _message: Message) -> None:
        if error is None:
            self.delivered += 1
        else:
            self.failures.append((topic, error))


@dataclass(slots=True)
class Sender:
    """Sends to one cluster; for one thread at a time.

    It gives up when no delivery is reported for `stall_seconds`.
    """

    cluster: Cluster
    make: Callable[[Cluster], Producer] = clients.producer
    stall_seconds: float = timeouts.DELIVERY_STALL_SECONDS
    _client: Producer | None = None

    def send(self, messages: Sequence[Sendable]) -> None:
        """Write all messages and wait until the broker has confirmed each.

        Raises Unavailable with the topic and the cause, ActionNeeded where waiting does not help.
        A message without a report may have been written: send again only what may be repeated.
        """
        reports = _Reports()
        stopped_at = self._queue(messages, reports)
        self._await(reports)
        missing = len(messages) - reports.delivered
        if missing:
            topic, error = next(iter(reports.failures), (stopped_at, None))
            why = self.cluster.failure(error) if error else self.cluster.outage()
            text = f"{topic}: {missing} of {len(messages)} messages were not delivered; {why}"
            self._renew_after(error)
            raise type(why)(text)

    def _queue(self, messages: Sequence[Sendable], reports: _Reports) -> str:
        """Queue the messages, up to one that the client refuses; the topic of the last one."""
        client, topic = self._producer(), ""
        for message in messages:
            topic = message.topic
            reports.queued += 1
            try:
                enqueue(client, message, partial(reports.add, topic), self.stall_seconds)
            except KafkaException as error:
                reports.failures.append((topic, error.args[0]))
                break
            except BufferError:
                reports.queued -= 1
                break
            client.poll(0)
        return topic

    def _await(self, reports: _Reports) -> None:
        """Wait as long as reports come: a client above its quota is slow, and no more than that."""
        while before := reports.open:
            self._producer().flush(self.stall_seconds)
            if reports.open == before:
                return

    def _producer(self) -> Producer:
        if self._client is None:  # one that has nothing queued is false
            self._client = self.make(self.cluster)
        return self._client

    def _renew_after(self, error: KafkaError | None) -> None:
        """A client that met a fatal error refuses everything that follows."""
        if error and (error.fatal() or error.code() == KafkaError._FATAL):  # noqa: SLF001
            self._client = None


def enqueue(
    client: Producer,
    message: Sendable,
    on_delivery: OnDelivery | None = None,
    seconds: float = math.inf,
) -> None:
    """Give a message to a client, and wait while its queue is full.

    Raises BufferError when there is no room for `seconds`, and KafkaException.
    """
    until = time.monotonic() + seconds
    while True:
        try:
            client.produce(
                message.topic,
                message.value,
                message.key,
                headers=list(message.headers),
                on_delivery=on_delivery,
            )
        except BufferError:
            if time.monotonic() >= until:
                raise
            client.poll(timeouts.FULL_QUEUE_PAUSE_SECONDS)
        else:
            return
