"""Workers die at random moments: nothing is lost, nothing comes twice, and nobody waits for long."""

import json
import sys

import pytest

from tests.support import fleet, mutants, ordeal
from tests.support.exam import Exam

pytestmark = pytest.mark.real

# 20,000 events over 2,000 keys.
WHOLE = Exam(keys=2000, rounds=10)
SHORT = Exam(keys=200, rounds=10)


def test_ten_kills_of_any_worker_lose_nothing_and_double_nothing(tmp_path):
    with fleet.fleet(tmp_path / "fleet", forked=False) as house:
        seen = ordeal.run(house, WHOLE, kills=10, seed=20261127)
        sys.stdout.write(json.dumps(seen.told()) + "\n")
        assert seen.wrongs == []
        assert len(seen.kills) == 10
        assert seen.versions >= WHOLE.events
        assert set(seen.victims) <= {name for name, _code in house.deaths}
        assert ordeal.stored(house) == ordeal.published(seen)


def test_nobody_waits_for_the_session_or_the_transaction_of_a_killed_worker(tmp_path):
    """They last ten minutes here: a start that waited for one of them would end the run."""
    words = ("tests.support.mutants", mutants.LONG_TIME_OUTS)
    with fleet.fleet(tmp_path / "fleet", through=words) as house:
        seen = ordeal.run(house, SHORT, kills=4, seed=20261127, patience=120)
        assert seen.wrongs == []
        assert len(seen.kills) == 4
