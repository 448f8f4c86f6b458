"""Workers die at random moments: nothing is lost, nothing comes twice, and nobody waits for long."""

import json
import sys

import pytest

from tests.support import chaos_run, fleets, mutants
from tests.support.delivery_check import DeliveryCheck

pytestmark = pytest.mark.real

# 20,000 events over 2,000 keys.
WHOLE = DeliveryCheck(keys=2000, rounds=10)
SHORT = DeliveryCheck(keys=200, rounds=10)


def test_ten_kills_of_any_worker_lose_nothing_and_double_nothing(tmp_path):
    with fleets.started(tmp_path / "fleet") as fleet:
        seen = chaos_run.run(fleet, WHOLE, kills=10, seed=20261127)
        sys.stdout.write(json.dumps(seen.figures()) + "\n")
        assert seen.violations == []
        assert len(seen.kills) == 10
        assert seen.versions >= WHOLE.events
        assert set(seen.victims) <= {name for name, _code in fleet.deaths}
        assert chaos_run.stored(fleet) == chaos_run.published(seen)


def test_nobody_waits_for_the_session_or_the_transaction_of_a_killed_worker(tmp_path):
    """They last ten minutes here: a start that waited for one of them would end the run."""
    words = ("tests.support.mutants", mutants.LONG_TIME_OUTS)
    with fleets.started(tmp_path / "fleet", through=words) as fleet:
        seen = chaos_run.run(fleet, SHORT, kills=4, seed=20261127, give_up_seconds=120)
        assert seen.violations == []
        assert len(seen.kills) == 4
