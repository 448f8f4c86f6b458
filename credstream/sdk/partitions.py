"""Partitions of topics, read from places that their reader names, without a group's rebalances."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, replace
from types import TracebackType
from typing import Any, Self, TypeVar

from confluent_kafka import KafkaError, KafkaException, Message, TopicCollection, TopicPartition
from confluent_kafka.admin import AdminClient, OffsetSpec

from credstream.contract.messages import Incoming
from credstream.kafka import clients
from credstream.kafka.clients import Cluster
from credstream.kafka.topic_reader import incoming_of, partition_at_end
from credstream.process import timeouts

T = TypeVar("T")
# Topic and number of a partition.
Place = tuple[str, int]
Headers = list[tuple[str, str | bytes | None]]
MOST = 500
# After these the client goes on trying by itself, and tells nobody whether it got through.
LOST = {KafkaError._ALL_BROKERS_DOWN, KafkaError._AUTHENTICATION, KafkaError._SSL}  # noqa: SLF001
# Whoever keeps its own positions needs no right on a group; the client asks for one all the same.
NO_MATTER = {KafkaError.GROUP_AUTHORIZATION_FAILED}


@dataclass(frozen=True, slots=True)
class Life:
    """Which making of a topic: offsets mean nothing in another one of the same name."""

    cluster: str
    topic: str


@dataclass(frozen=True, slots=True)
class End:
    """A partition holds nothing more for now."""

    place: Place


class Partitions:
    """A reader of partitions. Methods raise Unavailable, with what is wrong and what to do."""

    def __init__(self, cluster: Cluster, group: str) -> None:
        self._lost = False
        heard = replace(cluster, security={**cluster.security, "error_cb": self._hear})
        self._cluster = cluster
        self._consumer = clients.consumer(heard, group, enable_partition_eof=True)
        self._admin = AdminClient(clients.common(cluster))

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

    def lives(self, names: Sequence[str]) -> Mapping[str, Life]:
        """Which making of each topic is there now."""
        cluster = self._topics()[0]
        if self._cluster.profile == "embedded":
            # Its topics have no ids that it tells, and its cluster's id comes again; its port is
            # another one each time.
            return dict.fromkeys(names, Life(f"{cluster}@{self._cluster.address}", ""))
        seconds = timeouts.BROKER_ANSWER_SECONDS
        asked = self._admin.describe_topics(TopicCollection(list(names)), request_timeout=seconds)
        return {name: Life(cluster, str(self._told(asked[name]).topic_id)) for name in names}

    def ends(self, places: Iterable[Place]) -> Mapping[Place, int]:
        """The offset that the next message of each partition will have."""
        latest = OffsetSpec.latest()  # type: ignore[no-untyped-call]
        wanted = dict.fromkeys((TopicPartition(*place) for place in places), latest)
        seconds = timeouts.BROKER_ANSWER_SECONDS
        asked = self._admin.list_offsets(wanted, request_timeout=seconds) if wanted else {}
        return {
            (each.topic, each.partition): int(self._told(future).offset)
            for each, future in asked.items()
        }

    def committed(self, places: Iterable[Place]) -> Mapping[Place, int]:
        """What the group has committed; places without are left out."""
        asked = [TopicPartition(*place) for place in places]
        found = self._asked(lambda: self._consumer.committed(asked, timeouts.BROKER_ANSWER_SECONDS))
        return {(each.topic, each.partition): each.offset for each in found if each.offset >= 0}

    def commit(self, positions: Mapping[Place, int]) -> None:
        """Commit for the group, and wait until the broker has it."""
        told = [TopicPartition(*place, offset) for place, offset in sorted(positions.items())]
        if told:
            self._asked(lambda: self._consumer.commit(offsets=told, asynchronous=False))

    def begin(self, starts: Mapping[Place, int]) -> None:
        """Read on from these offsets; one that is gone means the beginning."""
        self._lost = False
        self._cluster.witness.forget()
        told = [TopicPartition(*place, offset) for place, offset in starts.items()]
        self._asked(lambda: self._consumer.assign(told))

    def read(self, seconds: float) -> list[Incoming | End]:
        """What has arrived, in the order of each partition."""
        found = self._asked(lambda: self._consumer.consume(MOST, seconds))
        read = [each for message in found if (each := self._read(message))]
        if self._lost and not read:
            raise self._cluster.silent()
        return read

    def _topics(self) -> tuple[str, Mapping[str, int]]:
        found = clients.seen(self._cluster, self._admin, timeouts.SDK_CONNECT_SECONDS)
        return clients.identified(found)

    def _read(self, message: Message) -> Incoming | End | None:
        """A message; its end for a partition; nothing for what does not matter."""
        error = message.error()
        if error is None:
            return incoming_of(message)
        if partition := partition_at_end(message):
            return End(partition)
        if error.code() in NO_MATTER:
            return None
        raise self._cluster.failure(error)

    def _asked(self, work: Callable[[], T]) -> T:
        try:
            return work()
        except KafkaException as error:
            raise self._cluster.failure(error.args[0]) from error

    def _told(self, future: Future[Any]) -> Any:
        try:
            return self._asked(lambda: future.result(timeouts.BROKER_ANSWER_SECONDS))
        except TimeoutError as error:
            raise self._cluster.silent() from error

    def _hear(self, error: KafkaError) -> None:
        self._cluster.witness.hear(error)
        self._lost = self._lost or error.code() in LOST
