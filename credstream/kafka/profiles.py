"""What librdkafka and Faust are told, and how the worlds of a cluster differ."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from credstream.contract.topics import LARGEST
from credstream.kafka.embedded import EMBEDDED
from credstream.process import timeouts

Config = Mapping[str, Any]

# librdkafka tells each failed connection, twenty times a second; what matters we say ourselves.
SILENT = logging.getLogger("credstream.librdkafka")
SILENT.disabled = True
COMMON: Config = {
    "message.max.bytes": LARGEST,
    "log_level": 0,
    "logger": SILENT,
    "socket.keepalive.enable": True,
    "reconnect.backoff.max.ms": timeouts.LONGEST_RECONNECT_PAUSE_MS,
}
CONSUMER: Config = {
    "auto.offset.reset": "earliest",
    "enable.auto.commit": False,
    "isolation.level": "read_committed",
    "session.timeout.ms": timeouts.SESSION_MS,
    "heartbeat.interval.ms": timeouts.HEARTBEAT_MS,
    # Without this one consume() call returned 65 MB.
    "queued.max.messages.kbytes": 4096,
    "fetch.queue.backoff.ms": timeouts.FETCH_QUEUE_PAUSE_MS,
    "fetch.message.max.bytes": LARGEST,
    "topic.metadata.refresh.interval.ms": timeouts.METADATA_REFRESH_MS,
}
PRODUCER: Config = {
    "acks": "all",
    "enable.idempotence": True,
    "linger.ms": timeouts.LINGER_MS,
    "batch.size": 262144,
    # librdkafka's own default puts keys elsewhere than Java and Faust do.
    "partitioner": "murmur2_random",
    "retry.backoff.ms": timeouts.PRODUCER_RETRY_PAUSE_MS,
    "topic.metadata.propagation.max.ms": timeouts.MISSING_TOPIC_MS,
}
PROTOCOLS = ("plaintext", "ssl", "sasl_ssl", "sasl_plaintext")
# What Faust's own consumer is told, in seconds.
CONTROL: Config = {
    "broker_session_timeout": timeouts.SESSION_MS / 1000,
    "broker_heartbeat_interval": timeouts.HEARTBEAT_MS / 1000,
}
TRANSACTIONAL: Config = {"transaction.timeout.ms": timeouts.TRANSACTION_MS}


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
