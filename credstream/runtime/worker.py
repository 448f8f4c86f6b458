"""The process of a service: a Faust app that owns life cycle, control agents and web pages.

The data path runs in a thread beside it. If the thread fails or stops turning, the process
ends; if the process is told to stop, so is the thread.
"""

from __future__ import annotations

import asyncio
import ssl
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, Protocol

import faust
import sqlalchemy as sa
from confluent_kafka import Consumer, Producer
from faust.exceptions import ImproperlyConfigured
from faust.types.auth import CredentialsT

from credstream.contract.codec import Codec
from credstream.contract.errors import Unavailable
from credstream.runtime import clients, health, logs, migrate
from credstream.runtime.admin import Admin
from credstream.runtime.clients import Cluster, KnownTopics, Profile
from credstream.runtime.fence import Fence
from credstream.runtime.keeper import Keeper
from credstream.runtime.logs import logger
from credstream.runtime.loop import Hooks, Loop
from credstream.runtime.partitions import Partitions
from credstream.runtime.patience import patient
from credstream.runtime.reference import Control, Reference
from credstream.runtime.settings import Settings, SettingsError
from credstream.runtime.stage import Service, Stage
from credstream.runtime.threads import Thread, Watchdog, end, still_heap

GROUP_SECONDS = 10.0


class Runner(Protocol):
    """Work beside the data path, such as an outbox, in a thread of its own."""

    def run(self, stopping: Callable[[], bool]) -> None:
        """Work until `stopping`; raises nothing but bugs."""


@dataclass(slots=True)
class Worker:
    """Everything of one process; clients are opened when it starts, not when it is built."""

    service: Service
    settings: Settings
    codec: Codec
    controls: Sequence[Control]
    engine: sa.Engine
    vault: sa.Engine | None = None
    runners: Sequence[Runner] = ()
    crash: Callable[[str], None] = lambda _point: None
    journalled: bool = True
    fence: Fence | None = None
    producer: Producer | None = None
    loop: Loop | None = None
    keeper: Keeper | None = None
    reference: Reference | None = None
    turned: float = field(default_factory=time.monotonic)

    @property
    def name(self) -> str:
        return f"{self.service.name}-{self.settings.ordinal}"

    def turn(self) -> None:
        self.turned = time.monotonic()

    def last_turn(self) -> float:
        return max(self.turned, self.loop.turned if self.loop else 0.0)

    def ready(self) -> str | None:
        """None when work goes on, else what it waits for."""
        if self.loop is None or self.keeper is None:
            return "starting"
        if self.keeper.opened:
            return f"breaker open: {self.keeper.opened}"
        return None if self.loop.working else "unavailable"

    def reach(self) -> Producer:
        """Reach the broker, as a worker whose earlier lives are over."""
        self.fence = self.fence or Fence(self.settings, self.name)
        self.producer = self.fence.producer()
        return self.producer

    def run(self, stopping: Callable[[], bool]) -> None:
        """The data path from the first connection to the end."""
        patient(self._open, stopping, self.turn)
        if self.loop and not stopping():
            still_heap()
            logger().info("data path starts")
            self.loop.run(stopping)

    def _open(self) -> None:
        profile, cluster = self._profile, clients.cluster_of(self.settings)
        self.codec.prepare()
        producer = self.producer or self.reach()
        cluster_id, counts = clients.topics_of(producer)
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
        known = KnownTopics(producer)
        stage = Stage(
            self.service, self.engine, self.codec, cluster_id, known, journalled=self.journalled
        )
        self.keeper = self._watching(consumer, cluster, producer)
        self.loop = Loop(
            consumer,
            producer,
            stage,
            Partitions(consumer, self.engine, cluster_id),
            self.settings.batch_size,
            self.settings.batch_seconds,
            self._hooks(self.keeper, cluster, producer),
            ordinary_commit=profile.ordinary_commit,
        )

    @property
    def _profile(self) -> Profile:
        return clients.PROFILES[self.settings.profile]

    def _watching(self, consumer: Consumer, cluster: Cluster, producer: Producer) -> Keeper:
        ask = partial(clients.reached, cluster, producer, clients.ASK_SECONDS)
        keeper = Keeper(
            self.service,
            self.name,
            self.engine,
            consumer,
            self.settings.hold_seconds,
            ask if self._profile.inquisitive else None,
        )
        keeper.start()
        return keeper

    def _hooks(self, keeper: Keeper, cluster: Cluster, producer: Producer) -> Hooks:
        return Hooks(
            waits=keeper.waits,
            ended=keeper.ended,
            chores=keeper.chores,
            rest=keeper.rest,
            crash=self.crash,
            why=partial(clients.why, cluster, producer),
        )

    def _take_reference(self, cluster_id: str) -> None:
        """Early is not wrong: the tables reach the topics' ends before the first subscription."""
        cluster = clients.cluster_of(self.settings)
        self.reference = Reference(
            self.engine,
            self.codec,
            clients.producer(cluster),
            cluster_id,
            self.controls,
            self.service.name,
        )
        reader = clients.consumer(cluster, f"{self.service.name}-catch-up")
        try:
            self.reference.catch_up(reader, self.turn)
        finally:
            reader.close()

    def _check_groups(self, cluster: Cluster) -> None:
        """A group that may not be used shows nowhere else: its consumer never gets work."""
        name = self.service.name
        for group in Admin(cluster).forbidden_groups([name, f"{name}-control"], GROUP_SECONDS):
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


def app_of(worker: Worker) -> faust.App:
    """The Faust app around a worker."""
    settings = worker.settings
    Path(settings.data_dir).mkdir(parents=True, exist_ok=True)
    app = faust.App(
        f"{worker.service.name}-control",
        broker=";".join(f"kafka://{each.strip()}" for each in settings.broker.split(",")),
        broker_credentials=_credentials(settings),
        store="memory://",
        topic_disable_leader=True,
        topic_allow_declare=False,
        key_serializer="raw",
        value_serializer="raw",
        datadir=Path(settings.data_dir) / worker.name,
        consumer_auto_offset_reset="earliest",
        consumer_group_instance_id=f"{worker.service.name}-control-{settings.ordinal}",
        **clients.PROFILES[settings.profile].control,
        broker_rebalance_timeout=10.0,
        web_host=settings.web_host,
        web_port=settings.web_port,
        web_bind=settings.web_host,
    )
    app.add_dependency(Thread(worker.run))
    app.add_dependency(Watchdog(worker.last_turn, settings.patience_seconds))
    for runner in worker.runners:
        app.add_dependency(Thread(runner.run))
    _agent(app, worker)
    for path, page in health.pages(worker).items():
        app.page(path)(page)  # type: ignore[arg-type]
    return app


def _credentials(settings: Settings) -> CredentialsT | None:
    """Who Faust's own clients are, the same as the data path's."""
    protocol = settings.security_protocol.lower()
    secure = protocol.endswith("ssl")
    try:
        context = ssl.create_default_context(cadata=settings.broker_ca or None) if secure else None
    except ssl.SSLError as error:
        raise SettingsError(f"CREDSTREAM_BROKER_CA holds no certificate: {error}") from error
    if protocol.startswith("sasl"):
        return faust.SASLCredentials(
            username=settings.sasl_username,
            password=settings.sasl_password,
            mechanism="SCRAM-SHA-512",
            ssl_context=context,
        )
    return faust.SSLCredentials(context) if secure else None


def start(build: Callable[[Settings], Worker], settings: Settings, fence: Fence) -> None:
    """Run a worker until it is told to stop; never returns."""
    worker = build(settings)
    worker.fence = fence
    ready = migrate.upgrade if settings.migrate else migrate.check
    databases = [(worker.engine, migrate.folders(worker.service.name))]
    databases += [(worker.vault, migrate.VAULT)] if worker.vault is not None else []
    for database, where in databases:
        patient(partial(ready, database, where), lambda: False, worker.turn)
    try:
        app = app_of(worker)
    except ImproperlyConfigured as error:
        raise SettingsError(f"Faust refuses a setting: {error}") from error
    # Faust ends where its first connection fails; a broker that is away is waited for.
    patient(worker.reach, lambda: False, worker.turn)
    faust.Worker(
        app,
        logging_config=logs.config(settings.log_level),
        redirect_stdouts=False,
        quiet=True,
        loglevel=settings.log_level.upper(),
    ).execute_from_commandline()


def _agent(app: faust.App, worker: Worker) -> None:
    topic = app.topic(*[control.topic for control in worker.controls])

    async def reference(stream: faust.StreamT[bytes]) -> None:
        async for event in stream.events():
            m = event.message
            await _taken(worker, m.topic, m.partition, m.offset, m.key, m.value)

    app.agent(topic, name="reference")(reference)


async def _taken(worker: Worker, *message: Any) -> None:
    """Faust acknowledges a message whose agent raised: so nothing may be raised here."""
    while True:
        if worker.reference is None:
            await asyncio.sleep(0.05)
            continue
        try:
            await asyncio.to_thread(worker.reference.take, *message)
        except Unavailable as failure:
            logger().warning("unavailable", why=str(failure), pause=1.0)
            await asyncio.sleep(1.0)
        except Exception as error:  # noqa: BLE001, redelivered after the restart
            end("control agent failed", error)
        else:
            return
