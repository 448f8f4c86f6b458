"""Kafka clients and their settings: one table for a real cluster, one for the embedded broker."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from confluent_kafka import Consumer, KafkaError, KafkaException, Message, Producer

from credstream.contract.errors import Unavailable
from credstream.contract.flow import Incoming
from credstream.contract.topics import LARGEST
from credstream.runtime.embedded import EMBEDDED

Config = Mapping[str, Any]

COMMON: Config = {
    "message.max.bytes": LARGEST,
    # librdkafka tells each failed connection, twenty times a second; what matters we say ourselves.
    "log_level": 2,
    "socket.keepalive.enable": True,
}
CONSUMER: Config = {
    "auto.offset.reset": "earliest",
    "enable.auto.commit": False,
    "isolation.level": "read_committed",
    "session.timeout.ms": 6000,
    "heartbeat.interval.ms": 1500,
    # Without this one consume() call returned 65 MB.
    "queued.max.messages.kbytes": 4096,
    "fetch.message.max.bytes": LARGEST,
    "topic.metadata.refresh.interval.ms": 5000,
}
PRODUCER: Config = {
    "acks": "all",
    "enable.idempotence": True,
    "linger.ms": 5,
    "batch.size": 262144,
    # librdkafka's own default puts keys elsewhere than Java and Faust do.
    "partitioner": "murmur2_random",
    # A transaction begun while the last one's markers are written is refused once.
    "retry.backoff.ms": 10,
    # A transaction that touches a missing topic costs this long.
    "topic.metadata.propagation.max.ms": 2000,
}
# What Faust's own consumer is told, in seconds.
CONTROL: Config = {
    "broker_session_timeout": 6.0,
    "broker_heartbeat_interval": 1.5,
}
TRANSACTIONAL: Config = {"transaction.timeout.ms": 10000}


@dataclass(frozen=True, slots=True)
class Profile:
    """How a world differs; `ordinary_commit` where the broker forgets transactional offsets."""

    consumer: Config = field(default_factory=dict)
    producer: Config = field(default_factory=dict)
    control: Config = field(default_factory=lambda: CONTROL)
    ordinary_commit: bool = False


# The embedded broker's own settings stand beside the broker.
PROFILES: Mapping[str, Profile] = {
    "kafka": Profile(),
    "embedded": Profile(
        EMBEDDED["consumer"], EMBEDDED["producer"], EMBEDDED["control"], ordinary_commit=True
    ),
}


def consumer(broker: str, profile: str, group: str, **more: Any) -> Consumer:
    """A consumer of a group; `more` are further settings with _ for the dots."""
    return Consumer(
        {"bootstrap.servers": broker, "group.id": group}
        | dict(COMMON)
        | dict(CONSUMER)
        | dict(PROFILES[profile].consumer)
        | {name.replace("_", "."): value for name, value in more.items()}
    )


def producer(broker: str, profile: str, transactional_id: str | None = None) -> Producer:
    """A producer; with an id it is transactional."""
    extra = {"transactional.id": transactional_id, **TRANSACTIONAL} if transactional_id else {}
    return Producer(
        {"bootstrap.servers": broker}
        | dict(COMMON)
        | dict(PRODUCER)
        | dict(PROFILES[profile].producer)
        | extra
    )


def send(target: Producer, topic: str, value: bytes | None, key: bytes | None = None) -> None:
    """Write one message and wait until the broker has it; raises Unavailable."""
    failures: list[KafkaError] = []
    target.produce(topic, value, key, on_delivery=lambda e, _m: failures.append(e) if e else None)
    if target.flush(15) or failures:
        raise Unavailable(f"{topic}: {failures[0].str() if failures else 'not delivered in 15 s'}")


def topics_of(client: Consumer | Producer, timeout: float = 10.0) -> tuple[str, dict[str, int]]:
    """Cluster id, and partitions of every topic; raises Unavailable."""
    try:
        found = client.list_topics(timeout=timeout)
    except KafkaException as error:
        raise Unavailable(f"broker: {error.args[0].str()}") from error
    counts = {name: len(topic.partitions) for name, topic in found.topics.items()}
    return found.cluster_id or "", counts


def incoming(message: Message) -> Incoming:
    """A Kafka message as a step sees it."""
    headers = cast("list[tuple[str, str | bytes | None]] | None", message.headers())
    return Incoming(
        topic=message.topic() or "",
        partition=message.partition() or 0,
        offset=message.offset() or 0,
        key=_bytes(message.key()),
        value=_bytes(message.value()),
        headers=tuple((n, _bytes(v) or b"") for n, v in headers or ()),
        at=message.timestamp()[1],
    )


class KnownTopics:
    """The topics that exist, asked for again when one is missing, but not more than once a second.

    Outputs go only to topics that exist: a transaction that touches a missing one costs seconds
    and repeats for ever.
    """

    def __init__(self, client: Producer) -> None:
        self._client = client
        self._names: frozenset[str] = frozenset()
        self._asked = -1.0

    def __contains__(self, name: object) -> bool:
        if name not in self._names and time.monotonic() - self._asked > 1.0:
            self._names = frozenset(topics_of(self._client)[1])
            self._asked = time.monotonic()
        return name in self._names


def _bytes(value: str | bytes | None) -> bytes | None:
    return value.encode() if isinstance(value, str) else value
