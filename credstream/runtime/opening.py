"""Opens a data path: checks what it reads, and makes its clients, its maintenance and its loop."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from confluent_kafka import Consumer

from credstream.contract.errors import Unavailable
from credstream.kafka import clients, groups, metadata
from credstream.kafka.admin import Admin
from credstream.kafka.assignment_check import AssignmentCheck
from credstream.kafka.cluster import Cluster
from credstream.kafka.metadata import KnownTopics, MetadataClient
from credstream.kafka.offsets import TopicIds
from credstream.process import in_hand, timeouts
from credstream.process.in_hand import InHand
from credstream.runtime.attempts import Attempts, count_deaths
from credstream.runtime.breaker import StoredBreaker
from credstream.runtime.broker_time import BrokerTime, FindUnstamped
from credstream.runtime.data_path import DataPath
from credstream.runtime.held import Held
from credstream.runtime.holds import Holds
from credstream.runtime.hooks import BatchHooks, Hooks, TurnHooks
from credstream.runtime.idle import Idle
from credstream.runtime.lag import Lag
from credstream.runtime.loop import Limits, Loop
from credstream.runtime.maintenance import Maintenance
from credstream.runtime.partitions import Partitions, no_ids
from credstream.runtime.sender_child import sender_of
from credstream.runtime.stage import AnyStage, Stage
from credstream.runtime.transactions import Transactions


@dataclass(frozen=True, slots=True)
class Connection:
    """A broker that answered, and the client that asks it again.

    `references` are the process's reference topics, which must exist as the inputs must.
    """

    cluster: Cluster
    asker: MetadataClient
    cluster_id: str
    references: Sequence[str]
    known_topics: KnownTopics


def connect(path: DataPath, references: Sequence[str]) -> Connection:
    """Reach the broker, fence earlier processes of this name, and check what the path reads.

    Raises Unavailable; what it says names the topic or group, and the command that mends it.
    """
    path.producer()
    cluster = path.resources.cluster()
    asker = MetadataClient(cluster)
    cluster_id, counts = metadata.with_cluster_id(asker.fetch())
    check_topics(path.service.inputs, references, counts)
    if path.resources.profile.describes:
        _check_groups(cluster, path.service.name)
    return Connection(cluster, asker, cluster_id, references, KnownTopics(asker))


def open_loop(path: DataPath, connection: Connection) -> None:
    """Make what the path runs; raises Unavailable, and then may be called again."""
    settings, service = path.resources.settings, path.service
    count_deaths(path.resources.engine, Path(settings.data_dir), path.name, service.name)
    path.in_hand = path.in_hand or in_hand.opened(Path(settings.data_dir), path.name)
    consumer = clients.data_path_consumer(
        connection.cluster,
        service.name,
        group_instance_id=path.name,
        partition_assignment_strategy=service.strategy,
    )
    breaker = StoredBreaker(path.resources.engine, service.name, path.name)
    breaker.recall()
    path.breaker = breaker
    partitions = _partitions(path, connection, consumer)
    maintenance = _maintenance(path, connection, breaker, consumer)
    maintenance.idle.read_beyond, maintenance.idle.ids = partitions.read_beyond, partitions.ids
    path.loop = Loop(
        consumer,
        _stage(path, connection),
        partitions,
        _transactions(path, consumer),
        Limits(settings.batch_size, settings.batch_seconds),
        path.progress,
        _hooks(path, connection, maintenance),
    )


def check_topics(
    inputs: Sequence[str], references: Sequence[str], counts: Mapping[str, int]
) -> None:
    """Every topic that is read by name exists, and all inputs have the same number of partitions.

    Raises Unavailable: an operator creates the topic while the worker waits.
    """
    named = [topic for topic in inputs if not topic.startswith("^")]
    missing = [topic for topic in (*named, *references) if topic not in counts]
    if missing:
        raise metadata.hidden(missing[0])
    # Only then does the range assignor give partition n of all inputs to one worker, so that one
    # worker handles all messages of a key (decision 0003).
    if len({counts[topic] for topic in named}) > 1:
        shown = ", ".join(f"{topic} has {counts[topic]}" for topic in named)
        mend = "delete the one that is wrong, then `credstream topics create`"
        raise Unavailable(f"inputs must have equal partition counts: {shown}; {mend}", "topic")


def _check_groups(cluster: Cluster, name: str) -> None:
    """Raise Unavailable for a group that we have no right to use."""
    # Nothing else reports it: the consumer is never assigned anything, and sees no error.
    own = [name, f"{name}-control"]
    for group in groups.forbidden(cluster, own, timeouts.GROUP_CHECK_SECONDS):
        raise Unavailable(
            f"broker {cluster.address}: we may not use the group {group}; "
            f"run `credstream service add {name}`"
        )


def _stage(path: DataPath, connection: Connection) -> AnyStage:
    return Stage(
        path.service,
        path.resources.engine,
        path.resources.codec,
        connection.cluster_id,
        connection.known_topics,
        journalled=path.faults.journalled,
        attempts=Attempts(path.in_hand or InHand()),
    )


def _partitions(path: DataPath, connection: Connection, consumer: Consumer) -> Partitions:
    return Partitions(
        consumer,
        path.resources.engine,
        connection.cluster_id,
        TopicIds(connection.cluster) if path.resources.profile.describes else no_ids,
        Held(path.service.name),
    )


def _transactions(path: DataPath, consumer: Consumer) -> Transactions:
    return Transactions(
        consumer,
        path.producer,
        path.progress,
        path.resources.away,
        path.faults.crash,
        ordinary_commit=path.resources.profile.ordinary_commit,
    )


def _maintenance(
    path: DataPath, connection: Connection, breaker: StoredBreaker, consumer: Consumer
) -> Maintenance:
    settings, engine, name = path.resources.settings, path.resources.engine, path.service.name
    describes = path.resources.profile.describes
    unstamped = _unstamped(connection.cluster) if describes else None

    def ask() -> None:
        """Raises Unavailable unless the broker answers and still shows what is read."""
        counts = metadata.partition_counts(connection.asker.fetch(timeouts.BROKER_CHECK_SECONDS))
        check_topics(path.service.inputs, connection.references, counts)

    return Maintenance(
        name,
        Holds(engine, settings.hold_seconds, path.service.unknown),
        breaker,
        Lag(name, consumer),
        Idle(engine, ask if describes else None),
        BrokerTime(name, unstamped),
    )


def _unstamped(cluster: Cluster) -> FindUnstamped:
    """Asks with a client that is made for the first question: there is none on a sound cluster."""
    admin = cache(lambda: Admin(cluster))
    return lambda names: admin().unstamped(names)


def _hooks(path: DataPath, connection: Connection, maintenance: Maintenance) -> Hooks:
    cluster = connection.cluster
    check = AssignmentCheck(cluster, path.service.name, path.service.inputs)
    return Hooks(
        batch=BatchHooks(
            to_pause=maintenance.to_pause,
            completed=maintenance.completed,
            sender=sender_of(path.service.name),
        ),
        turn=TurnHooks(
            chores=maintenance.chores,
            send_failed=connection.known_topics.forget,
            at_end=maintenance.idle.at_end,
            # The embedded broker has no static members that it could give too little to.
            unassigned=check.unassigned if path.resources.profile.describes else tuple,
        ),
        explain=lambda error: str(cluster.refusal(error)),
        crash=path.faults.crash,
    )
