"""OOAPI: definitions and results are resources of their own, and an award needs both."""

import pytest

from credstream.contract.errors import Rejected
from credstream.formats.ooapi5 import read as ooapi5
from credstream.formats.shared.parsed import Rules

COURSE = {
    "courseId": "c-1",
    "primaryCode": {"codeType": "identifier", "code": "SOIL-1"},
    "name": [{"language": "en-GB", "value": "Soil"}, {"language": "nl-NL", "value": "Bodem"}],
    "studyLoad": {"studyLoadUnit": "sbu", "value": 56},
    "levelOfQualification": "4+",
    "level": "undivided",
    "teachingLanguage": "nld",
}
PERSON = {
    "personId": "p-1",
    "givenName": "Canaria",
    "primaryCode": {"codeType": "studentNumber", "code": "TEST-4"},
}
ASSOCIATION = {
    "associationId": "as-1",
    "person": PERSON,
    "offering": {"offeringId": "o-1", "course": COURSE},
    "result": {"pass": "passed", "score": "8.5", "resultDate": "2026-03-12"},
}


def refused(document):
    with pytest.raises(Rejected) as refusal:
        ooapi5.parse(document)
    return refusal.value.code, refusal.value.path


def with_result(**result):
    return {**ASSOCIATION, "result": {"resultDate": "2026-03-12", **result}}


@pytest.mark.parametrize("name", ooapi5.KIND_BY_ID)
def test_a_resource_is_recognised_by_its_id(name):
    assert ooapi5.recognise({name: "x"})
    assert ooapi5.recognise({"items": [{name: "x"}]})
    assert not ooapi5.recognise({name: "x", "@context": "y"})


def test_an_association_that_holds_offering_and_result_is_an_award():
    found = ooapi5.parse(ASSOCIATION)
    assert (found.kind, found.credential_id.raw, found.definition_id.raw) == (
        *("award", "as-1", "SOIL-1"),
    )
    assert found.title.raw == {"en-GB": "Soil", "nl-NL": "Bodem"}
    assert (found.issued_on.raw, found.grade.raw) == ("2026-03-12", "8.5")
    assert [(each.scheme, each.value.raw) for each in found.learner.identifiers] == [
        ("student", "TEST-4")
    ]
    assert found.title.path == "offering.course.name"


@pytest.mark.parametrize(
    "result", [{"pass": "passed"}, {"pass": True}, {"pass": "true"}, {"state": "completed"}]
)
def test_a_pass_is_read_from_several_members(result):
    assert ooapi5.parse(with_result(**result)).kind == "award"


@pytest.mark.parametrize(
    ("result", "path"),
    [
        ({}, "result"),
        ({"pass": "failed"}, "result.pass"),
        ({"pass": "unknown"}, "result.pass"),
        ({"pass": False}, "result.pass"),
        ({"state": "in progress"}, "result.state"),
        ({"pass": "failed", "state": "completed"}, "result.pass"),
    ],
)
def test_a_result_that_is_no_pass_is_no_award(result, path):
    assert refused(with_result(**result)) == ("ooapi.not_passed", path)


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"result": None}, "result"),
        ({"result": "r-1"}, "result"),
        ({"offering": "o-1"}, "offering"),
        ({"offering": {"offeringId": "o-1", "course": "c-1"}}, "offering"),
        ({"offering": {"offeringId": "o-1", "course": {"courseId": "c-1"}}}, "offering"),
    ],
)
def test_an_association_that_only_refers_to_what_it_needs_is_refused(changes, path):
    assert refused({**ASSOCIATION, **changes}) == ("ooapi.not_expanded", path)


@pytest.mark.parametrize("name", ["courseId", "programId", "educationSpecificationId"])
def test_courses_and_programmes_are_definitions(name):
    document = {key: each for key, each in COURSE.items() if key != "courseId"} | {name: "x"}
    found = ooapi5.parse(document)
    assert (found.kind, found.learner, found.definition_id.raw) == ("definition", None, "SOIL-1")


@pytest.mark.parametrize(
    ("unit", "expected"),
    [
        ("ects", ("ects", 56)),
        ("sbu", ("sbu", 56)),
        ("hour", ("hours", 56)),
        ("contacttime", ("contact_hours", 56)),
        ("weeks", ("text", "56 weeks")),
    ],
)
def test_a_study_load_keeps_its_unit(unit, expected):
    (found,) = ooapi5.parse({**COURSE, "studyLoad": {"studyLoadUnit": unit, "value": 56}}).workload
    assert (found.unit, found.value.raw) == expected


def test_a_level_of_no_framework_is_not_read_as_one():
    raw = [each.raw for claim in ooapi5.parse(COURSE).levels for each in vars_of(claim)]
    assert "undivided" not in raw
    assert "4+" in raw


def vars_of(claim):
    values = (getattr(claim, name) for name in type(claim).__slots__)
    return [each for each in values if each is not None]


def test_a_page_has_a_part_for_each_resource():
    page = {"pageSize": 10, "items": [COURSE, {**COURSE, "courseId": "c-2"}]}
    assert [each["courseId"] for each in ooapi5.split(page, Rules())] == ["c-1", "c-2"]


@pytest.mark.parametrize(
    ("document", "code"),
    [
        ({"organizationId": "x"}, "ooapi.organization"),
        ({"personId": "x"}, "ooapi.person"),
        ({"componentId": "x"}, "ooapi.not_expanded"),
        ({"offeringId": "x", "course": "c-1"}, "ooapi.not_expanded"),
        (COURSE, None),
    ],
)
def test_what_is_no_credential_says_so(document, code):
    found = ooapi5.unfit(document)
    assert (found and found.code) == code
