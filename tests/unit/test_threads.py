"""What is told while the data path stands still in a call that does not come back."""

import asyncio
import itertools
import time

import pytest
from structlog.testing import capture_logs

from credstream.runtime import threads


def told(last_turn, away):
    """What a watchdog logs within two seconds."""

    async def watch():
        async with threads.Watchdog(lambda: last_turn, 3600.0, away):
            await asyncio.sleep(2)

    with capture_logs() as lines:
        asyncio.run(watch())
    return [(line["event"], line["why"]) for line in lines if "why" in line]


@pytest.mark.parametrize(
    ("away", "why"),
    [("nobody listens there", "nobody listens there"), (None, "though the broker answers")],
)
def test_standing_still_is_told_once_in_ten_seconds_with_its_reason(away, why):
    ((event, said),) = told(time.monotonic() - threads.STILL_SECONDS - 1, lambda: away)
    assert event == "unavailable"
    assert why in said


def test_a_loop_that_turns_is_not_told_of():
    assert told(time.monotonic(), lambda: "nobody listens there") == []


def ended(monkeypatch, calling, away=lambda: None):
    """Why a watchdog ended the process, if it did within two seconds."""
    told = []
    monkeypatch.setattr(threads, "LOOKS", 2)
    monkeypatch.setattr(threads, "end", lambda event, error: told.append((event, str(error))))

    async def watch():
        async with threads.Watchdog(time.monotonic, 3600.0, away, calling):
            await asyncio.sleep(2)

    asyncio.run(watch())
    return told


def test_a_call_that_stays_away_though_the_broker_answers_ends_the_process(monkeypatch):
    long_ago = time.monotonic() - threads.CALL_SECONDS - 1
    assert ended(monkeypatch, lambda: long_ago)[0] == (
        "data path stuck",
        "a call has not come back for 12 s; start again",
    )


@pytest.mark.parametrize(
    ("since", "away"),
    [(None, None), (1, None), (threads.CALL_SECONDS + 1, "nobody listens there")],
    ids=["none", "just begun", "the broker is away"],
)
def test_any_other_call_is_waited_for(monkeypatch, since, away):
    began = since and time.monotonic() - since
    assert ended(monkeypatch, lambda: began, lambda: away) == []


def test_a_broker_that_has_just_come_back_has_time_to_answer_the_call(monkeypatch):
    """Each look while it is away begins the counting anew."""
    long_ago = time.monotonic() - threads.CALL_SECONDS - 1
    answers = itertools.cycle([None, "nobody listens there"])
    assert ended(monkeypatch, lambda: long_ago, lambda: next(answers)) == []
