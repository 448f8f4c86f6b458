"""Codes where the lists know a value; the value as written and a warning elsewhere."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from credstream.contract.reasons.table import REASONS
from credstream.contract.values import QualityAssurance
from credstream.formats.shared.parsed import (
    Assurance,
    LargerQualification,
    StackPlace,
    StatedOutcome,
)
from services.normalise import assemble
from services.normalise.descriptors import (
    assessments,
    assurance,
    fields,
    kinds,
    outcomes,
    participation,
    stacks,
)
from tests.support.normalising import (
    codes,
    parsed,
    provider,
    v,
)

FOLDER = Path(assemble.__file__).parent
PURE = tuple(
    file
    for file in (*FOLDER.glob("*.py"), *FOLDER.glob("descriptors/*.py"))
    if file.name not in {"store.py", "app.py"}
)
CODE = re.compile(r'"([a-z_]+\.[a-z_]+)"')
NO_CODES = {"definition.arrived", "learner.joined", "award.valid_until"}
SKILL = "http://data.europa.eu/esco/skill/335228d2-297d-4e0e-a6ee-bc6a8dc110d9"


def test_performance_standards_are_apart_from_learning_outcomes_exams():
    given = (v("performance standard"), v("learning outcomes exam"))
    found = assessments.assessment(parsed(assessments=given), provider())
    assert found.value.types == ("performance-standard", "learning-outcomes-exam")
    assert codes(found) == []


def test_portfolio_and_simulation_are_known_and_other_is_told():
    given = (v("Portfolio"), v("simulation industry 4.0"), v("other"))
    found = assessments.assessment(parsed(assessments=given), provider())
    assert found.value.types == ("portfolio", "simulation")
    assert found.value.other == ("other",)
    assert codes(found) == ["assessment.unrecognised"]


def test_supervision_implies_the_check_of_identity_unless_it_is_stated():
    given = {"supervision": v("Onsite with ID Verification")}
    found = assessments.assessment(parsed(**given), provider()).value
    assert (found.supervision, found.identity_verified) == ("onsite", True)
    stated = parsed(**given, identity_verified=v("false"))
    assert assessments.assessment(stated, provider()).value.identity_verified is False


def test_unknown_supervision_is_told():
    found = assessments.assessment(parsed(supervision=v("by a dragon")), provider())
    assert found.value is None
    assert codes(found) == ["supervision.unrecognised"]


@pytest.mark.parametrize("raw", ["berufsbegleitend", "part-time"])
def test_part_time_is_a_schedule_wherever_it_stands(raw):
    for given in ({"modes": (v(raw),)}, {"schedule": v(raw)}):
        found = participation.participation(parsed(**given), provider())
        assert found.value.schedule == "part-time"
        assert codes(found) == []


def test_a_mode_and_an_unknown_one_are_both_kept():
    given = parsed(modes=(v("online"), v("onsite or blended")), schedule=v("part-time"))
    found = participation.participation(given, provider())
    assert (found.value.modes, found.value.schedule) == (("online",), "part-time")
    assert found.value.other == ("onsite or blended",)
    assert codes(found) == ["participation.unrecognised"]


def test_quality_assurance_is_the_registration_s_where_the_payload_has_none():
    standard = (QualityAssurance(type="industry-standard", body="Vendor"),)
    found = assurance.quality_assurance(parsed(), provider(quality_assurance=standard))
    assert found.value == standard
    assert found.origins[0].origin == "registration"


@pytest.mark.parametrize(("raw", "kind"), [("external", "external"), ("magic", "unknown")])
def test_quality_assurance_of_an_unknown_type_is_kept_as_unknown(raw, kind):
    given = (Assurance(type=v(raw), body=v("NVAO"), reference=v(12)),)
    found = assurance.quality_assurance(parsed(quality_assurance=given), provider())
    assert found.value == (QualityAssurance(type=kind, body="NVAO", reference="12"),)
    assert codes(found) == ["quality_assurance.unrecognised"] * (kind == "unknown")


@pytest.mark.parametrize(
    ("read", "name", "good", "code", "warning"),
    [
        (fields.fields, "fields", "0714", "0714", "field.unrecognised"),
        (fields.languages, "languages", "nl-NL", "nl", "language.unrecognised"),
        (
            fields.occupations,
            "occupations",
            SKILL.replace("skill", "occupation"),
            SKILL.replace("skill", "occupation"),
            "occupation.unrecognised",
        ),
        (
            fields.target_groups,
            "target_groups",
            "high-achievers",
            "high-achievers",
            "target_group.unrecognised",
        ),
    ],
)
def test_codes_are_kept_once_and_unknown_values_are_told(read, name, good, code, warning):
    given = (v("qqq"), *((v(good), v(good)) if good else ()))
    found = read(parsed(**{name: given}), provider())
    assert found.value == ((code,) if code else ())
    assert codes(found) == [warning]


def test_skills_that_are_no_esco_uris_are_told_and_the_statement_is_kept():
    given = (StatedOutcome(text=v("welds"), skills=(v(SKILL), v("welding"))),)
    found = outcomes.learning_outcomes(parsed(learning_outcomes=given), provider())
    assert found.value[0].text == {"de": "welds"}
    assert found.value[0].skills == (SKILL,)
    assert codes(found) == ["skill.unrecognised"]


def test_a_satellite_names_its_core():
    place = StackPlace(scheme=v("metis"), role=v("Satellite"), core=v("C1"))
    found = stacks.stack(parsed(stack=place), provider()).value
    assert (found.scheme, found.role, found.core) == ("metis", "satellite", "C1")


@pytest.mark.parametrize(
    "place", [StackPlace(role=v("core")), StackPlace(scheme=v("m"), role=v("moon"))]
)
def test_a_place_without_scheme_or_role_is_told(place):
    found = stacks.stack(parsed(stack=place), provider())
    assert (found.value, codes(found)) == (None, ["stack.unrecognised"])


def test_naming_the_whole_makes_a_part():
    found = stacks.partial(
        parsed(partial=LargerQualification(qualification=v("B.Eng."))), provider()
    ).value
    assert (found.is_part, found.qualification) == (True, "B.Eng.")
    denied = LargerQualification(is_part=v(raw=False), qualification=v("B.Eng."))
    assert stacks.partial(parsed(partial=denied), provider()).value.is_part is False


@pytest.mark.parametrize(
    ("raw", "route"),
    [
        ("Non-Formal", "non-formal"),
        ("VAE", "validation"),
        ("http://data.europa.eu/snb/learning-setting/e207a81fc7", "non-formal"),
    ],
)
def test_a_route_is_read_in_its_notations(raw, route):
    assert kinds.route(parsed(route=v(raw)), provider()).value == route


def test_the_spellings_of_micro_credential_become_one():
    for raw in ("MicroCredential", "micro credential", "Micro-Credential"):
        found = kinds.credential_type(parsed(credential_type=v(raw)), provider())
        assert found.value == "micro-credential"


def test_every_code_of_the_pure_part_stands_in_the_table_of_reasons():
    names = {name for file in PURE for name in CODE.findall(file.read_text("utf-8"))}
    assert {"workload.days_in_duration", "scope.ects", "learner.missing"} <= names
    assert names - NO_CODES <= set(REASONS)
