"""Starts child processes that die with their parent, whatever happens, and stops them in time."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from credstream.process import timeouts

PARENT: Final = "CREDSTREAM_PARENT"
_PR_SET_PDEATHSIG: Final = 1


def start(command: Sequence[str], env: Mapping[str, str], log: Path) -> subprocess.Popen[bytes]:
    """Start a child in its own process group, with its output appended to `log`.

    The child calls `die_with_parent` first thing. `command` is the child itself: behind a wrapper
    it would see another parent and end at once.
    """
    if threading.current_thread() is not threading.main_thread():
        raise RuntimeError("start children from the main thread: they die with the thread")
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as output:
        return subprocess.Popen(  # noqa: S603 - the caller's own command, no shell
            command,
            env={**env, PARENT: str(os.getpid())},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )


def die_with_parent(environ: Mapping[str, str]) -> None:
    """Be killed when the process that called `start` ends; without one, do nothing."""
    if not (parent := environ.get(PARENT)):
        return
    if not _killed_by_kernel():
        threading.Thread(target=_watch, args=(int(parent),), daemon=True).start()
    if os.getppid() != int(parent):  # it died before we could ask for the signal
        _end()


def stop(children: Sequence[subprocess.Popen[bytes]], deadline_s: float) -> dict[int, int]:
    """Exit codes by process id: ask all at once, kill what is left when the deadline has passed."""
    for child in children:
        child.terminate()
    last = time.monotonic() + deadline_s
    return {child.pid: _ended(child, last) for child in children}


def _ended(child: subprocess.Popen[bytes], last: float) -> int:
    try:
        return child.wait(max(0.0, last - time.monotonic()))
    except subprocess.TimeoutExpired:
        os.killpg(child.pid, signal.SIGKILL)  # not yet waited for, so the number is still its own
        return child.wait()


def _killed_by_kernel() -> bool:
    """SIGKILL, since a worker whose broker died with the parent may hang on SIGTERM."""
    if sys.platform != "linux":
        return False
    return bool(ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, int(signal.SIGKILL), 0, 0, 0) == 0)


def _watch(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(timeouts.PARENT_CHECK_SECONDS)
    _end()


def _end() -> None:
    os.kill(os.getpid(), signal.SIGKILL)
