"""What JSON has of signature wrapping: something that was not signed is read beside what was.

A proof is over the whole document in canonical form, and a token or a seal over its own text, so
each of these is another document, or is not read.
"""

from __future__ import annotations

import json
from copy import deepcopy
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import strategies as st

from credstream.contract.errors import Rejected
from credstream.contract.messages import Incoming
from credstream.contract.records import Provider
from services.ingest.examine import read_submission
from tests.support.json_signing import KID, proved
from tests.support.proofs import AT, EC, ISSUER, b64, sealed, sign

GOLDEN = Path(__file__).parents[1] / "golden"
NAME = "Mallory"
KEY = Ed25519PrivateKey.generate()
PEM = KEY.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
PROVIDER = Provider(
    id="acme", kind="provider", name="Acme", country="DE", status="active",
    keys={KID: PEM, "ec": EC.pem}, seals={"ec": EC.pem},
)  # fmt: skip
EUROPASS = "http://data.europa.eu/snb/model/context/edc-ap"


def golden(name):
    return json.loads((GOLDEN / name / "input.json").read_text("utf-8"))


BADGE = golden("ob3/dutch_extensions")
EDC = golden("elm3/everything")
EDC["issuer"] = EDC["issuer"] | ISSUER


def forged(document):
    """The document of somebody else: another learner, under another id."""
    evil = deepcopy(document)
    evil["id"] = "urn:uuid:00000000-0000-4000-8000-000000000666"
    subject = evil["credentialSubject"]
    subject = subject[0] if isinstance(subject, list) else subject
    subject |= {"id": f"did:example:{NAME}", "fullName": {"en": [NAME]}}
    evil.pop("proof", None)
    return evil


def token(claims, header=None):
    head = {"alg": "ES256", "kid": "ec", "typ": "JWT"} | (header or {})
    content = ".".join(b64(json.dumps(each).encode()) for each in (head, claims))
    return f"{content}.{b64(sign('ES256', EC.key, content.encode()))}"


def read(value, provider=PROVIDER):
    text = value if isinstance(value, str) else json.dumps(value)
    message = Incoming(
        topic="submissions.provider.acme", partition=0, offset=1, key=None,
        value=text.encode(), headers=(), at=AT,
    )  # fmt: skip
    return read_submission(message, provider).received


SIGNED = {
    "proof": lambda: proved(KEY, BADGE),
    "token": lambda: token(BADGE),
    "vc in a token": lambda: token({"iss": "https://school.example", "vc": BADGE}),
    "seal": lambda: json.loads(sealed(json.dumps(EDC))),
}


@pytest.mark.parametrize("kind", SIGNED)
def test_the_untouched_document_is_verified(kind):
    assert {each.proof for each in read(SIGNED[kind]())} == {"verified"}


def with_member(name, value):
    """A signed badge with a member that was not there when it was signed."""
    return lambda: proved(KEY, BADGE) | {name: value}


def with_proof_of(document):
    """A forged document with the proof of a genuine one."""
    return lambda: forged(document) | {"proof": proved(KEY, document)["proof"]}


def with_context(*contexts):
    def attack():
        signed = proved(KEY, BADGE)
        return signed | {"@context": [*signed["@context"], *contexts]}

    return attack


def escaped_twice(name, escaped):
    """A member that stands twice, once by its letters and once by their numbers."""

    def attack():
        signed = proved(KEY, BADGE)
        twice = json.dumps(forged(BADGE)[name])
        return json.dumps(signed).replace("{", f'{{"{escaped}": {twice}, ', 1)

    return attack


def payload_twice():
    text = json.dumps(json.loads(sealed(json.dumps(EDC))))
    return text[:-1] + f', "p\\u0061yload": {json.dumps(json.dumps(forged(EDC)))}}}'


def claim_twice():
    payload = json.dumps(BADGE).replace("{", '{"\\u0069d": "urn:x:666", ', 1)
    content = f"{b64(json.dumps({'alg': 'ES256', 'kid': 'ec'}).encode())}.{b64(payload.encode())}"
    return f"{content}.{b64(sign('ES256', EC.key, content.encode()))}"


def other_payload():
    return json.loads(sealed(json.dumps(EDC))) | {"payload": json.dumps(forged(EDC))}


def token_of_another():
    head, _, mark = token(BADGE).split(".")
    return f"{head}.{b64(json.dumps(forged(BADGE)).encode())}.{mark}"


REFUSED = {
    "nested verifiableCredential": with_member("verifiableCredential", [forged(BADGE)]),
    "@included": with_member("@included", [forged(BADGE)]),
    "@graph": with_member("@graph", [forged(BADGE)]),
    "another claim": with_member("credentialSubject", forged(BADGE)["credentialSubject"]),
    "the proof of another": with_proof_of(BADGE),
    "a context of another format": with_context(EUROPASS),
    "a context that renames": with_context({"credentialSubject": "urn:x:nothing"}),
    "a context for all": with_context({"@vocab": "urn:x:"}),
    "subject twice": escaped_twice("credentialSubject", "credenti\\u0061lSubject"),
    "id twice": escaped_twice("id", "\\u0069d"),
    "payload twice": payload_twice,
    "claim twice": claim_twice,
    "another payload": other_payload,
    "a token of another": token_of_another,
}


@pytest.mark.parametrize("attack", REFUSED)
def test_what_was_not_signed_is_refused(attack):
    with pytest.raises(Rejected) as refusal:
        read(REFUSED[attack]())
    twice = attack.endswith("twice")
    assert refusal.value.code == ("json.duplicate_key" if twice else "signature.invalid")


UNREAD = {
    "beside a sealed payload": lambda: json.loads(sealed(json.dumps(EDC))) | forged(EDC),
    "around a sealed payload": lambda: (
        json.loads(sealed(json.dumps(EDC))) | {"credential": forged(EDC), "vc": forged(EDC)}
    ),
    "in the unprotected header": lambda: _with_header({"credential": forged(EDC)}),
    "beside a wrapped badge": lambda: forged(BADGE) | {"credential": proved(KEY, BADGE)},
    "claims beside vc": lambda: token(
        {"vc": BADGE, "credentialSubject": {"id": NAME}, "jti": NAME}
    ),
}


def _with_header(header):
    document = json.loads(sealed(json.dumps(EDC)))
    document["signatures"][0]["header"] = header
    return document


@pytest.mark.parametrize("attack", UNREAD)
def test_what_is_beside_the_signed_text_is_not_read(attack):
    received = read(UNREAD[attack]())
    assert {each.proof for each in received} == {"verified"}
    assert not any(NAME.encode() in each.payload for each in received)


UNSIGNED = {
    "a signed badge in a presentation": lambda: (
        forged(BADGE) | {"verifiableCredential": [proved(KEY, BADGE)]}
    ),
    "a token in a presentation": lambda: forged(BADGE) | {"verifiableCredential": [token(BADGE)]},
    "a signed badge under @included": lambda: forged(BADGE) | {"@included": [proved(KEY, BADGE)]},
    "a signature of JWS beside a document": lambda: forged(BADGE) | _flattened(token(BADGE)),
    "a list of the genuine and the forged": lambda: [proved(KEY, BADGE), forged(BADGE)],
}


def _flattened(compact):
    """The members of a JWS in its flattened form (RFC 7515, section 7.2.2)."""
    return dict(zip(("protected", "payload", "signature"), compact.split("."), strict=True))


@pytest.mark.parametrize("attack", UNSIGNED)
def test_a_signature_inside_says_nothing_of_what_is_around_it(attack):
    try:
        received = read(UNSIGNED[attack]())
    except Rejected:
        return
    assert {each.proof for each in received} <= {"none", "unverifiable"}


@given(st.dictionaries(st.text(max_size=8), st.text(max_size=8) | st.integers(), max_size=3))
def test_any_member_that_is_added_is_a_change(more):
    signed = proved(KEY, BADGE)
    changed = signed | more
    if changed == signed:
        return
    with pytest.raises(Rejected):
        read(changed)


def test_none_of_it_is_verified_without_the_key():
    nobody = replace(PROVIDER, keys={}, seals={})
    for kind, make in SIGNED.items():
        assert {each.proof for each in read(make(), nobody)} == {"unverifiable"}, kind
