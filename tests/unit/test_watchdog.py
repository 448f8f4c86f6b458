"""What ends a process that is stuck, and what is logged until then."""

import itertools
import subprocess
import sys
import textwrap
from types import SimpleNamespace

import pytest
from structlog.testing import capture_logs

from credstream.process import timeouts
from credstream.runtime import health, watchdog
from credstream.runtime.health import Health
from credstream.runtime.progress import Progress
from tests.support import waiting

NOW = 5_000.0
LONG = timeouts.HUNG_CALL_SECONDS + 1


class Ended(Exception):
    """A watchdog ended the process."""


@pytest.fixture
def watch(monkeypatch):
    """Let a watchdog look some times, a second apart by its own clock; what it logged, by look."""
    now = [NOW]
    for module in (watchdog, health):
        monkeypatch.setattr(module, "time", SimpleNamespace(monotonic=lambda: now[0]))
    monkeypatch.setattr(watchdog.faulthandler, "dump_traceback", lambda _file: None)

    def end(event, error, *, to_blame):
        assert to_blame, "the end of a message in hand is counted"
        raise Ended(event, str(error))

    monkeypatch.setattr(watchdog, "end", end)

    def look(times, *, since_turn=None, away=lambda: None, since_call=None):
        now[0] = NOW
        progress = Progress(calling=None if since_call is None else NOW - since_call)
        path = SimpleNamespace(progress=progress, stopped_by=None)
        made = Health("toy", paths=(path,), opened=True, away=away)
        dog = watchdog.Watchdog(made, 3600.0)
        with capture_logs() as lines:
            for _ in range(times):
                progress.turned = now[0] if since_turn is None else NOW - since_turn
                dog.look()
                now[0] += timeouts.WATCHDOG_CHECK_SECONDS
        look.stuck = made.stuck
        return [(line["event"], line["why"]) for line in lines]

    return look


@pytest.mark.parametrize(
    ("away", "why"),
    [("nothing listens there", "nothing listens there"), (None, "though the broker answers")],
)
def test_a_loop_without_a_turn_is_logged_once_in_ten_seconds_with_its_reason(watch, away, why):
    found = watch(times=23, since_turn=timeouts.STILL_REPORT_SECONDS + 1, away=lambda: away)
    assert [event for event, _why in found] == ["dependency unavailable"] * 3
    assert all(why in each for _event, each in found)
    assert watch.stuck.cause == ("broker" if away else "call")
    assert why in watch.stuck.why


def test_a_loop_that_turns_is_not_logged(watch):
    assert watch(times=30, away=lambda: "nothing listens there") == []


def test_a_call_that_does_not_return_though_the_broker_answers_ends_the_process(watch):
    assert watch(times=watchdog.CHECKS - 1, since_call=LONG) == []
    with pytest.raises(Ended) as ended:
        watch(times=watchdog.CHECKS, since_call=LONG)
    assert ended.value.args == (
        "data path stuck",
        "a call has not come back for 15 s; start again",
    )


@pytest.mark.parametrize(
    ("since", "away"),
    [(None, None), (1, None), (LONG, "nothing listens there")],
    ids=["none", "just begun", "the broker is away"],
)
def test_any_other_call_is_waited_for(watch, since, away):
    assert watch(times=8, since_call=since, away=lambda: away) == []


def test_a_broker_that_has_just_come_back_has_time_to_answer_the_call(watch):
    """Each check while it is away begins the count again."""
    answers = itertools.cycle([None, "nothing listens there"])
    assert watch(times=20, since_call=LONG, away=lambda: next(answers)) == []


def test_a_loop_without_a_turn_is_waited_for_as_long_as_patience_says(watch):
    with pytest.raises(Ended, match="data path stuck"):
        watch(times=3, since_turn=3599.0, away=lambda: "nothing listens there")


def test_a_start_has_the_default_patience_at_least(monkeypatch):
    """A fence may take half a minute where Kafka itself has just begun."""
    monkeypatch.setattr(health, "time", SimpleNamespace(monotonic=lambda: NOW))
    default = timeouts.PATIENCE_SECONDS
    made = Health("toy", start=Progress(turned=NOW - default + 5))
    assert not made.is_stuck(3.0)
    made.start.turned -= 10
    assert made.is_stuck(3.0)
    assert not made.is_stuck(2 * default)
    made.paths = (SimpleNamespace(progress=Progress(turned=NOW - 4)),)
    made.opened = True
    assert made.is_stuck(3.0)


REAL = """
    import re, sys, threading, time
    from types import SimpleNamespace
    from credstream.process import logs, timeouts
    from credstream.runtime.health import Health
    from credstream.runtime.progress import Progress
    from credstream.runtime.watchdog import Watchdog

    timeouts.WATCHDOG_CHECK_SECONDS = 0.1
    logs.configure("toy", "toy-0", "INFO")
    path = SimpleNamespace(progress=Progress(), stopped_by=None)
    Watchdog(Health("toy", paths=(path,), opened=True), float(sys.argv[1])).start()

    def held():
        re.match(r"(a+)+b", "a" * 200)  # native code that gives the interpreter to nobody

    def released():
        time.sleep(1e6)

    thread = threading.Thread(target={"held": held, "released": released}[sys.argv[2]])
    thread.start()
    thread.join()
"""


def ended(patience, how):
    command = [sys.executable, "-c", textwrap.dedent(REAL), patience, how]
    process = subprocess.run(
        command, capture_output=True, text=True, timeout=waiting.GIVE_UP_SECONDS, check=False
    )
    return process.returncode, process.stdout, process.stderr


def test_a_thread_that_holds_the_interpreter_ends_the_process_with_its_stack_in_the_log():
    code, _out, log = ended("1", "held")
    assert code == watchdog.HELD, log
    assert "in held" in log


def test_a_loop_that_stands_still_ends_the_process_with_its_stack_and_the_reason_in_the_log():
    code, out, log = ended("1", "released")
    assert code == 70, log
    assert "in released" in log
    assert '"data path stuck"' in out
