"""The judgement of an award: which of several bodies and accreditations decides it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from credstream.contract.values import Definition, Organisation
from services.accreditation.rules import judge, same
from tests.support.accreditations import (
    CHAMBER,
    DAY,
    LIMITED,
    OPEN,
    TRAINER,
    assured,
    award,
    organisation,
)

STRANGER = replace(OPEN, id="list:9", organisation=organisation("Other", "vat:DE999999999"))


def test_an_accreditation_in_force_on_the_day_confirms_and_one_expired_a_day_before_does_not():
    covered = judge(award(day="2026-12-31"), [LIMITED], loaded=True)
    late = judge(award(day="2027-01-01"), [LIMITED], loaded=True)

    assert (covered.outcome, covered.source, covered.source_as_of) == ("confirmed", "list", 1_000)
    assert (late.outcome, late.reason) == ("not-covered", "not_covered_by_date")
    assert late.checks[-1].detail == "2027-01-01 lies outside 2025-01-01 to 2026-12-31."


@pytest.mark.parametrize("bodies", [(TRAINER, CHAMBER), (CHAMBER, TRAINER)])
def test_s10_a_joint_certificate_is_as_good_as_its_best_body(bodies):
    found = judge(award(awarding_bodies=bodies), [LIMITED], loaded=True)

    assert (found.outcome, found.body) == ("confirmed", "Chamber")


def test_s10_the_trainer_alone_is_worth_less():
    alone = award(awarding_bodies=(TRAINER,), quality_assurance=assured("internal"))

    found = judge(alone, [LIMITED], loaded=True)

    assert (found.outcome, found.body, found.accreditation) == ("self-declared", "Trainer", None)


def test_s35_an_unlisted_vendor_that_names_an_industry_standard_is_industry():
    vendor = award(
        awarding_bodies=(Organisation(name={"en": "Vendor"}),),
        quality_assurance=assured("internal", "industry-standard"),
        level=None,
    )

    found = judge(vendor, [LIMITED], loaded=True)

    assert (found.outcome, found.step) == ("industry", "organisation")
    assert found.reason == "claimed.industry_standard"
    assert (found.body, found.judged_for) == ("Vendor", DAY)


@pytest.mark.parametrize(
    ("body", "result"),
    [(TRAINER, "failed"), (Organisation(name={"de": "Trainer"}), "missing")],
    ids=["in no list", "without identifier"],
)
def test_a_body_that_no_list_has_is_named_with_the_check_that_ended_it(body, result):
    found = judge(award(awarding_bodies=(body,)), [LIMITED], loaded=True)

    assert found.body == "Trainer"
    assert [(check.step, check.result) for check in found.checks] == [("organisation", result)]


@pytest.mark.parametrize("claims", [(), ("unknown",)])
def test_unknown_quality_assurance_stays_unknown(claims):
    unlisted = award(awarding_bodies=(TRAINER,), quality_assurance=assured(*claims))

    assert judge(unlisted, [LIMITED], loaded=True).outcome == "unknown"


def test_without_any_list_nothing_is_known_even_of_a_standard():
    claimed = award(quality_assurance=assured("industry-standard"))

    found = judge(claimed, [], loaded=False)

    assert (found.outcome, found.step, found.reason) == (
        "unknown",
        "organisation",
        "source.missing",
    )
    assert (found.body, found.judged_for) == (None, DAY)
    (check,) = found.checks
    assert (check.step, check.result) == ("organisation", "missing")
    assert "list" in check.detail


def test_the_best_of_several_accreditations_decides():
    worse = [
        replace(LIMITED, id="list:0", withdrawn_on=DAY),
        replace(OPEN, id="list:1", kind="industry-standard"),
        replace(OPEN, id="list:3", kind="recognition"),
    ]

    for count, outcome in enumerate(("not-covered", "industry", "recognised"), start=1):
        assert judge(award(), worse[:count], loaded=True).outcome == outcome
    assert judge(award(), [*worse, OPEN], loaded=True).outcome == "confirmed"


def test_unknown_is_better_than_not_covered():
    denied, unclear = replace(LIMITED, withdrawn_on=DAY), replace(LIMITED, id="list:3")

    found = judge(award(level=None), [denied, unclear], loaded=True)

    assert (found.outcome, found.accreditation) == ("unknown", "list:3")


def test_among_equals_the_one_that_got_furthest_is_named_then_the_smallest_id():
    early = replace(LIMITED, id="list:0", withdrawn_on=DAY)
    late = [replace(LIMITED, id=f"list:{number}", levels=(7,)) for number in (8, 5)]

    assert judge(award(), [early, *late], loaded=True).accreditation == "list:5"


@pytest.mark.parametrize(("own", "other", "more"), [(1, 2, 3), (2, 1, 0)])
def test_of_two_bodies_of_one_accreditation_the_first_is_named_by_what_both_have(own, other, more):
    """Whichever identifier comes first: what the body and the accreditation have alone does not."""
    own, other, more = (f"vat:DE{number}" for number in (own, other, more))
    bodies = (organisation("First", own, more), organisation("Second", other, own))
    accredited = replace(OPEN, organisation=organisation("Both", own, other))

    found = judge(award(awarding_bodies=bodies), [accredited], loaded=True)

    assert found.body == "First"
    assert own.removeprefix("vat:").casefold() in found.checks[0].detail.casefold()


def test_an_accreditation_of_somebody_else_is_not_even_mentioned():
    found = judge(award(), [STRANGER], loaded=True)

    assert (found.reason, found.accreditation) == ("organisation.unlisted", None)


def test_long_limits_are_shortened_in_the_sentence():
    many = replace(LIMITED, qualifications=tuple(f"amu:{number}" for number in range(1_000)))

    detail = judge(award(), [many], loaded=True).checks[-1].detail

    assert "and 995 more" in detail
    assert len(detail) < 200


def test_a_definition_is_not_judged():
    with pytest.raises(ValueError, match="only awards"):
        judge(replace(award(), award=None), [], loaded=True)


def test_only_the_age_of_the_source_may_differ_in_the_same_judgement():
    one = judge(award(), [LIMITED], loaded=True)

    assert same(None, None)
    assert same(one, replace(one, source_as_of=2_000))
    assert not same(one, None)
    assert not same(None, one)
    assert not same(one, replace(one, accreditation="list:7"))
    assert not same(one, replace(one, checks=()))


def test_the_default_is_only_for_definitions_that_name_no_type():
    degree = Definition(key="d", awarding_bodies=(CHAMBER,), credential_type="degree")

    found = judge(
        replace(award(), definition=degree),
        [replace(OPEN, credential_types=("micro-credential",))],
        loaded=True,
    )

    assert found.reason == "not_covered.credential_type"
