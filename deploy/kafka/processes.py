"""Servers that outlive the command that started them, each with a file that holds its number."""

from __future__ import annotations

import os
import signal
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from deploy.kafka.layout import StackError

READY_SECONDS = 60.0
STOP_SECONDS = 15.0


def start(
    command: Sequence[str], pid_file: Path, log: Path, environ: Mapping[str, str] | None = None
) -> None:
    """Start a server in a session of its own, unless it is there already."""
    if running(pid_file):
        return
    for folder in (pid_file.parent, log.parent):
        folder.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as output:
        made = subprocess.Popen(  # noqa: S603, our own command
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=dict(environ) if environ is not None else None,
            start_new_session=True,
        )
    pid_file.write_text(str(made.pid))


def running(pid_file: Path) -> int | None:
    """The number of the server, while it lives and is the one that was started."""
    try:
        number = int(pid_file.read_text("utf-8"))
        command = Path(f"/proc/{number}/cmdline").read_bytes()
    except (OSError, ValueError):
        return None
    # An empty command line is a process that has ended and was not waited for.
    return number if b"java" in command else None


def stop(pid_file: Path, *, hard: bool = False) -> None:
    """Ask a server to end, and kill it when it does not; repeatable."""
    number = running(pid_file)
    if number is not None:
        os.kill(number, signal.SIGKILL if hard else signal.SIGTERM)
        if not wait(lambda: running(pid_file) is None, STOP_SECONDS):
            os.kill(number, signal.SIGKILL)
            wait(lambda: running(pid_file) is None, STOP_SECONDS)
    pid_file.unlink(missing_ok=True)


def wait(what: Callable[[], bool], seconds: float) -> bool:
    """Whether something came true in time."""
    end = time.monotonic() + seconds
    while not what():
        if time.monotonic() > end:
            return False
        time.sleep(0.05)
    return True


def await_ready(name: str, ready: Callable[[], bool], pid_file: Path, log: Path) -> None:
    """Wait until a server answers; raises StackError with the end of its log."""
    if wait(lambda: _gone(pid_file) or ready(), READY_SECONDS) and running(pid_file):
        return
    last = log.read_text("utf-8", "replace").splitlines()[-5:] if log.exists() else []
    raise StackError(f"{name} did not start; the end of {log}:\n" + "\n".join(last))


def _gone(pid_file: Path) -> bool:
    """Looked at twice: between fork and exec a process has another name."""
    if running(pid_file):
        return False
    time.sleep(0.3)
    return running(pid_file) is None


def answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2) as response:  # noqa: S310, a loopback address
            return int(response.status) == 200  # noqa: PLR2004, OK
    except (OSError, urllib.error.URLError):
        return False
