"""How the exchange's own messages, such as registrations, are sent."""

from __future__ import annotations

from credstream.exchange.target import Target
from credstream.kafka import metadata
from credstream.kafka.sender import Sender
from credstream.process import timeouts


def connected(target: Target) -> Sender:
    """A sender whose broker answered; raises Unavailable soon where none does."""
    metadata.MetadataClient(target.cluster).fetch(timeouts.COMMAND_CONNECT_SECONDS)
    return sender(target)


def sender(target: Target) -> Sender:
    """A sender to a broker that may just have been asked for a thousand partitions."""
    return Sender(target.cluster, stall_seconds=timeouts.NEW_TOPICS_STALL_SECONDS)
