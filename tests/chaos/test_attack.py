"""One provider sends whatever hurts: the events of the others pass, once and in order."""

import json
import sys

import pytest

from tests.support import attack, fleets

pytestmark = pytest.mark.real
MIB = 512


def test_good_events_pass_beside_a_hostile_provider_and_every_bad_one_is_answered(tmp_path):
    with fleets.started(tmp_path / "fleet") as fleet:
        seen = attack.run(fleet, rate=50, seconds=10, seed=20261130)
        sys.stdout.write(json.dumps(seen.figures()) + "\n")
        assert seen.violations == []
        assert len(seen.bad) > 20, "hardly anything was sent: the test shows little"
        assert seen.deaths == 0
        assert max(seen.peaks.values()) < MIB
