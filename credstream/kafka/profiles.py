"""What librdkafka and Faust are told, and how the worlds of a cluster differ."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from credstream.contract.topics import LARGEST
from credstream.kafka.embedded import EMBEDDED

Config = Mapping[str, Any]

# librdkafka tells each failed connection, twenty times a second; what matters we say ourselves.
SILENT = logging.getLogger("credstream.librdkafka")
SILENT.disabled = True
COMMON: Config = {
    "message.max.bytes": LARGEST,
    "log_level": 0,
    "logger": SILENT,
    "socket.keepalive.enable": True,
    # Ten seconds by default, for which a producer also does not ask who coordinates it now.
    "reconnect.backoff.max.ms": 1000,
}
CONSUMER: Config = {
    "auto.offset.reset": "earliest",
    "enable.auto.commit": False,
    "isolation.level": "read_committed",
    "session.timeout.ms": 6000,
    "heartbeat.interval.ms": 1500,
    # Without this one consume() call returned 65 MB.
    "queued.max.messages.kbytes": 4096,
    # A full queue pauses the fetcher, by default for a whole second: 4,000 events a second.
    "fetch.queue.backoff.ms": 10,
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
PROTOCOLS = ("plaintext", "ssl", "sasl_ssl", "sasl_plaintext")
# What Faust's own consumer is told, in seconds.
CONTROL: Config = {
    "broker_session_timeout": 6.0,
    "broker_heartbeat_interval": 1.5,
}
TRANSACTIONAL: Config = {"transaction.timeout.ms": 10000}


@dataclass(frozen=True, slots=True)
class Profile:
    """How a world differs.

    `ordinary_commit` where the broker forgets transactional offsets; `inquisitive` where it may be
    asked for what only a real one knows: groups, and in idle times whether it is there.
    """

    consumer: Config = field(default_factory=dict)
    producer: Config = field(default_factory=dict)
    control: Config = field(default_factory=lambda: CONTROL)
    ordinary_commit: bool = False
    inquisitive: bool = True


# The embedded broker's own settings stand beside the broker.
PROFILES: Mapping[str, Profile] = {
    "kafka": Profile(),
    "embedded": Profile(
        EMBEDDED["consumer"],
        EMBEDDED["producer"],
        EMBEDDED["control"],
        ordinary_commit=True,
        inquisitive=False,
    ),
}
