"""What is logged while the data path hangs in a call that does not return."""

import asyncio
import itertools
from types import SimpleNamespace

import pytest
from structlog.testing import capture_logs

from credstream.process import timeouts
from credstream.runtime import threads

NOW = 5_000.0
LONG = timeouts.HUNG_CALL_SECONDS + 1


class Enough(Exception):
    """A watchdog has looked as often as its test wants."""


class Ended(Exception):
    """A watchdog ended the process."""


@pytest.fixture
def watch(monkeypatch):
    """Let a watchdog look some times, a second apart by its own clock; what it logged, by look."""
    now = [NOW]
    monkeypatch.setattr(threads, "time", SimpleNamespace(monotonic=lambda: now[0]))

    def end(event, error):
        raise Ended(event, str(error))

    monkeypatch.setattr(threads, "end", end)

    def look(times, *, since_turn=None, away=lambda: None, since_call=None):
        now[0] = NOW
        turned = lambda: now[0] if since_turn is None else NOW - since_turn  # noqa: E731
        called = None if since_call is None else NOW - since_call
        dog = threads.Watchdog(turned, 3600.0, away, lambda: called)

        async def sleep(seconds):
            now[0] += seconds
            if now[0] - NOW >= times:
                raise Enough

        dog.sleep = sleep
        with capture_logs() as lines, pytest.raises(Enough):
            asyncio.run(threads.Watchdog._watch(dog))
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


def test_a_loop_that_turns_is_not_logged(watch):
    assert watch(times=30, away=lambda: "nothing listens there") == []


def test_a_call_that_does_not_return_though_the_broker_answers_ends_the_process(watch):
    assert watch(times=threads.CHECKS - 1, since_call=LONG) == []
    with pytest.raises(Ended) as ended:
        watch(times=threads.CHECKS, since_call=LONG)
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
