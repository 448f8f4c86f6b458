"""The process of a service: a Faust app that owns life cycle, control agents and web pages.

Data paths run in threads beside it. If one fails or stops turning, the process ends; when the
process has to stop, the threads stop.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import faust
from faust.exceptions import ImproperlyConfigured
from faust.types.auth import CredentialsT

from credstream.contract.errors import Unavailable
from credstream.kafka.fencing import Fence
from credstream.kafka.retry import retry_until_available
from credstream.process import logs, timeouts
from credstream.process.logs import logger
from credstream.process.settings import Settings, SettingsError
from credstream.runtime import pages
from credstream.runtime.control_path import ControlPath
from credstream.runtime.threads import Thread, Watchdog, end
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
        web_host=settings.web_host,
        web_port=settings.web_port,
        web_bind=settings.web_host,
    )
    health, patience, away = worker.health, settings.patience_seconds, worker.resources.away
    app.add_dependency(Watchdog(health.last_turn, patience, away, health.calling))
    for work in worker.work():
        app.add_dependency(Thread(work))
    _agent(app, worker.control)
    for path, page in pages.pages(health, patience).items():
        app.page(path)(page)  # type: ignore[arg-type]
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


def start(build: Callable[[Settings], Worker], settings: Settings, fence: Fence) -> None:
    """Run a worker until it has to stop; never returns."""
    worker = build(settings)
    worker.paths[0].fence = fence
    resources, turn = worker.resources, worker.health.turn
    ready = migrate.upgrade if settings.migrate else migrate.check
    databases = [(resources.engine, migrate.folders(worker.control.service))]
    databases += [(resources.vault, migrate.VAULT)] if resources.vault is not None else []
    for database, folder in databases:
        # Before anything waits for a lock that a frozen process of this name holds (decision 0017).
        engine.name_sessions(database, worker.name)
        retry_until_available(partial(engine.end_earlier_sessions, database), _never, turn)
        retry_until_available(partial(ready, database, folder), _never, turn)
    try:
        app = app_of(worker)
    except ImproperlyConfigured as error:
        raise SettingsError(f"Faust refuses a setting: {error}") from error
    # Faust ends where its first connection fails; a broker that is away is waited for.
    retry_until_available(worker.reach, _never, turn)
    faust.Worker(
        app,
        logging_config=logs.config(settings.log_level),
        redirect_stdouts=False,
        quiet=True,
        loglevel=settings.log_level.upper(),
    ).execute_from_commandline()


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
            pause = timeouts.REFERENCE_RETRY_SECONDS
            logger().warning("dependency unavailable", why=str(failure), pause=pause)
            await asyncio.sleep(pause)
        except Exception as error:  # noqa: BLE001, it is redelivered after the restart
            end("control agent failed", error)
        else:
            return
