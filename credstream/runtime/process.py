"""The command line of a service: `python -m services.<name> worker`."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable

from credstream.runtime import logs, offspring
from credstream.runtime.migrate import SchemaError
from credstream.runtime.settings import Settings, SettingsError, load
from credstream.runtime.worker import Worker, start

USAGE = 2
CONFIG = 78  # EX_CONFIG


def main(name: str, build: Callable[[Settings], Worker]) -> None:
    """Run the service; exits 2 on misuse, 78 on wrong settings or a wrong database."""
    if sys.argv[1:2] != ["worker"]:
        sys.stderr.write(
            f"usage: python -m services.{name} worker\n\n"
            "Settings come from CREDSTREAM_* variables; `credstream config show` lists them.\n"
        )
        sys.exit(0 if sys.argv[1:2] == ["--help"] else USAGE)
    offspring.die_with_parent(os.environ)
    try:
        settings = load()
        logs.configure(name, f"{name}-{settings.ordinal}", settings.log_level)
        start(build, settings)
    except (SettingsError, SchemaError) as error:
        sys.stderr.write(f"{name}: {error}\n")
        sys.exit(CONFIG)
