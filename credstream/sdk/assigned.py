"""A reader of partitions that it is assigned by hand, without the rebalances of a group."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, replace
from types import TracebackType
from typing import Any, Self, TypeVar

from confluent_kafka import KafkaError, KafkaException, Message, TopicCollection, TopicPartition
from confluent_kafka.admin import AdminClient, OffsetSpec

from credstream.contract.messages import Incoming, Partition
from credstream.kafka import clients, metadata
from credstream.kafka.cluster import Cluster, common_settings
from credstream.kafka.fetched import incoming_of
from credstream.kafka.topic_reader import partition_at_end
from credstream.process import timeouts

T = TypeVar("T")
MOST_MESSAGES = 500
# After these librdkafka tries again by itself, and does not tell when it succeeds.
LOST = {KafkaError._ALL_BROKERS_DOWN, KafkaError._AUTHENTICATION, KafkaError._SSL}  # noqa: SLF001
# A reader that keeps its own positions needs no right on a group, but librdkafka looks for the
# coordinator of the group that it has to name.
IGNORED = {KafkaError.GROUP_AUTHORIZATION_FAILED}


@dataclass(frozen=True, slots=True)
class TopicIncarnation:
    """A topic from its creation to its deletion: its offsets mean nothing in another one."""

    cluster_id: str
    topic_id: str


@dataclass(frozen=True, slots=True)
class End:
    """The reader has reached the end of a partition."""

    partition: Partition


class AssignedPartitions:
    """Reads partitions. Methods raise Unavailable, with what is wrong and what to do."""

    def __init__(self, cluster: Cluster, group: str) -> None:
        self._lost = False
        own = replace(cluster, security={**cluster.security, "error_cb": self._on_error})
        self._cluster = cluster
        self._consumer = clients.consumer(own, group, enable_partition_eof=True)
        self._admin = AdminClient(common_settings(cluster))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._consumer.close()

    def visible(self) -> Mapping[str, int]:
        """The topics that this user may see, with the number of their partitions."""
        return self._topics()[1]

    def incarnations(self, topics: Sequence[str]) -> Mapping[str, TopicIncarnation]:
        """The present incarnation of each topic."""
        cluster_id = self._topics()[0]
        if self._cluster.profile == "embedded":
            # It has no topic ids, and every embedded broker has the same cluster id; but each one
            # has another port.
            own = TopicIncarnation(f"{cluster_id}@{self._cluster.address}", "")
            return dict.fromkeys(topics, own)
        seconds = timeouts.BROKER_ANSWER_SECONDS
        futures = self._admin.describe_topics(
            TopicCollection(list(topics)), request_timeout=seconds
        )
        return {
            name: TopicIncarnation(cluster_id, str(self._result(futures[name]).topic_id))
            for name in topics
        }

    def ends(self, partitions: Iterable[Partition]) -> Mapping[Partition, int]:
        """The offset that the next message of each partition will have."""
        latest = OffsetSpec.latest()  # type: ignore[no-untyped-call]
        wanted = dict.fromkeys((TopicPartition(*partition) for partition in partitions), latest)
        seconds = timeouts.BROKER_ANSWER_SECONDS
        futures = self._admin.list_offsets(wanted, request_timeout=seconds) if wanted else {}
        return {
            (partition.topic, partition.partition): int(self._result(future).offset)
            for partition, future in futures.items()
        }

    def committed(self, partitions: Iterable[Partition]) -> Mapping[Partition, int]:
        """The offsets that the group has committed, where it has."""
        wanted = [TopicPartition(*partition) for partition in partitions]
        seconds = timeouts.BROKER_ANSWER_SECONDS
        answers = self._call(lambda: self._consumer.committed(wanted, seconds))
        return {(p.topic, p.partition): p.offset for p in answers if p.offset >= 0}

    def commit(self, offsets: Mapping[Partition, int]) -> None:
        """Commit for the group, and wait until the broker has it."""
        given = [
            TopicPartition(*partition, offset) for partition, offset in sorted(offsets.items())
        ]
        if given:
            self._call(lambda: self._consumer.commit(offsets=given, asynchronous=False))

    def begin(self, offsets: Mapping[Partition, int]) -> None:
        """Read on from these offsets; one that does not exist any more means the beginning."""
        self._lost = False
        self._cluster.errors.clear()
        given = [TopicPartition(*partition, offset) for partition, offset in offsets.items()]
        self._call(lambda: self._consumer.assign(given))

    def read(self, seconds: float) -> list[Incoming | End]:
        """What has arrived, in the order of each partition."""
        messages = self._call(lambda: self._consumer.consume(MOST_MESSAGES, seconds))
        read = [item for message in messages if (item := self._read(message))]
        if self._lost and not read:
            raise self._cluster.outage()
        return read

    def _topics(self) -> tuple[str, Mapping[str, int]]:
        seconds = timeouts.SDK_CONNECT_SECONDS
        return metadata.with_cluster_id(metadata.fetch(self._cluster, self._admin, seconds))

    def _read(self, message: Message) -> Incoming | End | None:
        """A message, or the end of a partition; None for an error that does not matter."""
        error = message.error()
        if error is None:
            return incoming_of(message)
        if partition := partition_at_end(message):
            return End(partition)
        if error.code() in IGNORED:
            return None
        raise self._cluster.failure(error)

    def _call(self, work: Callable[[], T]) -> T:
        try:
            return work()
        except KafkaException as error:
            raise self._cluster.failure(error.args[0]) from error

    def _result(self, future: Future[Any]) -> Any:
        try:
            return self._call(lambda: future.result(timeouts.BROKER_ANSWER_SECONDS))
        except TimeoutError as error:
            raise self._cluster.outage() from error

    def _on_error(self, error: KafkaError) -> None:
        self._cluster.errors.add(error)
        self._lost = self._lost or error.code() in LOST
