"""Open Badges 2 with the extensions that Dutch providers write."""

import pytest

from credstream.formats.ob2 import read as ob2

CLASS = {"type": "BadgeClass", "id": "https://badges.example/class", "name": "Soldering"}
BADGE = {
    "@context": "https://w3id.org/openbadges/v2",
    "type": "Assertion",
    "id": "https://badges.example/1",
    "recipient": {"type": "email", "hashed": False, "identity": "test@example.org"},
    "badge": CLASS,
    "verification": {"type": "HostedBadge"},
    "issuedOn": "2026-03-01T00:00:00Z",
}


def read(**members):
    return ob2.parse({**BADGE, "badge": {**CLASS, **members}})


@pytest.mark.parametrize("name", ["assessmentSupervised", "assessment_supervised"])
@pytest.mark.parametrize(
    ("written", "word"), [(True, "supervised"), (False, "unsupervised"), ("true", "supervised")]
)
def test_a_truth_value_says_whether_an_assessment_is_supervised(name, written, word):
    found = read(**{name: written}).supervision
    assert (found.raw, found.path) == (word, f"badge.{name}")


@pytest.mark.parametrize("written", [None, "null", "yes"])
def test_a_value_that_is_no_truth_value_is_not_read(written):
    assert read(assessmentSupervised=written).supervision is None


@pytest.mark.parametrize("word", ["null", "None"])
def test_a_word_for_an_absent_value_is_absent(word):
    found = read(
        assessmentType=word,
        participation=word,
        quality_assurance_name=word,
        qualityAssuranceUrl=word,
    )
    assert (found.assessments, found.modes, found.quality_assurance) == ((), (), ())


@pytest.mark.parametrize(
    ("name", "url"),
    [
        ("quality_assurance_name", "quality_assurance_url"),
        ("qualityAssuranceName", "qualityAssuranceUrl"),
    ],
)
def test_quality_assurance_is_read_in_camel_and_in_snake_case(name, url):
    found = read(**{name: "NVAO", url: "https://qa.example"})
    (assured,) = found.quality_assurance
    assert (assured.body.raw, assured.reference.raw) == ("NVAO", "https://qa.example")
    assert found.unknown_fields == ()
