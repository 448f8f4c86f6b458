"""Web hooks of badge vendors, told by their members as they name no type."""

import pytest

from credstream.contract.errors import Rejected
from credstream.formats.vendor import read as vendor

TEMPLATE = {
    "id": "t-1",
    "name": "Switches",
    "description": "Sets up switches.",
    "type_category": "Certification",
    "level": "Foundational",
    "time_to_earn": "Weeks",
    "skills": [{"name": "VLAN"}, "routing"],
    "badge_template_activities": [{"title": "Passes the exam"}],
}
CREDLY = {
    "id": "cr-1",
    "issued_at": "2026-02-03T10:00:00.000Z",
    "recipient_email": "canaria@example.org",
    "issued_to_first_name": "Canaria",
    "state": "accepted",
    "badge_template": TEMPLATE,
    "issuer": {"entities": [{"entity": {"name": "Nets", "url": "https://nets.example.org"}}]},
}
ACCREDIBLE = {
    "id": 42,
    "name": "Soil",
    "group_id": 7,
    "issued_on": "2026-02-03",
    "recipient": {"name": "Canaria Testwell", "email": "canaria@example.org"},
    "course_link": "https://soil.example.org",
    "learning_outcomes": ["Names soils", " "],
    "issuer": {"name": "Soil School"},
}


@pytest.mark.parametrize("document", [CREDLY, ACCREDIBLE, TEMPLATE | {"vanity_slug": "switches"}])
@pytest.mark.parametrize("wrapper", [None, *vendor.WRAPPERS])
def test_an_event_is_recognised_with_and_without_its_wrapper(document, wrapper):
    assert vendor.recognise({wrapper: document} if wrapper else document)


@pytest.mark.parametrize(
    "document",
    [
        [],
        {},
        {"@context": "x", **CREDLY},
        {"type": "Assertion", **CREDLY},
        {"badge_template": TEMPLATE},
        {"recipient": "canaria@example.org", "issued_on": "2026-02-03", "group_id": 1},
        {"recipient": {"name": "x"}, "issued_on": "2026-02-03"},
    ],
)
def test_a_document_with_too_few_members_is_left_to_other_formats(document):
    assert not vendor.recognise(document)


def test_an_award_of_credly_is_read():
    found = vendor.parse({"data": CREDLY})
    assert (found.kind, found.credential_id.raw, found.definition_id.raw) == (
        "award",
        "cr-1",
        "t-1",
    )
    assert (found.title.raw, found.learner.email.raw) == ("Switches", "canaria@example.org")
    assert [each.text.raw for each in found.learning_outcomes] == [
        *("Passes the exam", "VLAN", "routing")
    ]
    (body,) = found.awarding_bodies
    assert (body.name.raw, body.identifiers[0].value.raw) == ("Nets", "https://nets.example.org")
    assert found.title.path == "data.badge_template.name"


def test_an_award_of_accredible_is_read():
    found = vendor.parse(ACCREDIBLE)
    assert (found.credential_id.raw, found.definition_id.raw) == (42, 7)
    assert (found.issued_on.raw, found.learner.full_name.raw) == ("2026-02-03", "Canaria Testwell")
    assert [each.text.raw for each in found.learning_outcomes] == ["Names soils"]


def test_a_template_is_a_definition():
    found = vendor.parse(TEMPLATE | {"vanity_slug": "switches"})
    assert (found.kind, found.definition_id.raw, found.learner) == ("definition", "t-1", None)


def test_a_vendors_own_level_is_no_level():
    found = vendor.parse(CREDLY)
    assert found.levels == ()
    assert [each.code for each in found.findings] == ["level.marketing"]


@pytest.mark.parametrize(
    ("category", "expected"), [("Certification", ["industry-standard"]), ("Learning", [])]
)
def test_only_a_certification_rests_on_the_standard_of_its_industry(category, expected):
    found = vendor.parse({**CREDLY, "badge_template": {**TEMPLATE, "type_category": category}})
    assert [each.type.raw for each in found.quality_assurance] == expected


@pytest.mark.parametrize(
    ("document", "code", "path"),
    [
        (CREDLY | {"state": "pending"}, "vendor.not_accepted", "state"),
        (CREDLY | {"state": "Rejected"}, "vendor.not_accepted", "state"),
        (ACCREDIBLE | {"private": True}, "vendor.not_public", "private"),
        (ACCREDIBLE | {"approve": "false"}, "vendor.not_public", "approve"),
    ],
)
def test_what_the_learner_has_not_accepted_or_hides_is_refused(document, code, path):
    with pytest.raises(Rejected) as refusal:
        vendor.parse(document)
    assert (refusal.value.code, refusal.value.path) == (code, path)


@pytest.mark.parametrize(("state", "status"), [("revoked", "revoked"), ("accepted", None)])
def test_a_state_that_ends_an_award_is_its_status(state, status):
    found = vendor.parse(CREDLY | {"state": state}).status
    assert (found and found.raw) == status
