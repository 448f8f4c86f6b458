"""A registered key signs with its own algorithm and curve only, and only when it is sound."""

from __future__ import annotations

import json

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from joserfc.jwk import import_key

from services.ingest.proofs.keys import from_did
from services.ingest.proofs.vc_jwt import verify
from tests.support.proofs import AT, EC, EC384, RSA, b64, sign


def pem_of(key) -> str:
    return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def jwk_of(key, **more) -> str:
    kind = "RSA" if isinstance(key, rsa.RSAPrivateKey) else "EC"
    return json.dumps({**import_key(pem_of(key), kind).as_dict(), **more})


def state(alg: str, key, registered: str) -> str:
    signed = f"{b64(json.dumps({'alg': alg, 'kid': 'k'}).encode())}.{b64(b'{}')}"
    token = f"{signed}.{b64(sign(alg, key, signed.encode()))}"
    return verify(token, {"k": registered}, AT).state


@pytest.mark.parametrize("write", [pem_of, jwk_of])
@pytest.mark.parametrize(
    ("alg", "key"),
    [("ES256", EC.key), ("RS256", RSA.key), ("PS256", RSA.key)],
    ids=["ES256", "RS256", "PS256"],
)
def test_a_key_may_be_written_as_pem_or_jwk(write, alg, key):
    assert state(alg, key, write(key)) == "verified"


def test_a_key_that_pins_an_algorithm_takes_no_other():
    pinned = jwk_of(RSA.key, alg="PS256")
    assert state("RS256", RSA.key, pinned) == "failed"
    assert state("PS256", RSA.key, pinned) == "verified"


def test_a_key_for_encryption_signs_nothing():
    assert state("ES256", EC.key, jwk_of(EC.key, use="sig")) == "verified"
    assert state("ES256", EC.key, jwk_of(EC.key, use="enc")) == "unverifiable"


@pytest.mark.parametrize("curve", [ec.SECP256K1(), ec.BrainpoolP256R1()], ids=lambda c: c.name)
def test_another_curve_of_the_same_size_is_another_algorithm(curve):
    key = ec.generate_private_key(curve)
    assert state("ES256", key, pem_of(key)) == "failed"


def test_an_algorithm_that_only_seals_use_is_refused_in_tokens():
    assert state("ES384", EC384.key, EC384.pem) == "failed"
    assert state("RS512", RSA.key, RSA.pem) == "failed"


def test_a_short_rsa_key_does_not_count():
    short = rsa.generate_private_key(public_exponent=65537, key_size=1024)
    assert state("RS256", short, pem_of(short)) == "failed"


def test_the_published_did_key_of_ed25519_is_read():
    key = from_did("did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK")
    assert key.public_bytes_raw().hex().startswith("2e6fcce36701dc791488e0d0b1745cc1")
