"""Reads all that a topic holds when the reading begins."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

from credstream.contract.messages import Incoming
from credstream.kafka import clients, metadata
from credstream.kafka.cluster import Cluster
from credstream.kafka.fetched import incoming_of
from credstream.kafka.topic_reader import ends, read_partition


def read_topic(cluster: Cluster, topic: str, group: str) -> Iterator[Incoming]:
    """Its messages, partition by partition; none where there is no topic. Raises Unavailable.

    The group is a name alone: nothing is committed for it.
    """
    with closing(clients.consumer(cluster, group)) as client:
        count = metadata.topics_seen_by(client)[1].get(topic, 0)
        for number in range(count):
            for messages, _ in read_partition(client, topic, number, *ends(client, topic, number)):
                yield from map(incoming_of, messages)
