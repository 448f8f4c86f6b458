import json
import re
from pathlib import Path

import pytest

from credstream.contract.errors import Rejected
from credstream.contract.reasons.table import REASONS
from credstream.formats.native import read as native
from credstream.formats.shared.parsed import Amount, Id, LevelClaim, Rules, Value
from tests.support.changing import without

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/providers/native-format.md").read_text("utf-8")
AWARD, DEFINITION, SHORT = (
    json.loads(block) for block in re.findall(r"```json\n(.*?)```", PAGE, flags=re.DOTALL)
)


def test_only_an_object_with_the_member_credstream_is_recognised():
    assert native.recognise({"credstream": 1})
    assert native.recognise({"credstream": "later"})
    assert not native.recognise({"kind": "award"})
    assert not native.recognise(["credstream"])


def test_an_award_gives_every_value_with_its_path():
    parsed = native.parse(AWARD)
    assert parsed.kind == "award"
    assert parsed.credential_id == Value("2026-117", "id")
    assert parsed.credential_ids == (
        Id(scheme="local", value=Value("X-1", "identifiers[0].value")),
    )
    assert parsed.provider == Value("festo-like", "provider")
    assert parsed.definition_id == Value("DRIVE-1", "definition.id")
    assert parsed.definition_version == Value("2", "definition.version")
    assert parsed.definition_valid_until == Value("2030-12-31", "definition.valid_until")
    assert parsed.identifiers == (
        Id(scheme="national", value=Value("N-1", "definition.identifiers[0].value")),
    )
    assert not parsed.reference
    assert parsed.title == Value({"en": "Drive technology", "de": "Antriebstechnik"}, "title")
    assert parsed.awarding_bodies[0].role == Value("certifier", "awarding_bodies[0].role")
    assert parsed.awarding_bodies[0].identifiers[0].scheme == "vat"
    assert parsed.learning_outcomes[0].skills[0].path == "learning_outcomes[0].esco[0]"
    assert parsed.learning_outcomes[1].text == Value(
        "Reads a circuit diagram.", "learning_outcomes[1]"
    )
    assert [amount.unit for amount in parsed.workload] == [
        *("hours", "contact_hours", "ects", "days", "sbu", "duration")
    ]
    assert parsed.levels[0].framework == Value("DQR", "level.framework")
    assert [each.raw for each in parsed.fields] == ["0714", "0715"]
    assert parsed.assessments == (Value("portfolio", "assessment.type"),)
    assert parsed.identity_verified == Value(True, "assessment.identity_verified")
    assert (parsed.grade, parsed.grade_scale) == (
        Value("8.5", "assessment.grade"),
        Value("1-10", "assessment.scale"),
    )
    assert [each.raw for each in parsed.modes] == ["blended", "workplace"]
    assert parsed.schedule == Value("part-time", "participation.schedule")
    assert parsed.evidence == 2
    assert parsed.funding[0].funder == Value("ESF+", "funding[0].funder")
    assert (parsed.unknown_fields, parsed.findings, parsed.violations) == ((), (), ())


def test_a_learner_gives_every_identifier_the_e_mail_among_them():
    learner = native.parse(AWARD).learner
    assert [each.scheme for each in learner.identifiers] == ["esi", "email"]
    assert learner.birth_date == Value("1990-01-31", "learner.birth_date")


def test_every_field_of_the_format_reaches_the_parsed_award():
    parsed = native.parse(AWARD)
    empty = {name for name in parsed.__slots__ if not getattr(parsed, name)}
    assert empty == {"unknown_fields", "findings", "violations", "reference"}


def test_a_definition_has_its_own_id_and_no_learner():
    parsed = native.parse({**DEFINITION, "valid_until": "2029-05-01", "learner": AWARD["learner"]})
    assert parsed.definition_id == parsed.credential_id == Value("DRIVE-1", "id")
    assert parsed.definition_valid_until == Value("2029-05-01", "valid_until")
    assert parsed.learner is None
    assert [reason.path for reason in parsed.violations] == ["learner"]


def test_an_award_may_name_a_registered_definition_and_describe_none():
    parsed = native.parse(SHORT)
    assert parsed.reference
    assert parsed.definition_id == Value("DRIVE-1", "definition.id")
    assert parsed.violations == ()


@pytest.mark.parametrize("name", ["learner", "issued_on", "definition", "kind"])
def test_a_missing_field_is_reported_by_name(name):
    parsed = native.parse(without(SHORT, (name,)))
    missed = "title" if name == "definition" else name
    assert missed in [reason.path for reason in parsed.violations]


def test_without_a_kind_a_document_with_a_learner_is_an_award():
    bare = {name: value for name, value in AWARD.items() if name != "kind"}
    assert native.parse(bare).kind == "award"
    assert native.parse({**bare, "learner": None}).kind == "definition"


@pytest.mark.parametrize(
    ("workload", "amounts"),
    [
        ("PT40H", [("duration", "PT40H", "workload")]),
        ("40 hours", [("text", "40 hours", "workload")]),
        (40, [("text", "40", "workload")]),
        ({"hours": "PT40H"}, [("duration", "PT40H", "workload.hours")]),
        ({"hours": "40,5"}, [("hours", "40,5", "workload.hours")]),
        ({"hours": "40 h"}, [("text", "40 h", "workload.hours")]),
        ({"contact_hours": "PT16H"}, [("contact_hours", "PT16H", "workload.contact_hours")]),
        ({"duration": "15 days"}, [("text", "15 days", "workload.duration")]),
    ],
)
def test_a_workload_in_the_providers_notation_passes_with_a_warning(workload, amounts):
    parsed = native.parse({**SHORT, "workload": workload})
    assert list(parsed.workload) == [
        Amount(unit=unit, value=Value(raw, path)) for unit, raw, path in amounts
    ]
    assert [reason.code for reason in parsed.violations] == ["schema.violation"]


@pytest.mark.parametrize(
    ("level", "claim"),
    [
        ("level 5", LevelClaim(value=Value("level 5", "level"))),
        ("EQF 5", LevelClaim(eqf=Value("EQF 5", "level"))),
        ({"eqf": "level 5"}, LevelClaim(eqf=Value("level 5", "level.eqf"))),
    ],
)
def test_a_level_in_the_providers_notation_passes_with_a_warning(level, claim):
    parsed = native.parse({**SHORT, "level": level})
    assert parsed.levels == (claim,)
    assert [reason.path for reason in parsed.violations] == [(claim.eqf or claim.value).path]


@pytest.mark.parametrize(
    ("field", "value", "path"),
    [
        ("learner", [], "learner"),
        ("awarding_bodies", [[]], "awarding_bodies[0]"),
        (
            "awarding_bodies",
            [{"identifiers": [7, {"value": []}]}],
            "awarding_bodies[0].identifiers[1].value",
        ),
        ("title", 7, "title"),
        ("title", {"en": 7}, "title.en"),
        ("workload", {"hours": True}, "workload.hours"),
        ("issued_on", {}, "issued_on"),
        ("evidence", "many", "evidence"),
        ("kind", [], "kind"),
        ("credstream", 2, "credstream"),
        ("credstream", True, "credstream"),
        ("credentials", [], "credentials"),
    ],
)
def test_a_type_that_cannot_be_read_is_refused_with_its_path(field, value, path):
    with pytest.raises(Rejected) as refused:
        native.parse({**AWARD, field: value})
    assert (refused.value.code, refused.value.path) == ("format.invalid", path)


def test_unknown_fields_are_reported_by_path_and_never_by_value():
    strange = {
        **AWARD,
        "salary": "secret-4711",
        "jane@example.org": "secret-4712",
        "learner": {**AWARD["learner"], "disability": "secret-4713"},
    }
    parsed = native.parse(strange)
    assert parsed.unknown_fields == ("learner.disability", "salary", "?")
    assert {reason.code for reason in parsed.findings} == {"native.unknown_field"}
    assert "native.unknown_field" in REASONS
    assert "secret" not in repr(parsed)
    assert "jane" not in repr(parsed)


def test_a_violation_never_repeats_the_value():
    parsed = native.parse(
        {**AWARD, "learner": {"email": "nobody-4711", "birth_date": "31.1.90-4711"}}
    )
    assert len(parsed.violations) == 2
    assert "4711" not in repr(parsed.violations)


def test_null_and_blank_texts_are_as_good_as_absent():
    parsed = native.parse(
        {**SHORT, "title": " ", "url": None, "description": {"en": "", "de": "Da"}}
    )
    assert parsed.title is None
    assert parsed.url is None
    assert parsed.description == Value({"de": "Da"}, "description")
    assert parsed.reference


def test_a_bundle_is_split_into_documents_that_say_what_the_bundle_says_for_all():
    first, second = native.split(
        {
            "credstream": 1,
            "provider": "festo-like",
            "language": "de",
            "credentials": [
                {"kind": "award", "id": "1"},
                {"kind": "award", "id": "2", "language": "en", "credstream": 9},
            ],
        },
        Rules(),
    )
    shared = {"credstream": 1, "provider": "festo-like"}
    assert first == {**shared, "kind": "award", "id": "1", "language": "de"}
    assert second == {**shared, "kind": "award", "id": "2", "language": "en"}


def test_a_document_that_is_no_bundle_is_its_own_only_part():
    assert native.split(SHORT, Rules()) == (SHORT,)


@pytest.mark.parametrize(
    ("credentials", "path"),
    [([], "credentials"), ({}, "credentials"), ([SHORT, 7], "credentials[1]")],
)
def test_a_bundle_without_credentials_is_refused(credentials, path):
    with pytest.raises(Rejected) as refused:
        native.split({"credstream": 1, "credentials": credentials}, Rules())
    assert (refused.value.code, refused.value.path) == ("format.invalid", path)
