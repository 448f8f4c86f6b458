"""The registrations of providers: read from their topic."""

from __future__ import annotations

from collections.abc import Mapping

from credstream.contract import topics
from credstream.contract.errors import Rejected, Unavailable
from credstream.contract.records import Provider
from credstream.exchange.target import Target
from credstream.kafka import clients
from credstream.kafka.admin import Admin
from credstream.kafka.topic_reader import read_to_end

READ_SECONDS = 15.0


def in_force(target: Target) -> Mapping[str, Provider]:
    """The registrations in force by id, read from their topic; raises Unavailable."""
    if topics.PROVIDERS not in Admin(target.cluster).partitions():
        return {}
    consumer = clients.consumer(target.cluster, "credstream-operator")
    codec, found = target.codec(), dict[str, Provider]()
    try:
        for key, value in read_to_end(consumer, topics.PROVIDERS, READ_SECONDS):
            found.pop(key, None)
            if value is not None:
                found[key] = codec.decode(value, Provider)
    except Rejected as refusal:
        raise Unavailable(
            f"{topics.PROVIDERS} holds a message that is no registration: {refusal}"
        ) from refusal
    finally:
        consumer.close()
    return found
