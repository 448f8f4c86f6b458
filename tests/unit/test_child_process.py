"""Children die with their parent, and stop in time: seen on real processes."""

import fcntl
import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
from pathlib import Path
from types import SimpleNamespace

import pytest

from credstream.process import child_process, timeouts
from tests.support import waiting

ROOT = Path(__file__).parents[2]
ENV = {**os.environ, "PYTHONPATH": str(ROOT)}
CHILD_SECONDS = 120

# Holds a lock for as long as it lives: the kernel frees it however the process ends.
CHILD = textwrap.dedent(
    """
    import fcntl, os, signal, subprocess, sys, time
    from credstream.process import child_process

    lock, *flags = sys.argv[1:]
    if "stubborn" in flags:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    if "unaided" in flags:
        child_process._killed_by_kernel = lambda: False
    if "slow" in flags:
        signal.signal(signal.SIGTERM, lambda *_: (time.sleep(0.5), sys.exit(3)))
    if "fertile" in flags:
        subprocess.Popen([sys.executable, "-c", sys.orig_argv[2], lock + ".grandchild", "stubborn"],
                         env={**os.environ, child_process.PARENT: ""})
    child_process.die_with_parent(os.environ)
    file = open(lock, "w")
    fcntl.flock(file, fcntl.LOCK_EX)
    print("ready", flush=True)
    time.sleep(int("CHILD_SECONDS"))
    """
).replace("CHILD_SECONDS", str(CHILD_SECONDS))

PARENT = textwrap.dedent(
    """
    import os, sys, time
    from pathlib import Path
    from credstream.process import child_process

    folder = Path(sys.argv[1])
    for flags in sys.argv[3:]:
        command = [sys.executable, "-c", sys.argv[2], str(folder / flags), *flags.split("-")]
        child_process.start(command, os.environ, folder / "log")
    time.sleep(int("CHILD_SECONDS"))
    """
).replace("CHILD_SECONDS", str(CHILD_SECONDS))


def command(lock, *flags):
    return [sys.executable, "-c", CHILD, str(lock), *flags]


def alive(lock):
    if not lock.exists():
        return False
    with lock.open() as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        return False


def wait_until(condition):
    """Give up before any child ends by itself: what is waited for has another reason."""
    waiting.eventually(condition, CHILD_SECONDS / 2)


@pytest.fixture
def started(tmp_path):
    """Starts a child and waits until it is ready; kills what a failed test leaves."""
    children = []

    def start(name, *flags):
        lock = tmp_path / name
        child = child_process.start(command(lock, *flags), ENV, tmp_path / "logs" / "all.log")
        children.append(child)
        wait_until(lambda: alive(lock))
        return child, lock

    yield start
    for child in children:
        child.kill()
        child.wait()


def test_children_of_a_killed_parent_are_killed_too(tmp_path):
    flags = ["polite", "stubborn", "unaided", "unaided-stubborn"]
    locks = [tmp_path / each for each in flags]
    with subprocess.Popen(
        [sys.executable, "-c", PARENT, str(tmp_path), CHILD, *flags], env=ENV
    ) as parent:
        wait_until(lambda: all(map(alive, locks)))
        time.sleep(2 * timeouts.PARENT_CHECK_SECONDS)  # every watching thread has looked
        assert all(map(alive, locks))
        parent.kill()

    wait_until(lambda: not any(map(alive, locks)))


def test_a_child_whose_parent_is_already_gone_ends_at_once(tmp_path):
    stranger = {**ENV, child_process.PARENT: str(os.getpid() + 1)}
    ended = subprocess.run(command(tmp_path / "lock"), env=stranger, check=False, timeout=10)
    assert ended.returncode == -signal.SIGKILL
    assert not (tmp_path / "lock").exists()


def test_a_process_that_nobody_started_this_way_lives_on(tmp_path):
    lock = tmp_path / "lock"
    with subprocess.Popen(command(lock), env=ENV, stdout=subprocess.DEVNULL) as child:
        wait_until(lambda: alive(lock))
        child.terminate()
    assert child.returncode == -signal.SIGTERM


def test_stop_asks_and_then_kills_what_ignores_it(started):
    polite, _ = started("polite")
    stubborn, _ = started("stubborn", "stubborn")

    codes = child_process.stop([stubborn, polite], 0.5)
    assert codes == {polite.pid: -signal.SIGTERM, stubborn.pid: -signal.SIGKILL}


def test_stop_waits_for_a_child_that_needs_its_time_to_end(started):
    slow, _ = started("slow", "slow")
    assert child_process.stop([slow], 60.0) == {slow.pid: 3}


class Stubborn:
    """A child that ignores SIGTERM, on a clock of its own; it notes how long it was waited for."""

    pid = 2**30  # nobody

    def __init__(self, clock, waits):
        self.clock, self.waits = clock, waits

    def terminate(self):
        pass

    def wait(self, timeout=None):
        if timeout is None:
            return -signal.SIGKILL
        self.waits.append(timeout)
        self.clock[0] += timeout
        raise subprocess.TimeoutExpired("", timeout)


def test_stop_has_one_deadline_for_all(monkeypatch):
    clock, waits = [100.0], []
    monkeypatch.setattr(child_process, "time", SimpleNamespace(monotonic=lambda: clock[0]))
    monkeypatch.setattr(child_process.os, "killpg", lambda *_: None)
    child_process.stop([Stubborn(clock, waits) for _ in range(3)], 0.5)
    assert waits == [0.5, 0.0, 0.0]


def test_stop_takes_the_grandchildren_of_a_killed_child_along(started, tmp_path):
    child, lock = started("fertile", "stubborn", "fertile")
    grandchild = Path(f"{lock}.grandchild")
    wait_until(lambda: alive(grandchild))

    child_process.stop([child], 0.2)

    wait_until(lambda: not alive(grandchild))


def test_stop_reports_what_had_ended_before(started):
    child, _ = started("early")
    child.kill()
    child.wait()
    assert child_process.stop([child], 1.0) == {child.pid: -signal.SIGKILL}


def test_output_of_children_is_appended_to_one_log(started, tmp_path):
    started("first")
    started("second")
    log = tmp_path / "logs" / "all.log"
    wait_until(lambda: log.read_text().splitlines() == ["ready", "ready"])


def test_children_are_refused_outside_the_main_thread(tmp_path):
    refusals = []

    def attempt():
        try:
            child_process.start(command(tmp_path / "lock"), ENV, tmp_path / "log")
        except RuntimeError as error:
            refusals.append(str(error))

    thread = threading.Thread(target=attempt)
    thread.start()
    thread.join()
    assert refusals == ["start children from the main thread: they die with the thread"]
