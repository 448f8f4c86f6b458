"""The process of a service: a Faust app that owns life cycle and control agents.

Data paths run in threads beside it. If one fails, the process ends; when the process has to stop,
the threads stop. Its pages and its watchdog were there before, and are not Faust's.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import faust
import sqlalchemy as sa
from faust.exceptions import ImproperlyConfigured
from faust.types.auth import CredentialsT

from credstream.contract.errors import Unavailable
from credstream.kafka.fencing import Fence
from credstream.kafka.retry import retry_until_available
from credstream.process import logs, timeouts
from credstream.process.logs import logger
from credstream.process.settings import Settings, SettingsError
from credstream.runtime.control_path import ControlPath
from credstream.runtime.ending import end
from credstream.runtime.health import Health
from credstream.runtime.progress import Wait
from credstream.runtime.threads import Heartbeat, Thread
from credstream.runtime.worker import Worker
from credstream.storage import engine, migrate


def app_of(worker: Worker) -> faust.App:
    """The Faust app around a worker."""
    settings = worker.resources.settings
    Path(settings.data_dir).mkdir(parents=True, exist_ok=True)
    app = faust.App(
        f"{worker.control.service}-control",
        broker=";".join(f"kafka://{address.strip()}" for address in settings.broker.split(",")),
        broker_credentials=_credentials(settings),
        store="memory://",
        topic_disable_leader=True,
        topic_allow_declare=False,
        key_serializer="raw",
        value_serializer="raw",
        datadir=Path(settings.data_dir) / worker.name,
        consumer_auto_offset_reset="earliest",
        consumer_group_instance_id=f"{worker.control.service}-control-{settings.ordinal}",
        **worker.resources.profile.control,
        broker_rebalance_timeout=timeouts.REBALANCE_SECONDS,
        web_enabled=False,
    )
    app.add_dependency(Heartbeat(worker.health))
    for work in worker.work():
        app.add_dependency(Thread(work))
    _agent(app, worker.control)
    return app


def _credentials(settings: Settings) -> CredentialsT | None:
    """The user of Faust's own clients, the same as that of the data paths."""
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


def start(
    build: Callable[[Settings], Worker], settings: Settings, fence: Fence, health: Health
) -> None:
    """Run a worker until it has to stop; never returns."""
    worker = build(settings)
    worker.watched_by(health)
    health.turn()  # half of a start is imports
    worker.paths[0].fence = fence
    resources = worker.resources
    databases = [(resources.engine, migrate.folders(worker.control.service))]
    databases += [(resources.vault, migrate.VAULT)] if resources.vault is not None else []
    for database, folder in databases:
        # Before anything waits for a lock that a frozen process of this name holds (decision 0017).
        engine.name_sessions(database, worker.name)
        retry_until_available(partial(engine.end_earlier_sessions, database), _never, health)
        ready = partial(_migrate, health) if settings.migrate else migrate.check
        retry_until_available(partial(ready, database, folder), _never, health)
    try:
        app = app_of(worker)
    except ImproperlyConfigured as error:
        raise SettingsError(f"Faust refuses a setting: {error}") from error
    # Faust ends where its first connection fails; a broker that is away is waited for.
    retry_until_available(worker.reach, _never, health)
    faust.Worker(
        app,
        logging_config=logs.config(settings.log_level),
        redirect_stdouts=False,
        quiet=True,
        loglevel=settings.log_level.upper(),
    ).execute_from_commandline()


def _migrate(health: Health, database: sa.Engine, where: tuple[Path, ...]) -> None:
    health.migrating = True
    try:
        migrate.upgrade(database, where)
    finally:
        health.turn()
        health.migrating = False


def _never() -> bool:
    return False


def _agent(app: faust.App, control: ControlPath) -> None:
    topic = app.topic(*control.topics)

    async def reference(stream: faust.StreamT[bytes]) -> None:
        async for event in stream.events():
            message = event.message
            await _take(
                control,
                message.topic,
                message.partition,
                message.offset,
                message.key,
                message.value,
            )

    app.agent(topic, name="reference")(reference)


async def _take(control: ControlPath, *message: Any) -> None:
    """Take one record, however long that takes, or end the process.

    Nothing may be raised here: Faust acknowledges a message whose agent raised (decision 0001).
    """
    while True:
        if control.reference is None:
            await asyncio.sleep(timeouts.REFERENCE_START_SECONDS)
            continue
        try:
            await asyncio.to_thread(control.reference.take, *message)
        except Unavailable as failure:
            control.waiting = Wait(failure.cause, str(failure))
            pause = timeouts.REFERENCE_RETRY_SECONDS
            logger().warning("dependency unavailable", why=str(failure), pause=pause)
            await asyncio.sleep(pause)
        except Exception as error:  # noqa: BLE001, it is redelivered after the restart
            end("control agent failed", error)
        else:
            control.waiting = None
            return
