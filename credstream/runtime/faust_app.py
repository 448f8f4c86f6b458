"""The process of a service: a Faust app that owns life cycle, control agents and web pages.

The data path runs in a thread beside it. If the thread fails or stops turning, the process
ends; if the process is told to stop, so is the thread.
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
from credstream.kafka.profiles import PROFILES
from credstream.kafka.retry import patient
from credstream.process import logs, timeouts
from credstream.process.logs import logger
from credstream.process.settings import Settings, SettingsError
from credstream.runtime import pages
from credstream.runtime.threads import Thread, Watchdog, end
from credstream.runtime.worker import Worker
from credstream.storage import engine, migrate


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
        **PROFILES[settings.profile].control,
        broker_rebalance_timeout=timeouts.REBALANCE_SECONDS,
        web_host=settings.web_host,
        web_port=settings.web_port,
        web_bind=settings.web_host,
    )
    app.add_dependency(Thread(worker.run))
    patience = settings.patience_seconds
    app.add_dependency(Watchdog(worker.last_turn, patience, worker.away, worker.calling))
    app.add_dependency(Thread(worker.follow))
    for runner in worker.runners:
        app.add_dependency(Thread(runner.run))
    _agent(app, worker)
    for path, page in pages.pages(worker).items():
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
        engine.name_sessions(database, worker.name)
        patient(partial(engine.end_earlier, database), lambda: False, worker.turn)
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
            await asyncio.sleep(timeouts.REFERENCE_START_SECONDS)
            continue
        try:
            await asyncio.to_thread(worker.reference.take, *message)
        except Unavailable as failure:
            pause = timeouts.REFERENCE_RETRY_SECONDS
            logger().warning("unavailable", why=str(failure), pause=pause)
            await asyncio.sleep(pause)
        except Exception as error:  # noqa: BLE001, redelivered after the restart
            end("control agent failed", error)
        else:
            return
