"""Learner records: each award of them once, and none lost for sharing an id."""

import json

import pytest

from credstream.formats.shared.parsed import Rules
from services.ingest.detect import detect
from services.ingest.parts import parse_parts

SCHOOL = {"id": "https://river.example.org", "type": ["Profile"], "name": "River College"}


def child(number, name="Soil", achievement=None, **changes):
    holds = {"id": achievement or f"urn:a:{number}", "type": ["Achievement"], "name": name}
    return {
        "id": f"urn:c:{number}",
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "validFrom": "2026-02-01T00:00:00Z",
        "credentialSubject": {"type": ["AchievementSubject"], "achievement": holds},
        **changes,
    }


def record(*children, **subject):
    return {
        "@context": ["https://www.w3.org/ns/credentials/v2"],
        "id": "https://river.example.org/clr/1",
        "type": ["VerifiableCredential", "ClrCredential"],
        "issuer": SCHOOL,
        "credentialSubject": {"id": "did:x:1", "verifiableCredential": list(children), **subject},
    }


def read(document):
    found = detect(json.dumps(document).encode())
    assert (found.format, found.unfit) == ("clr2", None)
    good, unread = parse_parts(found, Rules())
    return [parsed for _, parsed in good], list(unread)


def titles(*children):
    return [each.title.raw for each in read(record(*children))[0]]


def test_awards_that_share_the_id_of_an_achievement_are_all_there():
    assert titles(child(1, "Soil", "urn:a:x"), child(2, "Water", "urn:a:x")) == ["Soil", "Water"]


def test_a_copy_under_other_ids_counts_once_with_a_warning():
    (only,), unread = read(record(child(1), child(2), child(3, proof={"type": "x"})))
    assert unread == []
    assert only.credential_id.raw == "urn:c:1"
    found = [each for each in only.findings if each.code == "clr.child_repeated"]
    assert [each.path for each in found] == [
        f"credentialSubject.verifiableCredential[{n}]" for n in (1, 2)
    ]


def test_two_days_are_two_awards():
    later = child(2, achievement="urn:a:1", validFrom="2026-03-01T00:00:00Z")
    assert titles(child(1), later) == ["Soil", "Soil"]


def test_a_child_has_the_issuer_and_the_learner_of_its_record_unless_it_has_its_own():
    own = {"issuer": {**SCHOOL, "id": "https://own.example", "name": "Own"}}
    first, second = read(record(child(1), child(2, "Water", **own)))[0]
    assert [each.awarding_bodies[0].name.raw for each in (first, second)] == [
        "River College",
        "Own",
    ]
    assert [each.learner.identifiers[0].value.raw for each in (first, second)] == ["did:x:1"] * 2


@pytest.mark.parametrize(
    ("inside", "code"),
    [
        ("eyJhbGciOiJub25lIn0.e30.", "clr.child_signed"),
        ({"type": ["VerifiableCredential", "EndorsementCredential"]}, "clr.child_no_award"),
        (7, "clr.child_no_award"),
    ],
)
def test_a_child_that_is_no_award_is_skipped_with_a_reason_and_the_others_are_read(inside, code):
    good, (reason,) = read(record(inside, child(1)))
    assert [each.title.raw for each in good] == ["Soil"]
    assert (reason.code, reason.path) == (code, "credentialSubject.verifiableCredential[0]")


@pytest.mark.parametrize(
    ("kind", "source", "target"),
    [
        ("isChildOf", "urn:a:1", "urn:a:whole"),
        ("isPartOf", "urn:a:1", "urn:a:whole"),
        ("isParentOf", "urn:a:whole", "urn:a:1"),
    ],
)
def test_an_association_says_what_an_award_is_part_of(kind, source, target):
    told = {"associationType": kind, "sourceId": source, "targetId": target}
    whole = {"id": "urn:a:whole", "type": ["Achievement"], "name": "River keeper"}
    (only,), _ = read(record(child(1), association=[told], achievement=[whole]))
    assert (only.partial.is_part.raw, only.partial.qualification.raw) == (True, "River keeper")


@pytest.mark.parametrize("kind", ["precedes", "isRelatedTo"])
def test_other_associations_do_not_make_an_award_a_part(kind):
    told = {"associationType": kind, "sourceId": "urn:a:1", "targetId": "urn:a:2"}
    (only,), _ = read(record(child(1), association=[told]))
    assert only.partial is None
