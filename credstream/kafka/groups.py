"""Consumer groups as the broker describes them; the embedded broker does not."""

from __future__ import annotations

from collections.abc import Sequence

from confluent_kafka import ConsumerGroupState, KafkaError, KafkaException, TopicPartition
from confluent_kafka.admin import AdminClient

from credstream.contract.messages import Partition
from credstream.kafka import clients, metadata
from credstream.kafka.admin import result_of
from credstream.kafka.cluster import Cluster, common_settings
from credstream.kafka.offsets import TopicIds, ends_of
from credstream.kafka.profiles import PROFILES
from credstream.kafka.topic_reader import Ends, ends
from credstream.process import timeouts


def forbidden(cluster: Cluster, groups: Sequence[str], seconds: float) -> list[str]:
    """The groups that our user may not use; whether they exist does not matter."""
    client = AdminClient(common_settings(cluster))
    futures = client.describe_consumer_groups(list(groups), request_timeout=seconds)
    refused = []
    for group, future in futures.items():
        try:
            future.result(seconds)
        except (KafkaException, TimeoutError) as error:
            code = error.args[0].code() if isinstance(error, KafkaException) else None
            refused += [group] if code == KafkaError.GROUP_AUTHORIZATION_FAILED else []
    return refused


def committed(
    cluster: Cluster,
    group: str,
    partitions: Sequence[Partition],
    seconds: float = timeouts.BROKER_ANSWER_SECONDS,
) -> dict[Partition, int | None]:
    """The offsets that a group has committed, None where it has none; raises KafkaException."""
    if not partitions:
        return {}
    consumer = clients.consumer(cluster, group)  # it subscribes to nothing, so it joins nothing
    try:
        asked = [TopicPartition(*partition) for partition in partitions]
        answers = consumer.committed(asked, timeout=seconds)
    finally:
        consumer.close()
    return {(p.topic, p.partition): p.offset if p.offset >= 0 else None for p in answers}


def beginnings(
    cluster: Cluster, group: str, partitions: Sequence[Partition]
) -> dict[Partition, Ends]:
    """From which offset a group would read partitions now, and to where; gone ones are left out.

    Raises Unavailable.
    """
    client = clients.consumer(cluster, group)  # it subscribes to nothing, so it joins nothing
    try:
        counts = metadata.partition_counts(client.list_topics(timeout=timeouts.ADMIN_SECONDS))
        there = [
            partition for partition in partitions if partition[1] < counts.get(partition[0], 0)
        ]
        offsets = committed(cluster, group, there)
        found = {partition: ends(client, *partition) for partition in there}
    except KafkaException as error:
        raise cluster.failure(error.args[0]) from error
    finally:
        client.close()
    return {
        partition: Ends(max(low, low if (at := offsets[partition]) is None else at), high)
        for partition, (low, high) in found.items()
    }


def positions(
    cluster: Cluster, group: str, partitions: Sequence[Partition]
) -> dict[Partition, tuple[int | None, int, int, str]]:
    """Committed offset, both ends, and id of the topic; gone ones are left out.

    Raises Unavailable.
    """
    client = clients.consumer(cluster, group)  # it subscribes to nothing, so it joins nothing
    try:
        counts = metadata.partition_counts(client.list_topics(timeout=timeouts.ADMIN_SECONDS))
        there = [p for p in partitions if p[1] < counts.get(p[0], 0)]
        offsets, ends = committed(cluster, group, there), ends_of(client, there)
    except KafkaException as error:
        raise cluster.failure(error.args[0]) from error
    finally:
        client.close()
    describes = PROFILES[cluster.profile].describes
    ids = TopicIds(cluster)({topic for topic, _ in there}) if describes and there else {}
    return {p: (offsets[p], *ends[p], ids.get(p[0], "")) for p in there}


def assigned(cluster: Cluster, group: str) -> set[Partition] | None:
    """The partitions that the members of a group are assigned; None during a rebalance.

    Raises Unavailable.
    """
    client, seconds = AdminClient(common_settings(cluster)), timeouts.ADMIN_SECONDS
    future = client.describe_consumer_groups([group], request_timeout=seconds)[group]
    description = result_of(f"group {group}", future)
    if description.state != ConsumerGroupState.STABLE:
        return None
    return {
        (partition.topic, partition.partition)
        for member in description.members
        for partition in member.assignment.topic_partitions
    }
