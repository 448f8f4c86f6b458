"""A process out of the nursery is what `python` would have made: the two are put side by side."""

import os
import signal
import subprocess
import sys

import pytest

from tests.support import houses, nursery

TOLD = """
import atexit, os, sys
atexit.register(lambda: print("at exit", flush=True))
print(sys.argv, os.getcwd(), dict(os.environ), sys.stdin.read(), __name__, flush=True)
"""
ENV = {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "ONLY": "this"}


def both(words, blow=None):
    """Exit code and output of a child of the nursery, and of one by itself."""
    for forked in (True, False):
        reads, writes = os.pipe()
        child = nursery.start(words, ENV, writes, writes, forked=forked)
        os.close(writes)
        with os.fdopen(reads) as output:
            began = output.readline() if blow else ""
            if blow:
                child.send_signal(blow)
            lines = (began + output.read()).splitlines()
        # How deep a traceback goes is the only thing that differs.
        yield child.wait(20), [each for each in lines if not each.startswith("  ")]


@pytest.mark.parametrize(
    "ending",
    ["", "sys.exit(7)", "sys.exit('words')", "raise ValueError('no')", "os._exit(78)", "os.abort()",
     "raise KeyboardInterrupt"],
)  # fmt: skip
def test_beginning_and_end_are_those_of_the_interpreter(ending):
    mine, its = both(["-c", TOLD + ending, "a", "--b"])
    assert mine == its
    assert "ONLY" in mine[1][0]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_signals_end_it_as_they_would(number):
    code = "import time\ntry:\n print('there', flush=True)\n time.sleep(30)\nfinally: print('end', flush=True)"
    mine, its = both(["-c", code], number)
    assert mine == its
    assert mine[0] == -number


def test_modules_are_run_by_name():
    mine, its = both(["-m", "services.ingest"])
    assert mine == its
    assert mine[0] == 2


HOUSE = '''
import os, pathlib, sys, time
from credstream.process import child_process
child = """
import os, sys, time
from credstream.process import child_process
child_process.die_with_parent(os.environ)
print(os.getpid() == os.getsid(0), sys.argv, flush=True)
time.sleep(30)
"""
log = pathlib.Path(sys.argv[2]) / "log"
started = child_process.start((sys.executable, "-c", child, "x"), dict(os.environ), log)
while not log.read_text(): time.sleep(0.01)
print(started.pid, started.poll(), log.read_text(), flush=True)
time.sleep(30)
'''


@pytest.mark.parametrize("forked", [True, False])
def test_what_a_house_starts_is_in_a_session_of_its_own_and_dies_with_it(forked, tmp_path):
    reads, writes = os.pipe()
    house = nursery.start(["-c", HOUSE, "run", str(tmp_path)], ENV, writes, writes, forked=forked)
    os.close(writes)
    with os.fdopen(reads) as output:
        pid, *rest = output.readline().split()
        assert rest == ["None", "True", "['-c',", "'x']"]
        house.kill()
        assert house.wait(20) == -signal.SIGKILL
        houses.eventually(lambda: not houses.alive(int(pid)))


def test_children_are_not_all_the_same():
    code = "import os, random, uuid; print(os.getpid(), random.random(), uuid.uuid4())"
    first, second = (nursery.run(["-c", code], ENV, 20).stdout.split() for _ in range(2))
    assert not set(first) & set(second)


def test_what_does_not_end_is_killed_in_time():
    with pytest.raises(subprocess.TimeoutExpired):
        nursery.run(["-c", "import time; time.sleep(30)"], ENV, 0.2)


def test_it_ends_with_whoever_asks():
    code = (
        "import os\nfrom tests.support import nursery\n"
        "print(nursery.parent(forked=True), flush=True)\nos._exit(0)"
    )
    told = subprocess.run([sys.executable, "-c", code], stdout=subprocess.PIPE, check=True)
    pid = int(told.stdout.split()[0])
    for _ in range(500):
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return
        signal.sigtimedwait([], 0.02)
    raise AssertionError("it lives on")
