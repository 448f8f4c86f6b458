"""A process with several data paths is as well as the worst of them."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from credstream.process import timeouts
from credstream.process.settings import Settings
from credstream.runtime.data_path import DataPath
from credstream.runtime.health import Health
from credstream.runtime.progress import Progress
from credstream.runtime.resources import Resources
from tests.support import stages

RESOURCES = Resources(Settings(), None, None)


def path(*, opened=True, reason=None, **progress):
    """A data path; its last turn is now unless a test says otherwise."""
    made = DataPath(stages.TOY, RESOURCES, progress=Progress(**progress))
    if opened:
        made.loop, made.breaker = object(), SimpleNamespace(reason=reason)
    return made


def working(**progress):
    return path(working=True, **progress)


@pytest.mark.parametrize(
    ("worst", "waits_for"),
    [
        ({"working": True}, None),
        ({"opened": False}, "starting"),
        ({"working": False}, "unavailable"),
        ({"working": True, "turned": -timeouts.STILL_REPORT_SECONDS}, "unavailable"),
        ({"working": True, "reason": "too many"}, "breaker open: too many"),
    ],
    ids=["nothing", "not opened", "something is away", "no turn", "breaker"],
)
def test_a_process_waits_for_what_any_of_its_data_paths_waits_for(worst, waits_for):
    assert Health((working(), path(**worst))).waits_for() == waits_for
    assert Health((path(**worst), working())).waits_for() == waits_for


def test_the_last_turn_is_that_of_the_slowest_and_the_call_that_of_the_oldest():
    health = Health(
        (working(turned=5.0, calling=7.0), working(turned=3.0), working(turned=9.0, calling=4.0))
    )
    assert health.last_turn() == 3.0
    assert health.calling() == 4.0
    assert Health((working(),)).calling() is None


def test_while_they_are_opened_a_turn_counts_for_all():
    paths = (path(opened=False, turned=1.0), path(opened=False, turned=2.0))
    health = Health(paths)
    health.turn()
    assert health.last_turn() > 2.0
