"""How soon the commands answer: `python -m benchmarks.start`, best and median of some cold starts.

`try` on one file, `run` on the examples until it prints the first outcome, and a command of an
operator where nothing listens at the broker's address.
"""

from __future__ import annotations

import re
import signal
import statistics
import subprocess
import tempfile
import time
from pathlib import Path

from tests.support import commands

STARTS = 5
FILE = commands.EXAMPLES / "submissions/festo-like/02-automation-joint.jwt"
OUTCOME = re.compile(r"refused|published|held|out_of_scope")


def started(*words):
    return subprocess.Popen(
        [*commands.COMMAND, *map(str, words)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )


def try_once(folder):
    """Seconds until `try` has answered."""
    began = time.monotonic()
    started("try", FILE, "--provider", "festo-like", "--dir", folder).communicate()
    return time.monotonic() - began


def run_once(folder):
    """Seconds until `run` has printed its first outcome."""
    began = time.monotonic()
    process = started("run", "--dir", folder)
    next(line for line in process.stdout if OUTCOME.match(line))
    took = time.monotonic() - began
    process.send_signal(signal.SIGINT)
    process.communicate()
    return took


def away_once(folder):
    """Seconds until a command has said that there is no broker."""
    began = time.monotonic()
    commands.credstream("topics", "list", "--dir", folder, CREDSTREAM_BROKER="127.0.0.1:9")
    return time.monotonic() - began


MEASURED = {"try, one file": try_once, "run, first outcome": run_once, "no broker": away_once}


def main():
    for name, once in MEASURED.items():
        with tempfile.TemporaryDirectory() as folder:
            took = [once(Path(folder) / str(number)) for number in range(STARTS)]
        print(f"{name}: best {min(took):.2f} s, median {statistics.median(took):.2f} s")


if __name__ == "__main__":
    main()
