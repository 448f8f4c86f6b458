"""Kafka clients, and what is asked of a cluster; `profiles` has what they are told."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Any

from confluent_kafka import (
    Consumer,
    KafkaError,
    KafkaException,
    Producer,
)
from confluent_kafka.admin import AdminClient, ClusterMetadata

from credstream.contract.codec import Codec
from credstream.contract.errors import ActionNeeded, Unavailable
from credstream.kafka.profiles import (
    COMMON,
    CONSUMER,
    PRODUCER,
    PROFILES,
    PROTOCOLS,
    TRANSACTIONAL,
    Config,
)
from credstream.process import timeouts
from credstream.process.diagnosis import Diagnosis, Witness, known, of_broker, refused
from credstream.process.settings import Settings, SettingsError, needed

# Errors that follow from another one, which the client told its error callback.
NO_ANSWER = {
    KafkaError._ALL_BROKERS_DOWN,  # noqa: SLF001
    KafkaError._TRANSPORT,  # noqa: SLF001
    KafkaError._TIMED_OUT,  # noqa: SLF001
    KafkaError._MSG_TIMED_OUT,  # noqa: SLF001
}


@dataclass(frozen=True, slots=True)
class Cluster:
    """A Kafka cluster and who we are there; `security` is in librdkafka's names."""

    address: str
    profile: str = "kafka"
    security: Config = field(default_factory=dict, repr=False)
    witness: Witness = field(default_factory=Witness, repr=False, compare=False)

    def refused(self, error: KafkaError) -> Unavailable:
        """A broker's own refusal as an operator reads it."""
        return _unavailable(refused(self.address, self.security, error))

    def silent(self) -> Unavailable:
        """That there was no answer, with what was heard instead, and what to do."""
        return _unavailable(of_broker(self.address, self.security, self.witness.heard))

    def failure(self, error: KafkaError) -> Unavailable:
        """What an error of a client means: the broker's refusal, or why there is no answer."""
        return self.silent() if error.code() in NO_ANSWER else self.refused(error)


def cluster_of(settings: Settings) -> Cluster:
    """The cluster that the settings name; raises SettingsError where they do not fit together."""
    if settings.profile not in PROFILES:
        raise SettingsError(f"CREDSTREAM_PROFILE must be one of {', '.join(PROFILES)}")
    protocol = settings.security_protocol.lower()
    if protocol not in PROTOCOLS:
        raise SettingsError(f"CREDSTREAM_SECURITY_PROTOCOL must be one of {', '.join(PROTOCOLS)}")
    security: dict[str, Any] = {} if protocol == PROTOCOLS[0] else {"security.protocol": protocol}
    if protocol.startswith("sasl"):
        security |= {
            "sasl.mechanism": "SCRAM-SHA-512",
            "sasl.username": needed(settings, "sasl_username"),
            "sasl.password": needed(settings, "sasl_password"),
        }
    if protocol.endswith("ssl") and settings.broker_ca:
        security["ssl.ca.pem"] = settings.broker_ca
    return Cluster(settings.broker, settings.profile, security)


def consumer(cluster: Cluster, group: str, **more: Any) -> Consumer:
    """A consumer of a group; `more` are further settings with _ for the dots."""
    return Consumer(
        common(cluster, group_id=group)
        | dict(CONSUMER)
        | dict(PROFILES[cluster.profile].consumer)
        | {name.replace("_", "."): value for name, value in more.items()}
    )


def producer(cluster: Cluster, transactional_id: str | None = None) -> Producer:
    """A producer; with an id it is transactional."""
    extra = {"transactional.id": transactional_id, **TRANSACTIONAL} if transactional_id else {}
    return Producer(
        common(cluster) | dict(PRODUCER) | dict(PROFILES[cluster.profile].producer) | extra
    )


def codec_of(settings: Settings) -> Codec:
    """The codec of what travels: ids of the registry, or the built-in ones where there is none."""
    if not settings.registry_url:
        return Codec()
    from credstream.kafka.registry import SchemaRegistry  # noqa: PLC0415, a third of a second

    return Codec(SchemaRegistry(settings.registry_url))


def common(cluster: Cluster, **more: Any) -> dict[str, Any]:
    """What every client of a cluster is told; `more` with _ for the dots."""
    named = {name.replace("_", "."): value for name, value in more.items()}
    own = {"bootstrap.servers": cluster.address, "error_cb": cluster.witness.hear}
    return own | dict(COMMON) | dict(cluster.security) | named


def seen(cluster: Cluster, client: Producer | AdminClient, seconds: float) -> ClusterMetadata:
    """The cluster's topics.

    Raises Unavailable, with what is wrong and what to do, unless the broker answers in time.
    """
    try:
        return listed(cluster, client, seconds)
    except KafkaException as error:
        raise cluster.silent() from error


def away(cluster: Cluster) -> str | None:
    """Why the broker does not answer, and what to do; None where it does."""
    try:
        Asker(cluster).seen(timeouts.BROKER_CHECK_SECONDS)
    except Unavailable as told:
        return str(told)
    return None


class Asker:
    """Asks a cluster for its topics, with a client of its own, and another where that failed.

    Not with a transactional producer: each answer without a broker that is down makes it throw
    away what it has of that, and wait for it (decision 0020).
    """

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster
        self._client: AdminClient | None = None

    def seen(self, seconds: float = timeouts.BROKER_ANSWER_SECONDS) -> ClusterMetadata:
        """The cluster's topics; raises Unavailable as `seen` does."""
        client, self._client = self._client, None
        if client is None:  # one that has nothing queued is false
            client = AdminClient(common(self._cluster))
        found = seen(self._cluster, client, seconds)
        self._client = client
        return found


def listed(cluster: Cluster, client: Producer | AdminClient, seconds: float) -> ClusterMetadata:
    """The cluster's topics; raises KafkaException as soon as there is no use in waiting."""
    until = time.monotonic() + seconds
    while True:
        try:
            found = client.list_topics(timeout=timeouts.METADATA_CALL_SECONDS)
        except KafkaException:
            client.poll(timeouts.METADATA_ERROR_SECONDS)  # which calls the error callback
            if time.monotonic() > until or known(cluster.witness.heard):
                raise
        else:
            cluster.witness.forget()
            return found


def topics_of(client: Consumer | Producer) -> tuple[str, dict[str, int]]:
    """Cluster id, and partitions of every topic; raises Unavailable."""
    try:
        found = client.list_topics(timeout=timeouts.BROKER_ANSWER_SECONDS)
    except KafkaException as error:
        raise Unavailable(f"broker: {error.args[0].str()}") from error
    return identified(found)


def identified(found: ClusterMetadata) -> tuple[str, dict[str, int]]:
    """Cluster id, and partitions of every topic; raises Unavailable without an id."""
    if not found.cluster_id:  # an empty one would mean that the journal need not be compared
        raise Unavailable("broker: it does not tell the id of its cluster")
    return found.cluster_id, counts(found)


def counts(found: ClusterMetadata) -> dict[str, int]:
    """Partitions of every topic that we may see."""
    return {name: len(topic.partitions) for name, topic in found.topics.items()}


class KnownTopics:
    """The topics that exist, asked for again when one is missing, but not more than once a second.

    Outputs go only to topics that exist: a transaction that touches a missing one costs seconds
    and repeats for ever.
    """

    def __init__(self, asker: Asker) -> None:
        self._asker = asker
        self._names: frozenset[str] = frozenset()
        self._asked = -1.0

    def __contains__(self, name: object) -> bool:
        now = time.monotonic()
        if name not in self._names and now - self._asked > timeouts.TOPICS_CHECK_SECONDS:
            self._names = frozenset(self._asker.seen().topics)
            self._asked = time.monotonic()
        return name in self._names


def _unavailable(found: Diagnosis) -> Unavailable:
    return ActionNeeded(str(found)) if found.wrong else Unavailable(str(found))
