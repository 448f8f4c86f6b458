"""Everything that one process of a service holds, and its data path from first to last."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Protocol

import sqlalchemy as sa
from confluent_kafka import Consumer, Producer

from credstream.contract.codec import Codec
from credstream.contract.errors import Unavailable
from credstream.kafka import clients
from credstream.kafka.admin import Admin
from credstream.kafka.assignment_check import AssignmentCheck
from credstream.kafka.clients import Asker, Cluster, KnownTopics
from credstream.kafka.fencing import Fence
from credstream.kafka.profiles import PROFILES, Profile
from credstream.kafka.retry import patient
from credstream.kafka.sender import Sender
from credstream.process import timeouts
from credstream.process.logs import logger
from credstream.process.settings import Settings
from credstream.runtime.breaker import StoredBreaker
from credstream.runtime.following import Following
from credstream.runtime.holds import Holds
from credstream.runtime.hooks import BatchHooks, Crash, Hooks, TurnHooks, no_crash
from credstream.runtime.idle import Idle
from credstream.runtime.lag import Lag
from credstream.runtime.loop import Limits, Loop
from credstream.runtime.maintenance import Maintenance
from credstream.runtime.partitions import Partitions
from credstream.runtime.progress import Progress
from credstream.runtime.reference import Control, Reference
from credstream.runtime.service import AnyService
from credstream.runtime.stage import Stage
from credstream.runtime.threads import still_heap
from credstream.runtime.transactions import Transactions


class Runner(Protocol):
    """Work beside the data path, such as an outbox, in a thread of its own."""

    def run(self, stopping: Callable[[], bool]) -> None:
        """Work until `stopping`; raises nothing but bugs."""


@dataclass(slots=True)
class Worker:
    """Everything of one process; clients are opened when it starts, not when it is built."""

    service: AnyService
    settings: Settings
    codec: Codec
    controls: Sequence[Control]
    engine: sa.Engine
    vault: sa.Engine | None = None
    runners: Sequence[Runner] = ()
    crash: Crash = no_crash
    journalled: bool = True
    fence: Fence | None = None
    loop: Loop | None = None
    breaker: StoredBreaker | None = None
    reference: Reference | None = None
    progress: Progress = field(default_factory=Progress)

    @property
    def name(self) -> str:
        return f"{self.service.name}-{self.settings.ordinal}"

    def turn(self) -> None:
        self.progress.turn()

    def last_turn(self) -> float:
        return self.progress.turned

    def ready(self) -> str | None:
        """None when work goes on, else what it waits for."""
        if self.loop is None or self.breaker is None:
            return "starting"
        if self.breaker.reason:
            return f"breaker open: {self.breaker.reason}"
        still = time.monotonic() - self.last_turn() > timeouts.STILL_REPORT_SECONDS
        return "unavailable" if still or not self.progress.working else None

    def calling(self) -> float | None:
        """When the call of a transaction began that has not come back."""
        return self.progress.calling

    def away(self) -> str | None:
        """Why the broker does not answer, if it does not."""
        return clients.away(clients.cluster_of(self.settings))

    def reach(self) -> Producer:
        """Reach the broker, as a worker whose earlier lives are over."""
        self.fence = self.fence or Fence(self.settings, self.name)
        return self.fence.producer()

    def run(self, stopping: Callable[[], bool]) -> None:
        """The data path from the first connection to the end."""
        patient(self._open, stopping, self.turn)
        if self.loop and not stopping():
            still_heap()
            logger().info("data path starts")
            self.loop.run(stopping)

    def follow(self, stopping: Callable[[], bool]) -> None:
        """Beside the data path: see to it that the tables follow their topics."""
        while not self.loop and not stopping():
            time.sleep(timeouts.STOP_CHECK_SECONDS)
        if self.reference is None or stopping():
            return
        reader = clients.consumer(clients.cluster_of(self.settings), self._catching_up)
        told = partial(self.reference.behind, reader)
        read = partial(self.reference.read_to_end, reader)
        # Two looks find what stands still: before a provider that it names is refused as unknown.
        every = min(timeouts.REFERENCE_CHECK_SECONDS, self.settings.hold_seconds / 4)
        try:
            Following(told, read, every=every).run(stopping)
        finally:
            reader.close()

    def _open(self) -> None:
        profile, cluster = self._profile, clients.cluster_of(self.settings)
        self.codec.prepare()
        self.reach()
        asker = Asker(cluster)
        cluster_id, counts = clients.identified(asker.seen())
        self._check_partitions(counts)
        if profile.inquisitive:
            self._check_groups(cluster)
        self._take_reference(cluster_id)
        consumer = clients.consumer(
            cluster,
            self.service.name,
            group_instance_id=self.name,
            partition_assignment_strategy=self.service.strategy,
        )
        known = KnownTopics(asker)
        stage = Stage(
            self.service, self.engine, self.codec, cluster_id, known, journalled=self.journalled
        )
        self.breaker = StoredBreaker(self.engine, self.service.name, self.name)
        self.breaker.recall()
        maintenance = self._maintenance(self.breaker, consumer, asker)
        self.loop = Loop(
            consumer,
            stage,
            Partitions(consumer, self.engine, cluster_id),
            self._transactions(consumer),
            Limits(self.settings.batch_size, self.settings.batch_seconds),
            self.progress,
            self._hooks(maintenance, cluster),
        )

    @property
    def _catching_up(self) -> str:
        return f"{self.service.name}-catch-up"

    @property
    def _profile(self) -> Profile:
        return PROFILES[self.settings.profile]

    def _maintenance(self, breaker: StoredBreaker, consumer: Consumer, asker: Asker) -> Maintenance:

        def ask() -> None:
            """That the broker answers an idle worker, and still shows it what it reads."""
            self._check_partitions(clients.counts(asker.seen(timeouts.BROKER_CHECK_SECONDS)))

        name = self.service.name
        return Maintenance(
            name,
            Holds(self.engine, self.settings.hold_seconds, self.service.unknown),
            breaker,
            Lag(name, consumer),
            Idle(self.engine, ask if self._profile.inquisitive else None),
        )

    def _transactions(self, consumer: Consumer) -> Transactions:
        return Transactions(
            consumer,
            self.reach,
            self.progress,
            self.away,
            self.crash,
            ordinary_commit=self._profile.ordinary_commit,
        )

    def _hooks(self, maintenance: Maintenance, cluster: Cluster) -> Hooks:
        group = AssignmentCheck(cluster, self.service.name, self.service.inputs)
        return Hooks(
            batch=BatchHooks(to_pause=maintenance.to_pause, completed=maintenance.completed),
            turn=TurnHooks(
                chores=maintenance.chores,
                at_end=maintenance.idle.settle,
                unassigned=group.unassigned if self._profile.inquisitive else tuple,
            ),
            explain=lambda error: str(cluster.refused(error)),
            crash=self.crash,
        )

    def _take_reference(self, cluster_id: str) -> None:
        """Early is not wrong: the tables reach the topics' ends before the first subscription."""
        cluster = clients.cluster_of(self.settings)
        self.reference = Reference(
            self.engine,
            self.codec,
            Sender(cluster, stall_seconds=timeouts.REFERENCE_STALL_SECONDS),
            cluster_id,
            self.controls,
            self.service.name,
        )
        reader = clients.consumer(cluster, self._catching_up)
        try:
            self.reference.catch_up(reader, self.turn)
        finally:
            reader.close()

    def _check_groups(self, cluster: Cluster) -> None:
        """A group that may not be used shows nowhere else: its consumer never gets work."""
        name = self.service.name
        groups, seconds = (name, f"{name}-control"), timeouts.GROUP_CHECK_SECONDS
        for group in Admin(cluster).forbidden_groups(groups, seconds):
            raise Unavailable(
                f"broker {cluster.address}: we may not use the group {group}; "
                f"run `credstream service add {name}`"
            )

    def _check_partitions(self, counts: dict[str, int]) -> None:
        inputs = [name for name in self.service.inputs if not name.startswith("^")]
        read = [*inputs, *(control.topic for control in self.controls)]
        missing = [name for name in read if name not in counts]
        if missing:
            mend = "`credstream topics create`, then `credstream service add`"
            raise Unavailable(f"topic {missing[0]} does not exist, or is hidden from us; {mend}")
        if len({counts[name] for name in inputs}) > 1:
            shown = ", ".join(f"{name} has {counts[name]}" for name in inputs)
            mend = "delete the one that is amiss, then `credstream topics create`"
            raise Unavailable(f"inputs must have equal partition counts: {shown}; {mend}")
