"""Each step decides what it should, on its boundary days and with its fact missing."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from credstream.contract.reasons.table import JUDGEMENTS
from credstream.contract.values import Identifier, Level, Organisation
from services.accreditation.checks import STEPS
from services.accreditation.rules import KINDS, ORDER, judge
from tests.support.accreditations import (
    DAY,
    LIMITED,
    OPEN,
    TRAINER,
    assured,
    award,
)

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
    "qualification by the first of several identifiers": (
        {},
        {
            "identifiers": (
                Identifier(scheme="amu", value="47382"),
                Identifier(scheme="rncp", value="34567"),
            )
        },
        "confirmed agent covered.accreditation",
    ),
    "qualification by the definition's own id beside another": (
        {"qualifications": ("Mechatronics-1",)},
        {},
        "confirmed agent covered.accreditation",
    ),
    "qualification with blanks": (
        {"qualifications": ("AMU: 47 382",)},
        {},
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
    assert not [check.detail for check in checks if "None" in check.detail]


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
    assert not [check.detail for check in found.checks if "None" in check.detail]


@pytest.mark.parametrize("trusted", [True, False])
def test_the_agent_that_a_source_trusts_or_not_is_named(trusted):
    found = judge(award(), [replace(OPEN, agent_trusted=trusted)], loaded=True)

    assert "Ministry" in found.checks[-1].detail


@pytest.mark.parametrize(("number", "more"), [(5, ""), (6, " and 1 more"), (7, " and 2 more")])
def test_five_values_of_a_limit_are_listed_and_the_others_counted(number, more):
    limited = replace(OPEN, levels=tuple(range(1, number + 1)))
    level = Level(eqf=1, claimed_by="framework")

    found = judge(award(level=level), [limited], loaded=True)

    (detail,) = [check.detail for check in found.checks if check.step == "level"]
    assert detail.endswith(f"1, 2, 3, 4, 5{more}.")
