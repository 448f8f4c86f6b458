"""The topics and schemas of an exchange: created by the tables, compared with them, listed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from credstream.contract import topics
from credstream.contract.schemas import IDS
from credstream.exchange import registrations
from credstream.exchange.errors import CommandError, Kind
from credstream.exchange.target import Target
from credstream.kafka.admin import Admin, Drift
from credstream.kafka.registry import IncompatibleError, SchemaRegistry
from credstream.vocabularies.countries import all_countries


@dataclass(frozen=True, slots=True)
class Created:
    """The topics that were missing, and the schemas that were registered or given their level."""

    topics: Sequence[str]
    schemas: Sequence[str]


@dataclass(frozen=True, slots=True)
class ExistingTopic:
    """A topic of the exchange, with what the table says of it."""

    topic: str
    partitions: int
    record: str
    kept: str
    max_bytes: int


def create(target: Target, replicas: int) -> Created:
    """Create the topics and register the schemas that are missing; repeatable."""
    if target.embedded:
        raise CommandError("the embedded broker's topics are made by the run that hosts it")
    created = Admin(target.cluster).create(expected(target), replicas)
    return Created(created, _register(target))


def differences(target: Target, replicas: int | None = None) -> list[Drift]:
    """Every topic and schema that differs from this version; `replicas` None ignores copies."""
    if target.embedded:
        return embedded_differences(Admin(target.cluster).partitions())
    return topic_differences(target, replicas) + schema_differences(target)


def topic_differences(target: Target, replicas: int | None = None) -> list[Drift]:
    """The topics of a real cluster that differ from the table."""
    return Admin(target.cluster).drift(expected(target), replicas)


def embedded_differences(partitions: Mapping[str, int]) -> list[Drift]:
    """The fixed topics that an embedded broker has not, or has with other partitions."""
    # It has no retention, compaction or copies that could differ.
    fixed = topics.fixed_topics(all_countries(), embedded=True)
    return [
        Drift(
            name,
            "partitions" if name in partitions else "missing",
            str(partitions.get(name, "")),
            str(count),
        )
        for name, count in fixed
        if partitions.get(name) != count
    ]


def schema_differences(target: Target) -> list[Drift]:
    """The subjects of the registry that are not as `create` leaves them."""
    if not target.registry:
        return []
    registry = SchemaRegistry(target.registry)
    try:
        states = {name: registry.state(name) for name in IDS}
    finally:
        registry.close()
    return [
        Drift(f"schema {name}", "registry", state, "") for name, state in states.items() if state
    ]


def repair(target: Target, found: Sequence[Drift]) -> list[str]:
    """Set retention, compaction and sizes of topics that differ; what was set."""
    return Admin(target.cluster).repair(found)


def expected(target: Target) -> list[str]:
    """Every topic that has to exist; those of registered providers are among them."""
    names = [name for name, _ in topics.fixed_topics(all_countries())]
    for provider in registrations.in_force(target).values():
        names += topics.provider_topics(provider.kind, provider.id)
    return names


def existing(target: Target) -> list[ExistingTopic]:
    """The topics of the exchange that its user can see, by name."""
    known = Admin(target.cluster).partitions()
    return [_described(name, count) for name, count in sorted(known.items()) if is_ours(name)]


def is_ours(name: str) -> bool:
    """Whether the table knows a topic; a cluster may have others."""
    return topics.row_of(name) is not None or name == topics.UNKNOWN_DLQ


def _register(target: Target) -> list[str]:
    if not target.registry:
        return []
    registry = SchemaRegistry(target.registry)
    try:
        return [name for name in IDS if registry.register(name)]
    except IncompatibleError as error:
        raise CommandError(
            f"{error}; an earlier version of a schema forbids ours", Kind.UNDONE
        ) from error
    finally:
        registry.close()


def _described(name: str, partitions: int) -> ExistingTopic:
    row, retention = topics.row_of(name), topics.topic_config(name)["retention.ms"]
    days = "for ever, compacted" if retention == "-1" else f"{int(retention) // topics.DAY_MS} d"
    record = row.record if row and not name.endswith(".dlq") else ""
    return ExistingTopic(name, partitions, record, days, topics.max_bytes(name))
