"""A process with several data paths is as well as the worst of them."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from credstream.contract.errors import Unavailable
from credstream.process import timeouts
from credstream.process.settings import Settings
from credstream.runtime.data_path import DataPath
from credstream.runtime.health import Health
from credstream.runtime.progress import STARTING, Progress, Wait
from credstream.runtime.resources import Resources
from tests.support import stages

RESOURCES = Resources(Settings(), None, None)


def path(*, reason=None, **progress):
    """A data path that works; its last turn is now unless a test says otherwise."""
    made = DataPath(stages.TOY, RESOURCES, progress=Progress(**{"waiting": None} | progress))
    made.breaker = SimpleNamespace(reason=reason)
    return made


def health(*paths, **more):
    return Health("toy", paths=paths, **{"opened": True} | more)


STILL = -timeouts.STILL_REPORT_SECONDS
BROKER = Wait("broker", "broker x: no answer")
DATABASE = Wait("database", "database y: nothing listens there")
SILENT = Wait("broker", "broker x: silent")


@pytest.mark.parametrize(
    ("worst", "waits"),
    [
        ({}, []),
        ({"waiting": STARTING}, [STARTING]),
        ({"waiting": BROKER}, [BROKER]),
        ({"turned": STILL, "waiting": BROKER}, [BROKER]),
        ({"reason": "too many"}, [Wait("breaker", "breaker open: too many")]),
    ],
    ids=["nothing", "no turn yet", "something is away", "for long", "breaker"],
)
def test_a_process_waits_for_what_any_of_its_data_paths_waits_for(worst, waits):
    assert health(path(), path(**worst)).waits() == waits
    assert health(path(**worst), path()).waits() == waits


def test_a_loop_without_a_turn_waits_for_a_call_and_then_for_what_the_watchdog_found_out():
    waits = health(path(), path(turned=STILL)).waits()
    assert [wait.cause for wait in waits] == ["call"]
    assert health(path(), path(turned=STILL), stuck=SILENT).waits() == [SILENT]
    assert health(path(), stuck=SILENT).waits() == []


def test_before_everything_is_open_it_waits_for_what_the_opening_waits_for():
    made = health(path(waiting=DATABASE), opened=False)
    assert made.waits() == [STARTING]
    made.wait(Unavailable(BROKER.why))
    assert made.waits() == [BROKER]
    made.work()
    assert made.waits() == [STARTING]


def test_a_control_agent_that_waits_makes_the_process_wait_and_an_outbox_does_not():
    beside = SimpleNamespace(waiting=Wait("vault", "database v: no answer"))
    made = health(path(), control=SimpleNamespace(waiting=DATABASE), beside=(beside,))
    assert made.waits() == [DATABASE]
    assert made.causes() == {"database", "vault"}
    assert health(path(), beside=(beside,)).waits() == []


def test_the_last_turn_is_that_of_the_slowest_and_the_call_that_of_the_oldest():
    made = health(path(turned=5.0, calling=7.0), path(turned=3.0), path(turned=9.0, calling=4.0))
    assert made.last_turn() == 3.0
    assert made.calling() == 4.0
    assert health(path()).calling() is None
    made.event_loop = Progress(turned=2.0)
    assert made.last_turn() == 2.0


def test_while_they_are_opened_a_turn_counts_for_all():
    made = health(path(turned=1.0), path(turned=2.0), opened=False, start=Progress(turned=3.0))
    assert made.last_turn() == 3.0
    made.turn()
    assert made.last_turn() > 3.0
    made.opened = True
    assert made.last_turn() > 3.0


def test_a_migration_may_take_any_time():
    made = health(opened=False, start=Progress(turned=-1e9), migrating=True)
    assert made.last_turn() > 0
