"""The command line of a service: `python -m services.<name> worker`.

The order is that of a start: first the pages, which need nothing, then the fence, which connects
in its thread while everything else is imported.

`sender` instead of `worker` is for a worker itself, which asks a child process with it.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeAlias

from credstream.process import child_process
from credstream.process.settings import Settings, SettingsError, load
from credstream.runtime import pages
from credstream.runtime.health import Health

if TYPE_CHECKING:
    from credstream.runtime.worker import Worker

Build: TypeAlias = "Callable[[Settings], Worker]"

USAGE = 2
CONFIG = 78  # EX_CONFIG of sysexits.h


def main(name: str, app: Callable[[], Build]) -> None:
    """Run the service; exits 2 on misuse, 78 on wrong settings or a wrong database.

    `app` imports the service's wiring when it is called, and returns what builds the worker.
    """
    if sys.argv[1:2] not in (["worker"], ["sender"]):
        sys.stderr.write(
            f"usage: python -m services.{name} worker\n\n"
            "Settings come from CREDSTREAM_* variables; `credstream config show` lists them.\n"
        )
        sys.exit(0 if sys.argv[1:2] == ["--help"] else USAGE)
    child_process.die_with_parent(os.environ)
    if sys.argv[1] == "sender":
        _print_sender(app())
        return
    signal.signal(signal.SIGTERM, _stop)
    health = Health(name)
    try:
        settings = load(service=name)
        page = pages.application(health, settings.patience_seconds)
        pages.start(page, settings.web_host, settings.web_port)
    except SettingsError as error:
        _refuse(name, error)
    _run(name, app, settings, health)


def _run(name: str, app: Callable[[], Build], settings: Settings, health: Health) -> None:
    from credstream.kafka.fencing import Fence  # noqa: PLC0415

    fence = Fence(settings, f"{name}-{settings.ordinal}")
    # Readers wait for the fence, and these take half a second.
    from credstream.process import logs  # noqa: PLC0415
    from credstream.runtime.faust_app import start  # noqa: PLC0415
    from credstream.runtime.watchdog import Watchdog  # noqa: PLC0415
    from credstream.storage.migrate import SchemaError  # noqa: PLC0415

    try:
        logs.configure(name, f"{name}-{settings.ordinal}", settings.log_level)
        Watchdog(health, settings.patience_seconds).start()
        start(app(), settings, fence, health)
    except (SettingsError, SchemaError) as error:
        _refuse(name, error)


def _stop(_signal: int, _frame: object) -> None:
    """Leave at once while nothing runs yet; Faust has a handler of its own."""
    os._exit(0)


def _print_sender(build: Build) -> None:
    from credstream.runtime import sender_child  # noqa: PLC0415, a worker does not need it

    service = build(load()).paths[0].service
    sys.stdout.write(f"{sender_child.answer(service, sys.stdin.buffer.read())}\n")


def _refuse(name: str, error: Exception) -> None:
    for fault in str(error).splitlines():
        sys.stderr.write(f"{name}: {fault}\n")
    sys.stderr.flush()
    # Not sys.exit: the fence may still be waiting for a broker.
    os._exit(CONFIG)
