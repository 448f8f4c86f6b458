"""Where partitions begin and end, and the ids of their topics."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from confluent_kafka import (
    OFFSET_BEGINNING,
    OFFSET_END,
    Consumer,
    KafkaError,
    KafkaException,
    TopicCollection,
    TopicPartition,
)
from confluent_kafka.admin import AdminClient

from credstream.contract.errors import Unavailable
from credstream.contract.messages import Partition
from credstream.kafka.cluster import Cluster, common_settings
from credstream.kafka.metadata import hidden, partition_counts
from credstream.kafka.topic_reader import Ends
from credstream.process import timeouts

NO_ID = "AAAAAAAAAAAAAAAAAAAAAA"
WITHOUT_ID = {KafkaError.UNKNOWN_TOPIC_OR_PART, KafkaError.TOPIC_AUTHORIZATION_FAILED}


def ends_of(client: Consumer, partitions: Sequence[Partition]) -> dict[Partition, Ends]:
    """The ends of many partitions, in two calls; raises Unavailable.

    A partition that is gone is as an empty one: it must not keep the others from being read. One
    that we may not see is named.
    """
    try:
        return _ends(client, partitions)
    except _UnknownPartition:
        there = _existing(client, partitions)
    except _NoRight as error:
        seen = _existing(client, partitions)
        unseen = [topic for topic, number in partitions if (topic, number) not in seen]
        raise hidden((unseen or [partitions[0][0]])[0]) from error
    gone = {partition: Ends(0, 0) for partition in partitions if partition not in there}
    return gone | _ends(client, sorted(there))


class _UnknownPartition(Unavailable):
    """The client has not heard of one of the partitions."""


class _NoRight(Unavailable):
    """We may not see one of the partitions: that is no reason to take it for gone."""


# The kinds of failures that are not only waited for.
FAILURES: Mapping[int, type[Unavailable]] = {
    KafkaError._UNKNOWN_PARTITION: _UnknownPartition,  # noqa: SLF001
    KafkaError.UNKNOWN_TOPIC_OR_PART: _UnknownPartition,
    KafkaError.TOPIC_AUTHORIZATION_FAILED: _NoRight,
}


def _existing(client: Consumer, partitions: Sequence[Partition]) -> set[Partition]:
    # All metadata, which also teaches the client partitions that it has not heard of: of one of
    # these, librdkafka refuses to look up any.
    try:
        counts = partition_counts(client.list_topics(timeout=timeouts.BROKER_ANSWER_SECONDS))
    except KafkaException as error:
        raise Unavailable(f"broker: {error.args[0].str()}") from error
    return {each for each in partitions if each[1] < counts.get(each[0], 0)}


def _ends(client: Consumer, partitions: Sequence[Partition]) -> dict[Partition, Ends]:
    lows, highs = (
        _look_up(client, partitions, OFFSET_BEGINNING),
        _look_up(client, partitions, OFFSET_END),
    )
    return {partition: Ends(lows[partition], highs[partition]) for partition in partitions}


def _look_up(client: Consumer, partitions: Sequence[Partition], which: int) -> dict[Partition, int]:
    if not partitions:
        return {}  # librdkafka refuses an empty list
    # In place of a time librdkafka hands on what Kafka itself reads as the beginning or the end.
    asked = [TopicPartition(*partition, which) for partition in partitions]
    try:
        answers = client.offsets_for_times(asked, timeout=timeouts.BROKER_ANSWER_SECONDS)
    except KafkaException as error:
        raise _failure(error.args[0]) from error
    for answer in answers:
        if answer.error:
            raise _failure(answer.error, f"ends of {answer.topic}: ")
    return {(answer.topic, answer.partition): answer.offset for answer in answers}


def _failure(error: KafkaError, what: str = "") -> Unavailable:
    kind = FAILURES.get(error.code(), Unavailable)
    return kind(f"broker: {what}{error.str()}")


@dataclass(slots=True)
class TopicIds:
    """Asks for the ids of topics; there are none for a topic that is gone, or on an old broker."""

    cluster: Cluster
    _clients: list[AdminClient] = field(default_factory=list)

    def __call__(self, names: Iterable[str]) -> dict[str, str]:
        """The ids by name; raises Unavailable."""
        self._clients = self._clients or [AdminClient(common_settings(self.cluster))]
        wanted = TopicCollection(sorted(set(names)))
        seconds = timeouts.BROKER_ANSWER_SECONDS
        futures = self._clients[0].describe_topics(wanted, request_timeout=seconds)
        found = {}
        for name, future in futures.items():
            try:
                found[name] = str(future.result(seconds).topic_id)
            except (KafkaException, TimeoutError) as error:
                code = error.args[0].code() if isinstance(error, KafkaException) else None
                if code not in WITHOUT_ID:
                    raise Unavailable(f"broker: id of topic {name}: {error}") from error
        return {name: id_ for name, id_ in found.items() if id_ != NO_ID}
