"""Badges before Open Badges 2, told by their shape alone."""

import pytest

from credstream.formats.ob1 import read as ob1

BADGE = {
    "name": "Soldering",
    "description": "Joins wires.",
    "image": "https://badges.example/1.png",
    "criteria": "https://badges.example/criteria",
    "issuer": {"id": "https://badges.example/issuer", "name": "Example"},
}
HOSTED = {
    "uid": "b-1",
    "recipient": {"type": "email", "hashed": True, "identity": "sha256$0a1b"},
    "badge": BADGE,
    "verify": {"type": "hosted", "url": "https://badges.example/1"},
    "issuedOn": 1772323200,
}
BLOCKCERT = {
    "@context": "https://w3id.org/blockcerts/v1",
    "type": "BlockchainCertificate",
    "document": {
        "type": "CertificateDocument",
        "assertion": {"type": "Assertion", "uid": "b-2", "issuedOn": "2026-03-01T12:00:00Z"},
        "certificate": {"type": "Certificate", **BADGE},
        "recipient": {"type": "email", "hashed": False, "identity": "test@example.org"},
        "verify": {"type": "ECDSA(secp256k1)", "attribute-signed": "uid"},
        "signature": "AAAA",
    },
    "receipt": {"type": "ChainpointSHA256v2"},
}


@pytest.mark.parametrize("document", [HOSTED, BADGE, BLOCKCERT])
def test_it_is_recognised_by_its_members(document):
    assert ob1.recognise(document)


@pytest.mark.parametrize(
    "document",
    [
        {},
        [],
        "badge",
        {**HOSTED, "type": "OpenBadgeCredential"},
        {key: each for key, each in HOSTED.items() if key != "recipient"},
        {**BLOCKCERT, "document": {"assertion": "https://badges.example/1"}},
    ],
)
def test_documents_with_other_members_are_left_to_other_formats(document):
    assert not ob1.recognise(document)


def test_a_time_in_seconds_and_a_hash_are_kept_as_written():
    found = ob1.parse(HOSTED)
    assert (found.kind, found.credential_id.raw, found.issued_on.raw) == (
        "award",
        "b-1",
        1772323200,
    )
    assert found.occurred_at is None
    (identity,) = found.learner.identifiers
    assert (identity.scheme, found.learner.email) == ("hashed-email", None)


def test_a_badge_that_is_only_named_waits_for_its_definition():
    found = ob1.parse({**HOSTED, "badge": "https://badges.example/class"})
    assert (found.reference, found.definition_id.raw) == (True, "https://badges.example/class")


def test_the_badge_inside_a_blockcert_is_read():
    found = ob1.parse(BLOCKCERT)
    assert (found.kind, found.credential_id.raw) == ("award", "b-2")
    assert (found.title.raw, found.learner.email.raw) == ("Soldering", "test@example.org")
    assert found.awarding_bodies[0].name.raw == "Example"
    assert found.issued_on.path == "document.assertion.issuedOn"


def test_open_badges_0_5_identifies_the_issuer_by_origin():
    issuer = {"origin": "https://badges.example", "name": "Example", "org": "Of Examples"}
    found = ob1.parse(
        {
            "recipient": "test@example.org",
            "badge": {"version": "0.5.0", "name": "Soldering", "issuer": issuer},
            "issued_on": "2012-03-01",
        }
    )
    (body,) = found.awarding_bodies
    assert (body.name.raw, body.identifiers[0].value.raw) == ("Example", "https://badges.example")
    assert (found.issued_on.raw, found.learner.email.raw) == ("2012-03-01", "test@example.org")
