"""How the exchange's own messages, such as registrations, are sent."""

from __future__ import annotations

from credstream.exchange.target import Target
from credstream.kafka import clients
from credstream.kafka.sender import NEW_TOPICS_STALL_SECONDS, Sender

CONNECT_SECONDS = 4.0


def connected(target: Target) -> Sender:
    """A sender whose broker answered; raises Unavailable soon where none does."""
    clients.Asker(target.cluster).seen(CONNECT_SECONDS)
    return sender(target)


def sender(target: Target) -> Sender:
    """A sender to a broker that may just have been asked for a thousand partitions."""
    return Sender(target.cluster, stall_seconds=NEW_TOPICS_STALL_SECONDS)
