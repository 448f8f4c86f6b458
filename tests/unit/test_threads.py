"""Threads and the control agent beside Faust's event loop: how they wait, and how they end."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace

import pytest

from credstream.contract.errors import Unavailable
from credstream.process import timeouts
from credstream.process.settings import Settings
from credstream.runtime import faust_app, threads
from credstream.runtime.control_path import ControlPath
from credstream.runtime.health import Health
from credstream.runtime.progress import Wait
from credstream.runtime.resources import Resources

RESOURCES = Resources(Settings(), None, None)


class Ended(Exception):
    """The process ended."""


@pytest.fixture
def ends(monkeypatch):
    """What would have ended the process, in the thread that met it."""
    seen = []
    monkeypatch.setattr(threads, "end", lambda event, error: seen.append((event, type(error))))
    return seen


@pytest.mark.parametrize("error", [ValueError, Unavailable, StopIteration])
def test_whatever_leaves_a_data_path_ends_the_process(ends, error):
    """Not only what an event loop passes on: it refuses a StopIteration, and may stand still."""

    def work(_stopping):
        raise error("x")

    threads.Thread(work)._work()
    assert ends == [("data path failed", error)]


def test_the_event_loop_shows_that_it_turns_for_as_long_as_it_runs():
    health = Health("toy")

    async def run():
        beat = threads.Heartbeat(health)
        await beat.start()
        for _ in range(10):
            await asyncio.sleep(0)
        assert health.event_loop is not None
        await beat.stop()

    asyncio.run(run())
    assert health.event_loop is None


def test_a_control_agent_shows_what_it_waits_for_until_it_has_taken_its_record(monkeypatch):
    monkeypatch.setattr(timeouts, "REFERENCE_RETRY_SECONDS", 0)
    control, seen = ControlPath("toy", (), RESOURCES), []

    def take(*message):
        seen.append(control.waiting)
        if len(seen) < 3:
            raise Unavailable("database x: no answer", "database")

    control.reference = SimpleNamespace(take=take)
    asyncio.run(faust_app._take(control, "topic", 0, 1, b"key", b"value"))
    assert seen == [None, *[Wait("database", "database x: no answer")] * 2]
    assert control.waiting is None
