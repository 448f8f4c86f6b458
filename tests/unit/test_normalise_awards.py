"""Awards: date, status, grade and funding as earned, or a refusal with its reason."""

from __future__ import annotations

import pytest

from credstream.contract.errors import Rejected
from credstream.formats.shared.parsed import FundingMark
from services.normalise import awards
from services.normalise.facts import LearnerKey
from tests.support.normalising import (
    KEY,
    award,
    codes,
    provider,
    v,
)


def earned(**changes):
    return awards.award_of(award(**changes), provider(), "mc:de:d", LearnerKey("p", "k", KEY))


def test_an_award_without_date_is_refused():
    for given in (None, v("last spring", "issued_on")):
        with pytest.raises(Rejected) as failure:
            earned(issued_on=given)
        assert (failure.value.code, failure.value.path) == ("issued_on.missing", "issued_on")


@pytest.mark.parametrize(
    ("raw", "status", "warned"),
    [
        *((None, "issued", False), ("active", "issued", False), ("Revoked", "revoked", False)),
        *(("suspended", "suspended", False), ("sparkling", "issued", True)),
    ],
)
def test_a_status_is_read_and_an_unknown_one_told(raw, status, warned):
    found = earned(status=v(raw) if raw else None)
    assert found.value.status == status
    assert ("status.unrecognised" in codes(found)) is warned


def test_what_was_not_earned_is_refused():
    with pytest.raises(Rejected) as failure:
        earned(status=v("in-progress", "status"))
    assert failure.value.code == "status.not_awarded"


def test_a_funding_reference_goes_on_as_a_hash_only():
    found = earned(
        funding=(FundingMark(funder=v("ESF"), reference=v("ACCOUNT-7")), FundingMark(funder=v("X")))
    )
    first, second = found.value.funding
    assert first.funder == "ESF"
    assert len(first.reference) == 64
    assert second.reference is None
    assert "ACCOUNT-7" not in repr(found)


def test_grade_and_validity_are_carried():
    found = earned(grade=v(8.5), grade_scale=v("1-10"), valid_until=v("2030-01-01T00:00:00Z"))
    assert (found.value.grade, found.value.grade_scale) == ("8.5", "1-10")
    assert found.value.valid_until == "2030-01-01"


def test_a_name_alone_is_enough_and_told():
    person = award().learner
    alone = type(person)(full_name=v("Canary-Name"))
    found = earned(learner=alone)
    assert codes(found) == ["learner.name_only"]
    assert "Canary-Name" not in repr(found)


def test_identity_counts_as_verified_where_the_supervision_says_so():
    assert earned(supervision=v("Onsite with ID Verification")).value.identity_verified is True
    assert earned(supervision=v("Onsite")).value.identity_verified is None
