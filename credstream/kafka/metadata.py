"""Metadata of a cluster: its id, its topics and their partitions."""

from __future__ import annotations

import math
import time

from confluent_kafka import (
    Consumer,
    KafkaException,
    Producer,
)
from confluent_kafka.admin import AdminClient, ClusterMetadata

from credstream.contract.errors import Unavailable
from credstream.kafka.cluster import Cluster, common_settings
from credstream.process import timeouts
from credstream.process.diagnosis import is_explained


def fetch(cluster: Cluster, client: Producer | AdminClient, seconds: float) -> ClusterMetadata:
    """The cluster's metadata; raises Unavailable, with what is wrong and what to do."""
    try:
        return list_topics(cluster, client, seconds)
    except KafkaException as error:
        raise cluster.outage() from error


def hidden(topic: str) -> Unavailable:
    """What is to be said of a topic that we do not see: a broker tells nobody which it is."""
    mend = "`credstream topics create`, then `credstream service add`"
    return Unavailable(f"topic {topic} does not exist, or is hidden from us; {mend}", "topic")


def outage(cluster: Cluster) -> str | None:
    """Why the broker does not answer, and what to do; None where it does."""
    try:
        MetadataClient(cluster).fetch(timeouts.BROKER_CHECK_SECONDS)
    except Unavailable as failure:
        return str(failure)
    return None


class MetadataClient:
    """Fetches metadata with a client of its own, and with a new one after a failure.

    A transactional producer must not do it: metadata without a broker that is down makes it delete
    that broker, and then wait for it (decision 0020).
    """

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster
        self._client: AdminClient | None = None

    def fetch(self, seconds: float = timeouts.BROKER_ANSWER_SECONDS) -> ClusterMetadata:
        """The cluster's metadata; raises Unavailable as `fetch` does."""
        client, self._client = self._client, None
        if client is None:  # one that has nothing queued is false
            client = AdminClient(common_settings(self._cluster))
        answer = fetch(self._cluster, client, seconds)
        self._client = client
        return answer


def list_topics(
    cluster: Cluster, client: Producer | AdminClient, seconds: float
) -> ClusterMetadata:
    """The cluster's metadata; raises KafkaException as soon as waiting is of no use."""
    until = time.monotonic() + seconds
    while True:
        try:
            answer = client.list_topics(timeout=timeouts.METADATA_CALL_SECONDS)
        except KafkaException:
            client.poll(timeouts.METADATA_ERROR_SECONDS)  # which calls the error callback
            if time.monotonic() > until or is_explained(cluster.errors.entries):
                raise
        else:
            cluster.errors.clear()
            return answer


def topics_seen_by(client: Consumer | Producer) -> tuple[str, dict[str, int]]:
    """The cluster's id, and the partition counts of every topic; raises Unavailable."""
    try:
        answer = client.list_topics(timeout=timeouts.BROKER_ANSWER_SECONDS)
    except KafkaException as error:
        raise Unavailable(f"broker: {error.args[0].str()}") from error
    return with_cluster_id(answer)


def with_cluster_id(answer: ClusterMetadata) -> tuple[str, dict[str, int]]:
    """The cluster's id, and the partition counts of topics; raises Unavailable without an id."""
    if not answer.cluster_id:  # the journal compares ids: an empty one would go with any cluster
        raise Unavailable("broker: it does not give the id of its cluster")
    return answer.cluster_id, partition_counts(answer)


def partition_counts(answer: ClusterMetadata) -> dict[str, int]:
    """The number of partitions of every topic that we may see."""
    return {name: len(topic.partitions) for name, topic in answer.topics.items()}


class KnownTopics:
    """The topics that exist; fetched when one is missing, but not more than once a second.

    Outputs go only to topics that exist: a transaction that writes to a missing one takes seconds,
    fails, and is repeated for ever.
    """

    def __init__(self, client: MetadataClient) -> None:
        self._client = client
        self._names: frozenset[str] = frozenset()
        self._fetched_at = -math.inf

    def forget(self) -> None:
        """Ask anew for every topic: one that was there may be gone."""
        self._names, self._fetched_at = frozenset(), -math.inf

    def __contains__(self, name: object) -> bool:
        now = time.monotonic()
        if name not in self._names and now - self._fetched_at > timeouts.TOPICS_CHECK_SECONDS:
            self._names = frozenset(self._client.fetch().topics)
            self._fetched_at = time.monotonic()
        return name in self._names
