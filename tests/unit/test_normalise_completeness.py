"""Completeness: eleven mandatory descriptors for awards, nine for definitions, each by name."""

from __future__ import annotations

from dataclasses import replace

import pytest

from credstream.contract.values import Assessment, Participation, Reason, Workload
from services.normalise import completeness
from services.normalise.assemble import definition_of
from services.normalise.awards import award_of
from services.normalise.facts import LearnerKey
from tests.support.normalising import KEY, Exchange, award, complete, provider, records, v

WHOLE = definition_of(complete(), provider(), "mc:de:d").value
AWARD = award_of(award(grade=v("A"), evidence=1), provider(), "mc:de:d", LearnerKey("p", "k", KEY))
CLAIMED = (Reason(code="level.unknown_framework", path="level", detail=""),)
EMPTY = {
    "title": {},
    "country": None,
    "awarding_bodies": (),
    "learning_outcomes": (),
    "workload": None,
    "level": None,
    "assessment": None,
    "participation": None,
    "quality_assurance": (),
}


def absences(account):
    return [each.path for each in account.warnings if each.code == "descriptor.absent"]


def test_a_whole_definition_has_nine_of_nine():
    found = completeness.count(WHOLE, None)
    assert (found.mandatory, found.mandatory_of) == (9, 9)
    assert (found.optional, found.optional_of) == (3, 4)
    assert found.absent == ("stack",)


def test_a_whole_award_has_eleven_of_eleven():
    found = completeness.count(WHOLE, AWARD.value)
    assert (found.mandatory, found.mandatory_of) == (11, 11)
    assert (found.optional, found.optional_of) == (4, 5)


@pytest.mark.parametrize("name", EMPTY)
def test_each_absent_descriptor_is_named(name):
    found = completeness.account(replace(WHOLE, **{name: EMPTY[name]}), AWARD.value, (), CLAIMED)
    assert name in found.completeness.absent
    assert found.completeness.mandatory == 10
    assert absences(found) == [name]


def test_an_absent_level_is_counted_but_not_told_where_none_was_claimed():
    found = completeness.account(replace(WHOLE, level=None), None, (), ())
    assert found.completeness.mandatory == 8
    assert absences(found) == []


def test_a_non_formal_credential_needs_no_level():
    given = replace(WHOLE, level=None, route="non-formal")
    assert absences(completeness.account(given, None, (), CLAIMED)) == []


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("workload", Workload(contact_hours=3)),
        ("assessment", Assessment(supervision="onsite")),
        ("participation", Participation()),
    ],
)
def test_a_part_that_says_nothing_of_the_descriptor_does_not_count(name, value):
    assert name in completeness.count(replace(WHOLE, **{name: value}), None).absent


def test_an_award_without_evidence_and_criteria_is_told():
    bare = replace(AWARD.value, evidence=0)
    without = completeness.account(replace(WHOLE, learning_outcomes=()), bare, (), ())
    assert "evidence.insufficient" in [each.code for each in without.warnings]
    told = completeness.account(WHOLE, bare, (), without.warnings)
    assert "evidence.insufficient" not in [each.code for each in told.warnings]


def test_warnings_of_an_earlier_count_are_replaced():
    first = completeness.account(replace(WHOLE, workload=None), None, (), ())
    assert absences(first) == ["workload"]
    assert absences(completeness.account(WHOLE, None, (), first.warnings)) == []


def test_a_payload_of_ten_thousand_doubts_does_not_outgrow_the_message():
    doubts = tuple(Reason(code="skill.unrecognised", path=f"s[{n}]", detail="") for n in range(500))
    assert len(completeness.account(WHOLE, None, (), doubts).warnings) == 100


def test_prior_learning_without_a_workload_is_complete():
    validated = Exchange().send(complete(workload=(), route=v("VAE")))
    (record,) = records(validated)
    counted = record.account.completeness
    assert counted.mandatory == counted.mandatory_of
    assert "workload" not in counted.absent
    taught = records(Exchange().send(complete(workload=(), route=v("non-formal"))))[0]
    assert "workload" in taught.account.completeness.absent
