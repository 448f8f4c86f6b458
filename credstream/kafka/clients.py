"""Consumers, producers and the codec, as settings and profile want them."""

from __future__ import annotations

from typing import Any

from confluent_kafka import (
    Consumer,
    Producer,
)

from credstream.contract.codec import Codec
from credstream.kafka.cluster import Cluster, common_settings
from credstream.kafka.profiles import (
    CONSUMER,
    DATA_PATH,
    PRODUCER,
    PROFILES,
    TRANSACTIONAL,
)
from credstream.process.settings import Settings


def consumer(cluster: Cluster, group: str, **more: Any) -> Consumer:
    """A consumer of a group; `more` are further settings with _ for the dots."""
    return Consumer(
        common_settings(cluster, group_id=group)
        | dict(CONSUMER)
        | dict(PROFILES[cluster.profile].consumer)
        | {name.replace("_", "."): value for name, value in more.items()}
    )


def data_path_consumer(cluster: Cluster, group: str, **more: Any) -> Consumer:
    """A consumer that reads only from where it is told to."""
    own = {name.replace(".", "_"): value for name, value in DATA_PATH.items()}
    return consumer(cluster, group, **own, **more)


def producer(cluster: Cluster, transactional_id: str | None = None) -> Producer:
    """A producer; with an id it is transactional."""
    extra = {"transactional.id": transactional_id, **TRANSACTIONAL} if transactional_id else {}
    return Producer(
        common_settings(cluster) | dict(PRODUCER) | dict(PROFILES[cluster.profile].producer) | extra
    )


def codec_of(settings: Settings) -> Codec:
    """The codec of messages: with the registry's ids, or the built-in ones where there is none."""
    if not settings.registry_url:
        return Codec()
    from credstream.kafka.registry import SchemaRegistry  # noqa: PLC0415, it takes 0.3 s to load

    return Codec(SchemaRegistry(settings.registry_url))
