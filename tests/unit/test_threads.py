"""What is told while the data path stands still in a call that does not come back."""

import asyncio
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
