"""Embedded proofs over canonical JSON: verified by registered keys, refuted by their own."""

import json

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from credstream.contract.records import Provider
from services.ingest.detect import detect
from services.ingest.examine import prove
from services.ingest.proofs.data_integrity import verify
from tests.support import json_signing
from tests.support.json_signing import KID
from tests.support.proofs import AT, base58

EDWARDS, OTHER = Ed25519PrivateKey.generate(), Ed25519PrivateKey.generate()
ELLIPTIC = ec.generate_private_key(ec.SECP256R1())
CREDENTIAL = {
    "@context": ["https://www.w3.org/ns/credentials/v2"],
    "type": ["VerifiableCredential", "OpenBadgeCredential"],
    "issuer": "https://school.example",
    "credentialSubject": {"id": "did:x:1", "score": 0.1, "name": "Ærø"},
}


def pem(key):
    return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def did(key):
    name = "did:key:z" + base58(b"\xed\x01" + key.public_key().public_bytes_raw())
    return f"{name}#{name[8:]}"


def proved(key=EDWARDS, document=CREDENTIAL, **changes):
    return json_signing.proved(key, document, **changes)


def state(document, keys=None):
    # As it arrives: numbers and texts have been through JSON.
    return verify(json.loads(json.dumps(document)), keys or {}, AT).state


@pytest.mark.parametrize(("keys", "expected"), [({KID: EDWARDS}, "verified"), ({}, "unverifiable")])
def test_ingest_verifies_an_embedded_proof_by_the_keys_of_the_registration(keys, expected):
    registered = {name: pem(key) for name, key in keys.items()}
    school = Provider(
        id="a", kind="provider", name="A", country="DE", status="active", keys=registered
    )
    found = prove(detect(json.dumps(proved()).encode()), school, AT)
    assert (found.kind, found.state) == (verify(proved(), registered, AT).kind, expected)


def test_what_has_no_proof_is_none():
    school = Provider(id="a", kind="provider", name="A", country="DE", status="active")
    found = prove(detect(json.dumps(CREDENTIAL).encode()), school, AT)
    assert (found.kind, found.state) == ("none", "none")


@pytest.mark.parametrize("key", [EDWARDS, ELLIPTIC], ids=["eddsa", "ecdsa"])
def test_a_registered_key_verifies_with_and_without_its_id(key):
    assert state(proved(key), {KID: pem(key)}) == "verified"
    assert state(proved(key), {"another": pem(key)}) == "verified"


@pytest.mark.parametrize("place", ["issuer", "proof", "extra", "score"])
def test_a_change_anywhere_fails(place):
    document = proved()
    changed = {
        "issuer": {**document, "issuer": "https://evil.example"},
        "proof": {**document, "proof": {**document["proof"], "created": "2026-03-02T00:00:00Z"}},
        "extra": {**document, "validUntil": "2099-01-01T00:00:00Z"},
        "score": {**document, "credentialSubject": {**CREDENTIAL["credentialSubject"], "score": 1}},
    }[place]
    assert state(changed, {KID: pem(EDWARDS)}) == "failed"


def test_the_order_of_members_is_no_change_and_another_context_is_one():
    document = proved()
    turned = dict(reversed(document.items()))
    assert state(turned, {KID: pem(EDWARDS)}) == "verified"
    longer = {**document, "@context": [*CREDENTIAL["@context"], "https://example.org/more"]}
    assert state(longer, {KID: pem(EDWARDS)}) == "failed"
    before = {**document, "@context": ["https://evil.example", *CREDENTIAL["@context"]]}
    assert state(before, {KID: pem(EDWARDS)}) == "failed"


def test_a_key_in_the_document_can_show_a_signature_false_and_never_verify_it():
    assert state(proved(verificationMethod=did(EDWARDS))) == "unverifiable"
    assert state(proved(verificationMethod=did(OTHER))) == "failed"


def test_an_unregistered_key_verifies_nothing():
    assert state(proved()) == "unverifiable"
    assert state(proved(), {KID: pem(OTHER)}) == "failed"


@pytest.mark.parametrize(
    "changes",
    [
        {"type": "Ed25519Signature2020"},
        {"proofPurpose": "authentication"},
        {"proofPurpose": ...},
        {"verificationMethod": ...},
        {"verificationMethod": {"id": KID}},
    ],
)
def test_a_proof_of_another_kind_fails_though_the_signature_matches(changes):
    assert state(proved(**changes), {KID: pem(EDWARDS)}) == "failed"


@pytest.mark.parametrize("value", [..., None, 7, "", "z", "z0OIl", "uAAAA", "z" + "2" * 2_000_000])
def test_a_value_that_cannot_be_read_fails(value):
    document = proved()
    proof = {**document["proof"], "proofValue": value}
    proof = {name: each for name, each in proof.items() if each is not ...}
    assert state({**document, "proof": proof}, {KID: pem(EDWARDS)}) == "failed"


@pytest.mark.parametrize(
    "proof",
    [
        [],
        "proof",
        {"type": "DataIntegrityProof", "cryptosuite": "eddsa-rdfc-2022", "proofValue": "z1"},
        {"type": "Ed25519Signature2020", "proofValue": "z1"},
        {"cryptosuite": ["eddsa-jcs-2022"]},
        [proved()["proof"], proved()["proof"]],
    ],
)
def test_what_is_not_checked_says_so(proof):
    assert state({**CREDENTIAL, "proof": proof}, {KID: pem(EDWARDS)}) == "unverifiable"


def test_a_signature_that_begins_with_zeros_is_read():
    for number in range(3000):
        document = proved(nonce=str(number))
        if document["proof"]["proofValue"].startswith("z1"):
            assert state(document, {KID: pem(EDWARDS)}) == "verified"
            return
    pytest.fail("no such signature came up")
