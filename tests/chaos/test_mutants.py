"""Workers die at the worst moments: nothing is lost, nothing comes twice.

The same examination with the journal off, or with transactions off, must be failed.
"""

import pytest

from tests.support import fleet, mutants, ordeal
from tests.support.exam import Exam

pytestmark = pytest.mark.real

SHORT = Exam(keys=80, rounds=10)
# Many small batches, so that there are many moments to die at.
SMALL = {"CREDSTREAM_BATCH_SIZE": "40"}


def mutant(folder, kind, point):
    words = ("tests.support.mutants", f"{kind},{point}")
    return fleet.fleet(folder, through=words, env=SMALL)


def test_deaths_at_the_four_points_of_both_commits_lose_nothing(tmp_path):
    with mutant(tmp_path / "fleet", mutants.SOUND, "any:0.03:1") as house:
        seen = ordeal.run(house, SHORT, kills=0, seed=1)
        assert len(house.deaths) > 3, "hardly anybody died: the test shows little"
        assert seen.wrongs == []


@pytest.mark.parametrize(
    ("kind", "point"), [(mutants.NO_JOURNAL, "between"), (mutants.NO_TRANSACTIONS, "inside")]
)
def test_the_same_examination_is_failed_without_what_keeps_the_promise(tmp_path, kind, point):
    with mutant(tmp_path / "fleet", kind, f"{point}:0.1:1") as house:
        seen = ordeal.run(house, SHORT, kills=0, seed=1, workers=1, patience=60, hasty=True)
        assert house.deaths, "nobody died: the test shows nothing"
        assert seen.broken, seen.wrongs
