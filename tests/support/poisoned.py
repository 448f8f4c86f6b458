"""A worker that some messages end, each in its own way; only tests start it.

`python -m tests.support.poisoned services.<name> worker`; a message that holds the text of `poison`
for this service and a way to die ends the process in its step.
"""

from __future__ import annotations

import ctypes
import importlib
import signal
import sys
import time
from dataclasses import replace

from credstream.runtime import command

WAYS = {
    # To this thread: as a signal to the process, it would come some steps later.
    "segmentation-fault": lambda: signal.raise_signal(signal.SIGSEGV),
    # The kernel's way when memory ends.
    "kill": lambda: signal.raise_signal(signal.SIGKILL),
    "native-exit": lambda: ctypes.CDLL(None).exit(3),
    # Past the watchdog.
    "hang": lambda: time.sleep(3600),
}


def poison(service: str, way: str) -> str:
    """A text that goes through all services, and ends this one."""
    return f"poison of {service} by {way}"


def main() -> None:
    name = sys.argv[1].rpartition(".")[2]
    sys.argv = [name, *sys.argv[2:]]
    build = importlib.import_module(f"services.{name}.app").build

    def poisoned(settings):
        made = build(settings)
        for path in made.paths:
            path.service = replace(path.service, step=_dying(name, path.service.step))
        return made

    command.main(name, lambda: poisoned)


def _dying(name, step):
    texts = {poison(name, way).encode(): die for way, die in WAYS.items()}

    def call(message, facts):
        for text, die in texts.items():
            if text in (message.value or b""):
                die()
        return step(message, facts)

    return call


if __name__ == "__main__":
    main()
