"""What operators do to a cluster: topics by the table, users, rights; the embedded broker has none.

Every call raises Unavailable with the broker's own words.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any, TypeVar

from confluent_kafka import ConsumerGroupState, KafkaError, KafkaException, TopicPartition
from confluent_kafka.admin import (
    AclBinding,
    AclBindingFilter,
    AclOperation,
    AclPermissionType,
    AdminClient,
    AlterConfigOpType,
    ConfigEntry,
    ConfigResource,
    OffsetSpec,
    ResourcePatternType,
    ResourceType,
    ScramCredentialInfo,
    ScramMechanism,
    UserScramCredentialUpsertion,
)
from confluent_kafka.cimpl import NewTopic

from credstream.contract import topics
from credstream.contract.errors import Unavailable
from credstream.contract.rights import Right
from credstream.kafka import metadata
from credstream.kafka.cluster import Cluster, common_settings
from credstream.process import timeouts

T = TypeVar("T")
ITERATIONS = 8192
SAFE_REPLICAS = 3
RESOURCES = {
    "topic": ResourceType.TOPIC,
    "group": ResourceType.GROUP,
    "transactional_id": ResourceType.TRANSACTIONAL_ID,
}
OPERATIONS = {"read": AclOperation.READ, "write": AclOperation.WRITE}


@dataclass(frozen=True, slots=True)
class Drift:
    """A topic that is not as the table says; `how_to_mend` is for an operator."""

    topic: str
    what: str
    found: str
    wanted: str

    @property
    def how_to_mend(self) -> str:
        if self.what == "missing":
            return "credstream topics create"
        if self.what == "partitions":
            return "make the topic anew: keys would move to other partitions if it only grew"
        if self.what == "replicas":
            return "reassign its partitions with Kafka's own tools"
        return "credstream topics create --repair"


class Admin:
    """An operator at a cluster; keeps one client, since a temporary one ends its own calls."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster
        self._client = AdminClient(common_settings(cluster))

    def partitions(self) -> dict[str, int]:
        """Partitions of every topic that this user may see."""
        return {name: len(each.partitions) for name, each in self._topics().items()}

    def create(self, names: Iterable[str], replicas: int) -> list[str]:
        """Make the topics that are missing, as the table says; the names of those."""
        known = self.partitions()
        new = [_new(name, replicas) for name in names if name not in known]
        made = self._client.create_topics(new) if new else {}
        created = [name for name, future in made.items() if _created(name, future)]
        self._await(lambda known: set(created) <= set(known))
        return created

    def _await(self, seen: Callable[[Mapping[str, int]], bool]) -> None:
        """The controller answers before the brokers tell of what it did to topics."""
        until = time.monotonic() + timeouts.ADMIN_SECONDS
        while not seen(self.partitions()) and time.monotonic() < until:
            time.sleep(timeouts.ADMIN_CHECK_SECONDS)

    def drift(self, names: Iterable[str], replicas: int | None) -> list[Drift]:
        """Where topics differ from the table; `replicas` None does not ask for them."""
        wanted = list(names)
        known = self._topics()
        found = [Drift(name, "missing", "", "") for name in wanted if name not in known]
        there = [name for name in wanted if name in known]
        for name in there:
            parts = known[name].partitions
            found += _differs(name, "partitions", len(parts), topics.partitions(name))
            copies = min((len(each.replicas) for each in parts.values()), default=0)
            if replicas is not None:
                found += _differs(name, "replicas", copies, replicas)
        return found + [each for name in there for each in self._config_drift(name)]

    def repair(self, drifts: Sequence[Drift]) -> list[str]:
        """Set the configurations that differ; the names of what was set."""
        mine = [each for each in drifts if each.what in topics.config(each.topic)]
        resources = [
            ConfigResource(
                ResourceType.TOPIC,
                each.topic,
                incremental_configs=[
                    ConfigEntry(each.what, each.wanted, incremental_operation=AlterConfigOpType.SET)
                ],
            )
            for each in mine
        ]
        for resource in resources:
            for name, future in self._client.incremental_alter_configs([resource]).items():
                _done(f"configuration of {name}", future)
        return [f"{each.topic}: {each.what}={each.wanted}" for each in mine]

    def forbidden_groups(self, names: Sequence[str], seconds: float) -> list[str]:
        """The groups that this user may not use; whether they exist does not matter."""
        asked = self._client.describe_consumer_groups(list(names), request_timeout=seconds)
        found = []
        for name, future in asked.items():
            try:
                future.result(seconds)
            except (KafkaException, TimeoutError) as error:
                code = error.args[0].code() if isinstance(error, KafkaException) else None
                found += [name] if code == KafkaError.GROUP_AUTHORIZATION_FAILED else []
        return found

    def held(self, group: str) -> set[tuple[str, int]] | None:
        """The partitions that members of a group have; None while it is forming."""
        seconds = timeouts.ADMIN_SECONDS
        asked = self._client.describe_consumer_groups([group], request_timeout=seconds)
        found = _done(f"group {group}", asked[group])
        if found.state != ConsumerGroupState.STABLE:
            return None
        places = [place for each in found.members for place in each.assignment.topic_partitions]
        return {(place.topic, place.partition) for place in places}

    def delete(self, names: Sequence[str]) -> None:
        """Delete topics with all that they hold; what is not there is no fault."""
        known = self.partitions()
        there = [name for name in names if name in known]
        for name, future in (self._client.delete_topics(there) if there else {}).items():
            _done(f"topic {name}", future)
        self._await(lambda known: not set(there) & set(known))

    def used(self, names: Iterable[str]) -> list[str]:
        """Those of the topics that were written to, or are of another size than the table says."""
        known = self.partitions()
        there = [name for name in names if name in known]
        sized = [name for name in there if known[name] == topics.partitions(name)]
        places = [TopicPartition(name, n) for name in sized for n in range(known[name])]
        latest = OffsetSpec.latest()  # type: ignore[no-untyped-call]
        asked = dict.fromkeys(places, latest)
        ends = self._client.list_offsets(asked) if asked else {}
        written = {place.topic for place, end in ends.items() if not _is_zero(end)}
        return [name for name in there if name in written or name not in sized]

    def set_rights(self, user: str, rights: Iterable[Right]) -> None:
        """Give a user exactly these rights; takes effect on open connections at once."""
        wanted = {_binding(user, right) for right in rights}
        held = set(_done("rights", self._client.describe_acls(_everything(user))))
        for given in (
            self._client.create_acls(list(wanted - held)).values() if wanted - held else ()
        ):
            _done("rights given", given)
        extra = [_filter(each) for each in held - wanted]
        for taken in self._client.delete_acls(extra).values() if extra else ():
            _done("rights taken", taken)

    def set_password(self, user: str, password: str) -> None:
        """Make a user, or give it another password."""
        info = ScramCredentialInfo(ScramMechanism.SCRAM_SHA_512, ITERATIONS)
        change = UserScramCredentialUpsertion(user, info, password.encode())
        self._scram(user, change)

    def has_password(self, user: str) -> bool:
        """Whether there is such a user."""
        futures: Any = self._client.describe_user_scram_credentials([user])
        try:
            futures[user].result(timeouts.ADMIN_SECONDS)
        except KafkaException as error:
            if error.args[0].name() == "RESOURCE_NOT_FOUND":
                return False
            raise Unavailable(f"broker: user {user}: {error.args[0].str()}") from error
        return True

    def _topics(self) -> dict[str, Any]:
        return metadata.fetch(self._cluster, self._client, timeouts.BROKER_ANSWER_SECONDS).topics

    def _scram(self, user: str, change: Any) -> None:
        future = self._client.alter_user_scram_credentials([change])[user]
        try:
            future.result(timeouts.ADMIN_SECONDS)
        except KafkaException as error:
            if error.args[0].name() != "RESOURCE_NOT_FOUND":
                raise Unavailable(f"broker: user {user}: {error.args[0].str()}") from error

    def _config_drift(self, name: str) -> Iterator[Drift]:
        resource = ConfigResource(ResourceType.TOPIC, name)
        future = self._client.describe_configs([resource])[resource]
        held = _done(f"configuration of {name}", future)
        for setting, wanted in topics.config(name).items():
            yield from _differs(name, setting, held[setting].value, wanted)


def _done(what: str, future: Future[T]) -> T:
    try:
        return future.result(timeouts.ADMIN_SECONDS)
    except (KafkaException, TimeoutError) as error:
        said = error.args[0].str() if isinstance(error, KafkaException) else "no answer"
        raise Unavailable(f"broker: {what}: {said}") from error


def _is_zero(end: Future[Any]) -> bool:
    """Whether a partition is known to be empty; a broker that has just started may not know."""
    try:
        return bool(end.result(timeouts.ADMIN_SECONDS).offset == 0)
    except (KafkaException, TimeoutError):
        return False


def _created(name: str, future: Future[None]) -> bool:
    try:
        future.result(timeouts.ADMIN_SECONDS)
    except KafkaException as error:
        if error.args[0].name() == "TOPIC_ALREADY_EXISTS":
            return False
        raise Unavailable(f"topic {name}: {error.args[0].str()}") from error
    return True


def _new(name: str, replicas: int) -> NewTopic:
    config = dict(topics.config(name))
    if replicas >= SAFE_REPLICAS:
        config["min.insync.replicas"] = str(replicas - 1)
    return NewTopic(name, topics.partitions(name), replicas, config=config)


def _differs(topic: str, what: str, found: object, wanted: object) -> Iterator[Drift]:
    if str(found) != str(wanted):
        yield Drift(topic, what, str(found), str(wanted))


def _binding(user: str, right: Right) -> AclBinding:
    return AclBinding(
        RESOURCES[right.resource],
        right.name,
        ResourcePatternType.PREFIXED if right.prefixed else ResourcePatternType.LITERAL,
        f"User:{user}",
        "*",
        OPERATIONS[right.operation],
        AclPermissionType.ALLOW,
    )


def _everything(user: str) -> AclBindingFilter:
    anything: Any = None
    return AclBindingFilter(
        ResourceType.ANY,
        anything,
        ResourcePatternType.ANY,
        f"User:{user}",
        anything,
        AclOperation.ANY,
        AclPermissionType.ANY,
    )


def _filter(each: AclBinding) -> AclBindingFilter:
    return AclBindingFilter(
        each.restype,
        each.name,
        each.resource_pattern_type,
        each.principal,
        each.host,
        each.operation,
        each.permission_type,
    )
