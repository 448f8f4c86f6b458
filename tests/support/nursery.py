"""Starts our programs out of one process that has loaded them all: loading is half of a short life.

A child is a process like any other. It has been spared the imports, not one line of its own
beginning: arguments, environment, files, signals and its way to the end are those of `python`.
`credstream run` has a nursery of its own for its services, which dies with it as they would.
`CREDSTREAM_TEST_FORKS=0` starts every one by itself, as do the tests where the start is what counts.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import runpy
import select
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import IO

from credstream.process import child_process

ROOT = Path(__file__).parents[2]
FORKS = os.environ.get("CREDSTREAM_TEST_FORKS", "1") != "0"
LOADED = (
    *(f"services.{name}.app" for name in ("ingest", "normalise", "accreditation", "publisher")),
    "credstream.runtime.faust_app", "credstream.runtime.command", "credstream.kafka.registry",
    "credstream.interfaces.cli.main", "credstream.interfaces.cli.doctor", "credstream.interfaces.cli.operate", "credstream.interfaces.cli.run",
    "credstream.interfaces.cli.submit", "credstream.interfaces.cli.subscribe", "credstream.interfaces.cli.users",
)  # fmt: skip
_LONGEST = 1 << 20
_LOOK_SECONDS = 0.01
_ASKING = threading.Lock()


class Child:
    """What `subprocess.Popen` is, as far as tests use one."""

    def __init__(self, pid: int, told: socket.socket) -> None:
        self.pid, self.returncode, self._told = pid, None, told
        self._looking = threading.Lock()

    def poll(self) -> int | None:
        with self._looking:
            if self.returncode is None and select.select([self._told], [], [], 0)[0]:
                # Nothing comes where the nursery itself has gone, and all its children with it.
                self.returncode = int(self._told.recv(16) or -signal.SIGKILL)
                self._told.close()
            return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        until = None if timeout is None else time.monotonic() + timeout
        while self.poll() is None:
            if until is not None and time.monotonic() >= until:
                raise subprocess.TimeoutExpired(f"process {self.pid}", timeout)
            time.sleep(_LOOK_SECONDS)
        return self.returncode

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)


Process = Child | subprocess.Popen[bytes]


def run(
    words: Sequence[str], env: Mapping[str, str], timeout: float
) -> subprocess.CompletedProcess[str]:
    """What `subprocess.run` gives of `python words…`."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        child = start(words, env, out.fileno(), err.fileno())
        try:
            child.wait(timeout)
        finally:
            child.kill()
            child.wait()
        for file in (out, err):
            file.seek(0)
        texts = [file.read().decode() for file in (out, err)]
        return subprocess.CompletedProcess([*words], child.returncode, *texts)


def start(
    words: Sequence[str],
    env: Mapping[str, str],
    stdout: int,
    stderr: int,
    *,
    forked: bool = FORKS,
) -> Process:
    """A child that does what `python words…` does, `-c code …` or `-m module …`; it reads nothing.

    Its parent is the nursery, which ends with this process. What `PYTHON…` variables ask of the
    interpreter is settled when the nursery starts.
    """
    if not forked:
        command = [sys.executable, *words]
        return subprocess.Popen(
            command, env=env, stdin=subprocess.DEVNULL, stdout=stdout, stderr=stderr
        )
    return _ask(_nursery()[0], words, env, stdout, stderr)


def parent(*, forked: bool = FORKS) -> int:
    """The process that children see as their parent."""
    return _nursery()[1].pid if forked else os.getpid()


def down() -> None:
    """Let go of the nursery, if this process has one."""
    if _nursery.cache_info().currsize:
        asking, process = _nursery()
        asking.close()
        process.wait()


def _ask(
    nursery: socket.socket,
    words: Sequence[str],
    env: Mapping[str, str],
    stdout: int,
    stderr: int,
    *,
    session: bool = False,
) -> Child:
    ours, theirs = socket.socketpair()
    asked = {"words": [*words], "env": dict(env), "cwd": str(Path.cwd()), "session": session}
    with _ASKING:
        socket.send_fds(nursery, [json.dumps(asked).encode()], [stdout, stderr, theirs.fileno()])
        pid = int(nursery.recv(16))
    theirs.close()
    return Child(pid, ours)


@cache
def _nursery() -> tuple[socket.socket, subprocess.Popen[bytes]]:
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    process = subprocess.Popen(
        [sys.executable, "-m", __name__, str(theirs.fileno())],
        pass_fds=[theirs.fileno()],
        stdin=subprocess.DEVNULL,
        cwd=ROOT,
    )
    theirs.close()
    return ours, process


def _serve(asking: socket.socket) -> tuple[str, str]:
    """Bear children until nobody is left who asks; it returns in a child, with what that is to do."""
    for name in LOADED:
        importlib.import_module(name)
    gc.freeze()
    woken, wakes = os.pipe()
    os.set_blocking(wakes, False)
    signal.set_wakeup_fd(wakes)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    alive: dict[int, socket.socket] = {}
    while True:
        ready = select.select([asking, woken], [], [])[0]
        if woken in ready:
            os.read(woken, 4096)
            _bury(alive)
        if asking not in ready:
            continue
        asked, files, _flags, _address = socket.recv_fds(asking, _LONGEST, 3)
        if not asked:
            sys.exit()
        pid = os.fork()
        if not pid:
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            signal.signal(signal.SIGINT, signal.default_int_handler)
            return _become(json.loads(asked), files, [asking, *alive.values()], [woken, wakes])
        alive[pid] = socket.socket(fileno=files[2])
        for number in files[:2]:
            os.close(number)
        asking.send(str(pid).encode())


def _bury(alive: dict[int, socket.socket]) -> None:
    for pid in list(alive):
        ended, status = os.waitpid(pid, os.WNOHANG)
        if ended:
            with alive.pop(pid) as told:
                told.send(str(os.waitstatus_to_exitcode(status)).encode())


def _become(
    asked: Mapping, files: Sequence[int], sockets: Sequence[socket.socket], pipes: Sequence[int]
) -> tuple[str, str]:
    for each in sockets:
        each.close()
    for number in (0, 1):
        os.dup2(files[number], number + 1)
    for number in (*pipes, *files):
        os.close(number)
    if asked["session"]:
        os.setsid()
    os.chdir(asked["cwd"])
    os.environ.clear()
    os.environ.update(asked["env"])
    time.tzset()
    how, what, *words = asked["words"]
    sys.argv = [how, *words]
    sys.path[0] = ""
    house = _housed() if words[:1] == ["run"] else None
    return house or (how, what)


def _housed() -> tuple[str, str] | None:
    """Give a `credstream run` a nursery for its services; what one of those is to do, in it."""
    house = os.getpid()
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    pid = os.fork()
    if not pid:
        ours.close()
        child_process.die_with_parent({child_process.PARENT: str(house)})
        return _serve(theirs)
    theirs.close()

    def popen(command: Sequence[str], *, env: Mapping[str, str], stdout: IO[bytes], **_: object):
        number, own = stdout.fileno(), {**env, child_process.PARENT: str(pid)}
        return _ask(ours, command[1:], own, number, number, session=True)

    child_process.subprocess = SimpleNamespace(**vars(subprocess) | {"Popen": popen})
    return None


if __name__ == "__main__":
    _how, _what = _serve(socket.socket(fileno=int(sys.argv[1])))
    # The last of this file, so that the interpreter ends by itself.
    if _how == "-m":
        runpy.run_module(_what, run_name="__main__", alter_sys=True)
    else:
        exec(compile(_what, "<string>", "exec"), {"__name__": "__main__"})
