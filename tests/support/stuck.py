"""A worker of ingest that gets stuck in one of several ways, as a process of its own."""

from __future__ import annotations

import os
import re
import signal
import sys
import time
from functools import partial

from credstream.runtime.data_path import Faults
from tests.support import fleets


def environment(broker, folder, **more):
    """Variables of a worker of ingest on an embedded broker."""
    own = {
        "BROKER": broker.address, "PROFILE": "embedded", "DATABASE_URL": f"sqlite:///{folder}/i.db",
        "WEB_PORT": str(fleets.free_port()), "DATA_DIR": str(folder / "faust"), "MIGRATE": "true",
    } | more  # fmt: skip
    return os.environ | {f"CREDSTREAM_{name}": value for name, value in own.items()}


def command(how):
    return [sys.executable, "-m", "tests.support.stuck", "worker", how]


def do_it(*_signal):
    time.sleep(1e6)


def main():
    """Do it inside the first transaction; `main` of the runtime reads the word before."""
    from credstream.runtime import command as runtime  # noqa: PLC0415
    from services.ingest.app import build  # noqa: PLC0415

    signal.signal(signal.SIGALRM, do_it)

    def stuck(settings):
        worker = build(settings)
        worker.paths[0].faults = Faults(partial(at, WAYS[sys.argv[2]]))
        return worker

    runtime.main("ingest", lambda: stuck)


def at(way, point):
    if point == "inside":
        way()


def hang_in_a_call():
    do_it()


def hold_the_interpreter():
    def do_it():
        re.match(r"(a+)+b", "a" * 200)

    do_it()


def block_the_event_loop():
    """Handlers of signals run in the main thread, which is the event loop's."""
    os.kill(os.getpid(), signal.SIGALRM)


WAYS = {
    "hang in a call": hang_in_a_call,
    "hold the interpreter": hold_the_interpreter,
    "block the event loop": block_the_event_loop,
}

if __name__ == "__main__":
    main()
