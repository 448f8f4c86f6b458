"""Workers die at the worst moments: nothing is lost, nothing comes twice.

The same check with the journal off, or with transactions off, must fail.
"""

import pytest

from tests.support import chaos_run, fleets, mutants
from tests.support.delivery_check import DeliveryCheck

pytestmark = pytest.mark.real

SHORT = DeliveryCheck(keys=80, rounds=10)
# Many small batches, so that there are many moments to die at.
SMALL = {"CREDSTREAM_BATCH_SIZE": "40"}


def mutant(folder, kind, point):
    words = ("tests.support.mutants", f"{kind},{point}")
    return fleets.started(folder, through=words, env=SMALL)


def test_deaths_at_the_four_points_of_both_commits_lose_nothing(tmp_path):
    with mutant(tmp_path / "fleet", mutants.SOUND, "any:0.03:1") as fleet:
        seen = chaos_run.run(fleet, SHORT, kills=0, seed=1)
        assert len(fleet.deaths) > 3, "hardly anybody died: the test shows little"
        assert seen.violations == []


@pytest.mark.parametrize(
    ("kind", "point"), [(mutants.NO_JOURNAL, "between"), (mutants.NO_TRANSACTIONS, "inside")]
)
def test_the_same_check_fails_without_what_keeps_the_promise(tmp_path, kind, point):
    with mutant(tmp_path / "fleet", kind, f"{point}:0.1:1") as fleet:
        seen = chaos_run.run(
            fleet, SHORT, kills=0, seed=1, workers=1, give_up_seconds=60, stop_early=True
        )
        assert fleet.deaths, "nobody died: the test shows nothing"
        # Where ingest lost something, no version is missing: events are.
        assert seen.violations
