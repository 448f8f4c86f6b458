"""Nothing that a stranger can write makes a judge of signatures raise, or pass for signed."""

from __future__ import annotations

import base64
import json

from cryptography.hazmat.primitives.serialization import Encoding
from hypothesis import given
from hypothesis import strategies as st

from services.ingest.proofs import jades, vc_jwt
from tests.support.proofs import AT, EC, RSA, TRUSTED, b64, header_of, payload_of, sealed

RING = {"ec": EC.pem, "rsa": RSA.pem}
GOOD = sealed()


def token_state(token: str) -> str:
    return vc_jwt.verify(token, RING, AT).state


def token_of(header, payload, mark: bytes) -> str:
    return ".".join(
        b64(part) for part in (json.dumps(header).encode(), json.dumps(payload).encode(), mark)
    )


def seal_state(text: str, trusted=TRUSTED) -> str:
    return jades.verify(text, AT, trusted).state


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=6,
)
HEADER = st.dictionaries(st.sampled_from([*sorted(header_of()), "iat", "sigD", "kid"]), JSON)


@given(changes=HEADER)
def test_no_change_of_the_header_makes_it_raise_or_trust(changes):
    header = {**header_of(), **changes}
    assert seal_state(sealed(header=header), {}) in {"failed", "unverifiable"}


@given(entries=JSON | st.lists(st.fixed_dictionaries({"protected": JSON, "signature": JSON})))
def test_no_signatures_make_it_raise_or_pass(entries):
    assert seal_state(json.dumps({"payload": payload_of(), "signatures": entries})) == "failed"


@given(st.text() | JSON.map(json.dumps) | st.integers(0, len(GOOD) - 1).map(lambda cut: GOOD[:cut]))
def test_no_text_makes_it_raise_or_pass(text):
    assert seal_state(text) == "failed"


@given(place=st.integers(0, 400), value=st.integers(0, 255))
def test_no_change_of_the_certificate_makes_it_raise_or_trust(place, value):
    der = bytearray(EC.certificate.public_bytes(Encoding.DER))
    der[place % len(der)] = value
    changes = {"x5c": [base64.b64encode(der).decode()], "x5t#S256": ...}
    assert seal_state(sealed(header=header_of(**changes)), {"rsa": RSA.pem}) != "verified"


HEADERS = st.fixed_dictionaries(
    {"alg": st.sampled_from(["ES256", "RS256", "EdDSA"]) | JSON},
    optional={
        "kid": st.sampled_from(["ec", "did:key:zz", "did:jwk:e30", "did:key:z6Mk"]) | JSON,
        "jwk": JSON | st.fixed_dictionaries({"kty": st.sampled_from(["EC", "RSA", "OKP"])}),
        "x5c": JSON | st.lists(st.binary().map(lambda raw: base64.b64encode(raw).decode())),
    },
)


@given(header=HEADERS, payload=JSON, mark=st.binary(max_size=70))
def test_no_header_makes_it_raise_or_verify(header, payload, mark):
    assert token_state(token_of(header, payload, mark)) in {"failed", "unverifiable"}


@given(st.text() | st.lists(st.text(max_size=9), min_size=3, max_size=3).map(".".join))
def test_no_token_makes_it_raise_or_verify(text):
    assert token_state(text) == "failed"
