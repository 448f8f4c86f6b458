"""Topics as operators create, compare and delete them, by the table of topics.

Every method raises Unavailable with the broker's own words. The embedded broker has no admin calls.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any, TypeVar

from confluent_kafka import KafkaError, KafkaException, TopicPartition
from confluent_kafka.admin import (
    AdminClient,
    AlterConfigOpType,
    ConfigEntry,
    ConfigResource,
    OffsetSpec,
    ResourceType,
)
from confluent_kafka.cimpl import NewTopic

from credstream.contract import topics
from credstream.contract.errors import Unavailable
from credstream.kafka import metadata
from credstream.kafka.cluster import Cluster, common_settings
from credstream.process import timeouts

T = TypeVar("T")
# From here on one replica may be away while the others confirm a message.
SAFE_REPLICAS = 3
TIME_SETTING = "message.timestamp.type"


@dataclass(frozen=True, slots=True)
class Drift:
    """A difference between a topic and the table; `how_to_mend` is for an operator."""

    topic: str
    what: str
    found: str
    wanted: str

    @property
    def how_to_mend(self) -> str:
        if self.what == "missing":
            return "credstream topics create"
        if self.what == "partitions":
            return "delete and create it: with more partitions, keys would move to other ones"
        if self.what == "replicas":
            return "reassign its partitions with Kafka's own tools"
        return "credstream topics create --repair"


class Admin:
    """Keeps one client: a temporary one ends its own calls."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster
        self._client = AdminClient(common_settings(cluster))

    def partitions(self) -> dict[str, int]:
        """The number of partitions of every topic that our user may see."""
        return {name: len(topic.partitions) for name, topic in self._topics().items()}

    def create(self, names: Iterable[str], replicas: int) -> list[str]:
        """Create the topics that are missing, as the table says; their names."""
        existing = self.partitions()
        new = [_new(name, replicas) for name in names if name not in existing]
        futures = self._client.create_topics(new) if new else {}
        created = [name for name, future in futures.items() if _created(name, future)]
        self._await(lambda counts: set(created) <= set(counts))
        return created

    def delete(self, names: Sequence[str]) -> None:
        """Delete topics with all that they hold; one that does not exist is no fault."""
        existing = self.partitions()
        present = [name for name in names if name in existing]
        for name, future in (self._client.delete_topics(present) if present else {}).items():
            result_of(f"topic {name}", future)
        self._await(lambda counts: not set(present) & set(counts))

    def drift(self, names: Iterable[str], replicas: int | None) -> list[Drift]:
        """How topics differ from the table; `replicas` None does not compare them."""
        wanted = list(names)
        existing = self._topics()
        drifts = [Drift(name, "missing", "", "") for name in wanted if name not in existing]
        present = [name for name in wanted if name in existing]
        for name in present:
            partitions = existing[name].partitions
            drifts += _differs(name, "partitions", len(partitions), topics.partitions(name))
            copies = min((len(partition.replicas) for partition in partitions.values()), default=0)
            if replicas is not None:
                drifts += _differs(name, "replicas", copies, replicas)
        return drifts + [drift for name in present for drift in self._config_drift(name)]

    def repair(self, drifts: Sequence[Drift]) -> list[str]:
        """Set the configurations that differ; their names and new values."""
        repairable = [drift for drift in drifts if drift.what in topics.topic_config(drift.topic)]
        for drift in repairable:
            change = ConfigEntry(
                drift.what, drift.wanted, incremental_operation=AlterConfigOpType.SET
            )
            resource = ConfigResource(ResourceType.TOPIC, drift.topic, incremental_configs=[change])
            for name, future in self._client.incremental_alter_configs([resource]).items():
                result_of(f"configuration of {name}", future)
        return [f"{drift.topic}: {drift.what}={drift.wanted}" for drift in repairable]

    def unstamped(self, names: Iterable[str]) -> dict[str, str]:
        """Those topics on which the broker does not write the time of a message, each with why."""
        resources = [ConfigResource(ResourceType.TOPIC, name) for name in names]
        found = {}
        futures = self._client.describe_configs(resources) if resources else {}
        for resource, future in futures.items():
            try:
                settings = result_of(f"configuration of {resource.name}", future)
            except Unavailable as failure:
                if not is_refusal(failure.__cause__):
                    raise
                found[resource.name] = "we may not read its configuration"
                continue
            if settings[TIME_SETTING].value != topics.BROKER_TIME:
                found[resource.name] = f"{TIME_SETTING} is {settings[TIME_SETTING].value}"
        return found

    def used(self, names: Iterable[str]) -> list[str]:
        """The topics that hold messages, or have not as many partitions as the table says."""
        counts = self.partitions()
        present = [name for name in names if name in counts]
        sized = [name for name in present if counts[name] == topics.partitions(name)]
        latest = OffsetSpec.latest()  # type: ignore[no-untyped-call]
        wanted = {
            TopicPartition(name, number): latest for name in sized for number in range(counts[name])
        }
        ends = self._client.list_offsets(wanted) if wanted else {}
        written = {partition.topic for partition, end in ends.items() if not _is_zero(end)}
        return [name for name in present if name in written or name not in sized]

    def _topics(self) -> dict[str, Any]:
        return metadata.fetch(self._cluster, self._client, timeouts.BROKER_ANSWER_SECONDS).topics

    def _await(self, shown: Callable[[Mapping[str, int]], bool]) -> None:
        """Wait for the brokers: the controller answers before they show what it did."""
        until = time.monotonic() + timeouts.ADMIN_SECONDS
        while not shown(self.partitions()) and time.monotonic() < until:
            time.sleep(timeouts.ADMIN_CHECK_SECONDS)

    def _config_drift(self, name: str) -> Iterator[Drift]:
        resource = ConfigResource(ResourceType.TOPIC, name)
        future = self._client.describe_configs([resource])[resource]
        settings = result_of(f"configuration of {name}", future)
        for setting, wanted in topics.topic_config(name).items():
            yield from _differs(name, setting, settings[setting].value, wanted)


def result_of(what: str, future: Future[T]) -> T:
    """The result of an admin call; raises Unavailable with `what` it was about."""
    try:
        return future.result(timeouts.ADMIN_SECONDS)
    except (KafkaException, TimeoutError) as error:
        why = error.args[0].str() if isinstance(error, KafkaException) else "no answer"
        raise Unavailable(f"broker: {what}: {why}") from error


def is_refusal(error: BaseException | None) -> bool:
    """Whether the broker said that our user may not do it."""
    code = error.args[0].code() if isinstance(error, KafkaException) else None
    return code == KafkaError.TOPIC_AUTHORIZATION_FAILED


def _is_zero(end: Future[Any]) -> bool:
    """Whether a partition is known to be empty; a broker that has just started may not know."""
    try:
        return bool(end.result(timeouts.ADMIN_SECONDS).offset == 0)
    except (KafkaException, TimeoutError):
        return False


def _created(name: str, future: Future[None]) -> bool:
    """False where another client has created the topic meanwhile."""
    try:
        future.result(timeouts.ADMIN_SECONDS)
    except KafkaException as error:
        if error.args[0].name() == "TOPIC_ALREADY_EXISTS":
            return False
        raise Unavailable(f"topic {name}: {error.args[0].str()}") from error
    return True


def _new(name: str, replicas: int) -> NewTopic:
    config = dict(topics.topic_config(name))
    if replicas >= SAFE_REPLICAS:
        config["min.insync.replicas"] = str(replicas - 1)
    return NewTopic(name, topics.partitions(name), replicas, config=config)


def _differs(topic: str, what: str, found: object, wanted: object) -> Iterator[Drift]:
    if str(found) != str(wanted):
        yield Drift(topic, what, str(found), str(wanted))
