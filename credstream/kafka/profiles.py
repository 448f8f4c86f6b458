"""The settings of librdkafka and Faust, for a real broker and for the embedded one."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from credstream.contract.topics import LARGEST_MESSAGE
from credstream.kafka.embedded import EMBEDDED
from credstream.process import timeouts

Config = Mapping[str, Any]

# librdkafka logs each failed connection, twenty times a second; the error callback has them too.
SILENT = logging.getLogger("credstream.librdkafka")
SILENT.disabled = True
COMMON: Config = {
    "message.max.bytes": LARGEST_MESSAGE,
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
    # Without this limit one consume() call returned 65 MB.
    "queued.max.messages.kbytes": 4096,
    "fetch.queue.backoff.ms": timeouts.FETCH_QUEUE_PAUSE_MS,
    "fetch.message.max.bytes": LARGEST_MESSAGE,
    "topic.metadata.refresh.interval.ms": timeouts.METADATA_REFRESH_MS,
}
# A data path says itself where it begins: what the broker does not have any more is never skipped
# without a word (decision 0030).
DATA_PATH: Config = {"auto.offset.reset": "error"}
PRODUCER: Config = {
    "acks": "all",
    "enable.idempotence": True,
    "linger.ms": timeouts.LINGER_MS,
    "batch.size": 262144,
    # The default of Java's client and of Faust: with librdkafka's own, a key would have two
    # partitions.
    "partitioner": "murmur2_random",
    "retry.backoff.ms": timeouts.PRODUCER_RETRY_PAUSE_MS,
    "topic.metadata.propagation.max.ms": timeouts.MISSING_TOPIC_MS,
}
# Faust's own consumer, in seconds.
CONTROL: Config = {
    "broker_session_timeout": timeouts.SESSION_MS / 1000,
    "broker_heartbeat_interval": timeouts.HEARTBEAT_MS / 1000,
}
TRANSACTIONAL: Config = {"transaction.timeout.ms": timeouts.TRANSACTION_MS}


@dataclass(frozen=True, slots=True)
class Profile:
    """The settings of one kind of broker, and what it can do.

    `ordinary_commit` where it forgets offsets that are committed in a transaction; `describes`
    where it answers what only a real one knows: groups, and whether it is there at idle times.
    """

    consumer: Config = field(default_factory=dict)
    producer: Config = field(default_factory=dict)
    control: Config = field(default_factory=lambda: CONTROL)
    ordinary_commit: bool = False
    describes: bool = True


PROFILES: Mapping[str, Profile] = {
    "kafka": Profile(),
    "embedded": Profile(
        EMBEDDED["consumer"],
        EMBEDDED["producer"],
        EMBEDDED["control"],
        ordinary_commit=True,
        describes=False,
    ),
}
