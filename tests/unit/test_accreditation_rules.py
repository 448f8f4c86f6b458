"""Each step decides what it should, on its boundary days and with its fact missing."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from credstream.contract.parts import Definition, Identifier, Level, Organisation
from credstream.contract.reasons import JUDGEMENTS
from services.accreditation.rules import KINDS, ORDER, STEPS, judge, same
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

# name: changes to the accreditation, to the award's definition; outcome, step and reason
CASES = {
    "all limits met": ({}, {}, "confirmed agent covered.accreditation"),
    "recognition": ({"kind": "recognition"}, {}, "recognised agent covered.recognition"),
    "industry standard": (
        {"kind": "industry-standard"},
        {},
        "industry agent covered.industry_standard",
    ),
    "kind from the future": ({"kind": "charter"}, {}, "unknown agent source.kind_unknown"),
    "issued today": ({"issued_on": DAY}, {}, "confirmed agent covered.accreditation"),
    "issued tomorrow": (
        {"issued_on": "2026-03-16"},
        {},
        "not-covered in-force not_covered_by_date",
    ),
    "issued tomorrow without an end": (
        {"issued_on": "2026-03-16", "expires_on": None},
        {},
        "not-covered in-force not_covered_by_date",
    ),
    "expires today": ({"expires_on": DAY}, {}, "confirmed agent covered.accreditation"),
    "expired yesterday without a start": (
        {"issued_on": None, "expires_on": "2026-03-14"},
        {},
        "not-covered in-force not_covered_by_date",
    ),
    "open end": ({"expires_on": None}, {}, "confirmed agent covered.accreditation"),
    "no dates at all": (
        {"issued_on": None, "expires_on": None},
        {},
        "confirmed agent covered.accreditation",
    ),
    "withdrawn today": ({"withdrawn_on": DAY}, {}, "not-covered in-force not_covered.withdrawn"),
    "withdrawn back to last year": (
        {"withdrawn_on": "2025-06-01"},
        {},
        "not-covered in-force not_covered.withdrawn",
    ),
    "withdrawn tomorrow": (
        {"withdrawn_on": "2026-03-16"},
        {},
        "confirmed agent covered.accreditation",
    ),
    "date in another notation": ({"expires_on": "31.12.2025"}, {}, "unknown in-force missing.date"),
    "negative decision": (
        {"decision": "negative"},
        {},
        "not-covered in-force not_covered.decision",
    ),
    "conditional decision": (
        {"decision": "conditional"},
        {},
        "confirmed agent covered.accreditation",
    ),
    "unheard-of decision": ({"decision": "n/a"}, {}, "unknown in-force missing.decision"),
    "other country": ({}, {"country": "FR"}, "not-covered jurisdiction not_covered.jurisdiction"),
    "no country": ({}, {"country": None}, "unknown jurisdiction missing.jurisdiction"),
    "other credential type": (
        {},
        {"credential_type": "badge"},
        "not-covered credential-type not_covered.credential_type",
    ),
    "no credential type is a micro-credential": (
        {},
        {"credential_type": None},
        "confirmed agent covered.accreditation",
    ),
    "other qualification": (
        {},
        {"identifiers": (Identifier(scheme="amu", value="47383"),)},
        "not-covered qualification not_covered.qualification",
    ),
    "same number of another scheme": (
        {},
        {"identifiers": (Identifier(scheme="crebo", value="47382"),)},
        "not-covered qualification not_covered.qualification",
    ),
    "qualification by bare code": (
        {"qualifications": ("47382",)},
        {},
        "confirmed agent covered.accreditation",
    ),
    "qualification by scheme grown into the code": (
        {"qualifications": ("RNCP34567",)},
        {"identifiers": (Identifier(scheme="rncp", value="34567"),)},
        "confirmed agent covered.accreditation",
    ),
    "qualification by the definition's own id": (
        {"qualifications": ("Mechatronics-1",)},
        {"identifiers": ()},
        "confirmed agent covered.accreditation",
    ),
    "punctuation of a qualification counts": (
        {"qualifications": ("1.12",)},
        {"id": "11.2", "identifiers": ()},
        "not-covered qualification not_covered.qualification",
    ),
    "no qualification": (
        {},
        {"id": None, "identifiers": ()},
        "unknown qualification missing.qualification",
    ),
    "other field": ({}, {"fields": ("0732",)}, "not-covered field not_covered.field"),
    "one of two fields is another": (
        {},
        {"fields": ("0714", "0732")},
        "not-covered field not_covered.field",
    ),
    "two fields under two limits": (
        {},
        {"fields": ("0714", "0613")},
        "confirmed agent covered.accreditation",
    ),
    "field wider than the limit": ({}, {"fields": ("07",)}, "not-covered field not_covered.field"),
    "field that says unknown": (
        {"fields": ("99",)},
        {"fields": ("9999",)},
        "unknown field missing.field",
    ),
    "one of two fields says unknown": (
        {},
        {"fields": ("0714", "999")},
        "unknown field missing.field",
    ),
    "one field says unknown and one is another": (
        {},
        {"fields": ("0732", "99")},
        "not-covered field not_covered.field",
    ),
    "no field": ({}, {"fields": ()}, "unknown field missing.field"),
    "other level": (
        {},
        {"level": Level(eqf=5, claimed_by="framework")},
        "not-covered level not_covered.level",
    ),
    "no level": ({}, {"level": None}, "unknown level missing.level"),
    "level without EQF": (
        {},
        {"level": Level(framework="NLQF", value="4+", claimed_by="provider")},
        "unknown level missing.level",
    ),
    "agent without trust": ({"agent_trusted": False}, {}, "not-covered agent not_covered.agent"),
    "agent without trust or name": (
        {"agent_trusted": False, "agent": None},
        {},
        "not-covered agent not_covered.agent",
    ),
    "body in no list": (
        {},
        {"awarding_bodies": (TRAINER,)},
        "unknown organisation organisation.unlisted",
    ),
    "body without identifier": (
        {},
        {"awarding_bodies": (Organisation(name={"de": "Kammer"}),)},
        "unknown organisation organisation.unidentified",
    ),
    "no body": ({}, {"awarding_bodies": ()}, "unknown organisation organisation.unidentified"),
    "unlisted body that says who assures it": (
        {},
        {"awarding_bodies": (TRAINER,), "quality_assurance": assured("unknown", "chamber")},
        "self-declared organisation claimed.quality_assurance",
    ),
    "a claim does not mend what a list denies": (
        {"withdrawn_on": DAY},
        {"quality_assurance": assured("industry-standard")},
        "not-covered in-force not_covered.withdrawn",
    ),
}


@pytest.mark.parametrize(("limits", "facts", "expected"), CASES.values(), ids=CASES.keys())
def test_the_step_that_decides_is_named(limits, facts, expected):
    found = judge(award(**facts), [replace(LIMITED, **limits)], loaded=True)

    assert [found.outcome, found.step, found.reason] == expected.split()
    assert found.judged_for == DAY
    assert found.step == found.checks[-1].step


@pytest.mark.parametrize(("limits", "facts"), [case[:2] for case in CASES.values()], ids=CASES)
def test_the_checks_are_the_steps_in_order_and_each_is_a_sentence(limits, facts):
    checks = judge(award(**facts), [replace(LIMITED, **limits)], loaded=True).checks

    assert [check.step for check in checks] == list(STEPS)[: len(checks)]
    assert {check.result for check in checks[:-1]} <= {"passed", "not-limited"}
    assert all(re.fullmatch(r"\S.*\.", check.detail) for check in checks)


def test_every_reason_of_a_judgement_is_explained_and_none_is_explained_in_vain():
    used = {case[2].split()[2] for case in CASES.values()} | {
        "source.missing",
        "claimed.industry_standard",
    }

    assert used == set(JUDGEMENTS)


def test_every_kind_and_every_way_to_stop_leads_to_a_known_outcome():
    assert {case[2].split()[0] for case in CASES.values()} == set(ORDER)
    assert {outcome for outcome, _ in KINDS.values()} <= set(ORDER)


def test_what_is_not_limited_is_said_and_needs_no_fact():
    bare = award(country=None, fields=(), level=None, id=None, identifiers=())

    found = judge(bare, [OPEN], loaded=True)

    assert found.outcome == "confirmed"
    free = ["not-limited"] * 5
    assert [check.result for check in found.checks] == ["passed", "passed", *free, "passed"]


def test_s33_an_accreditation_in_force_on_the_day_confirms_and_one_expired_a_day_before_does_not():
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


@pytest.mark.parametrize("claims", [(), ("unknown",)])
def test_s36_unknown_quality_assurance_stays_unknown(claims):
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
