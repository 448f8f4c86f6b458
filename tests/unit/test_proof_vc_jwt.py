"""Compact tokens are verified by registered keys only, and no trick of the header helps."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import hmac
import json
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from joserfc import jws
from joserfc.jwk import ECKey, OKPKey, RSAKey

from services.ingest.proofs.vc_jwt import verify
from tests.support.proofs import base58

SHARED = Path(__file__).resolve().parents[3] / "shared"
AT = 1_790_000_000_000
CLAIMS = {"iss": "https://issuer.example", "exp": 1, "vc": {"name": "Data literacy"}}

RSA_KEY = RSAKey.generate_key(2048)
EC_KEY = ECKey.generate_key("P-256")
ED_KEY = OKPKey.generate_key("Ed25519")
OTHER_EC = ECKey.generate_key("P-256")
KEY_OF = {"RS256": RSA_KEY, "PS256": RSA_KEY, "ES256": EC_KEY, "Ed25519": ED_KEY}
RING = {
    "rsa": json.dumps(RSA_KEY.as_dict(private=False)),
    "ec": EC_KEY.as_pem(private=False).decode(),
    "ed": json.dumps(ED_KEY.as_dict(private=False)),
}


def b64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def token_of(header, key, claims=CLAIMS):
    """Sign with an independent library, which has its own limits lifted."""
    registry = jws.JWSRegistry(algorithms=[header["alg"]], strict_check_header=False)
    registry.max_header_length = registry.max_payload_length = 4_000_000
    return jws.serialize_compact(header, json.dumps(claims), key, registry=registry)


def raw_token(header, sign, claims=CLAIMS):
    """Sign by hand what a careful library refuses to make."""
    signed = f"{b64(json.dumps(header).encode())}.{b64(json.dumps(claims).encode())}"
    return f"{signed}.{b64(sign(signed.encode()))}"


def by_rsa(signed: bytes) -> bytes:
    return RSA_KEY.private_key.sign(signed, padding.PKCS1v15(), hashes.SHA256())


def flipped(token: str, part: int, position: int) -> str:
    parts = token.split(".")
    letter = "A" if parts[part][position] != "A" else "B"
    parts[part] = parts[part][:position] + letter + parts[part][position + 1 :]
    return ".".join(parts)


def state(token: str, keys=RING) -> str:
    proof = verify(token, keys, AT)
    assert proof.kind == "vc-jwt"
    assert proof.detail
    return proof.state


@pytest.mark.parametrize("alg", KEY_OF)
def test_a_token_of_a_registered_key_is_verified_with_and_without_its_id(alg):
    kid = {"RS256": "rsa", "PS256": "rsa", "ES256": "ec", "Ed25519": "ed"}[alg]
    for header in ({"alg": alg}, {"alg": alg, "kid": kid}, {"alg": alg, "kid": "unknown"}):
        proof = verify(token_of(header, KEY_OF[alg]), RING, AT)
        assert (proof.state, proof.signer) == ("verified", kid)


def test_the_older_name_of_edwards_signatures_is_verified():
    token = raw_token({"alg": "EdDSA", "kid": "ed"}, ED_KEY.private_key.sign)
    assert state(token) == "verified"


@pytest.mark.parametrize("part", [0, 1, 2])
@pytest.mark.parametrize("position", [3, 40, -1])
@pytest.mark.parametrize("alg", ["RS256", "ES256"])
def test_one_changed_letter_is_enough_to_fail(alg, part, position):
    kid = "rsa" if alg == "RS256" else "ec"
    token = token_of({"alg": alg, "kid": kid, "typ": "vc+jwt", "cty": "vc"}, KEY_OF[alg])
    assert state(token) == "verified"
    changed = flipped(token, part, position)
    assert verify(changed, {kid: RING[kid]}, AT).state == "failed"


def test_the_last_letter_of_a_signature_has_one_spelling():
    token = token_of({"alg": "RS256", "kid": "rsa"}, RSA_KEY)
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    assert [x for x in letters if state(token[:-1] + x) == "verified"] == [token[-1]]


@pytest.mark.parametrize("alg", ["none", "None", "NONE", "", None, 7, ["RS256"], "HS256", "ES256K"])
def test_an_algorithm_outside_the_list_fails(alg):
    assert state(raw_token({"alg": alg, "kid": "rsa"}, by_rsa)) == "failed"


def test_an_unsigned_token_fails():
    assert state(raw_token({"alg": "none"}, lambda _: b"")) == "failed"


@pytest.mark.parametrize("kid", RING)
def test_a_public_key_is_no_shared_secret(kid):
    def sign(signed: bytes) -> bytes:
        return hmac.new(RING[kid].encode(), signed, hashlib.sha256).digest()

    assert state(raw_token({"alg": "HS256", "kid": kid}, sign)) == "failed"


@pytest.mark.parametrize("kid", ["ec", "ed"])
def test_a_key_of_another_type_fails(kid):
    assert state(token_of({"alg": "RS256", "kid": kid}, RSA_KEY)) == "failed"


@pytest.mark.parametrize(
    "extra",
    [
        {"crit": ["unknown"], "unknown": 1},
        {"crit": []},
        {"jku": "https://issuer.example/keys"},
        {"x5u": "https://issuer.example/certificate"},
        {"b64": False, "crit": ["b64"]},
        {"zip": "DEF"},
        {"kid": 7},
    ],
    ids=lambda extra: next(iter(extra)),
)
def test_a_header_with_a_refused_member_fails_though_the_signature_matches(extra):
    assert state(raw_token({"alg": "RS256", "kid": "rsa"}, by_rsa)) == "verified"
    assert state(raw_token({"alg": "RS256", "kid": "rsa"} | extra, by_rsa)) == "failed"


def test_a_header_member_that_occurs_twice_fails():
    header, payload = b'{"alg":"none","alg":"RS256","kid":"rsa"}', b"{}"
    signed = f"{b64(header)}.{b64(payload)}"
    assert state(f"{signed}.{b64(by_rsa(signed.encode()))}") == "failed"


@pytest.mark.parametrize("kid", ["../../etc/passwd", "' OR 1=1 --", "https://evil.example/k", ""])
def test_a_key_id_is_only_a_name(kid):
    token = token_of({"alg": "ES256", "kid": kid}, OTHER_EC)
    assert state(token) == ("unverifiable" if kid else "failed")


def test_a_token_of_another_key_under_a_registered_id_fails():
    assert state(token_of({"alg": "ES256", "kid": "ec"}, OTHER_EC)) == "failed"


def test_a_token_without_key_id_that_no_fitting_key_signed_fails():
    assert state(token_of({"alg": "ES256"}, OTHER_EC)) == "failed"
    assert state(token_of({"alg": "ES256"}, OTHER_EC), {"rsa": RING["rsa"]}) == "unverifiable"
    assert state(token_of({"alg": "ES256"}, OTHER_EC), {}) == "unverifiable"


def own_key_tokens():
    public = OTHER_EC.as_dict(private=False)
    did_jwk = "did:jwk:" + b64(json.dumps(public).encode())
    point = OTHER_EC.public_key.public_bytes(Encoding.X962, PublicFormat.CompressedPoint)
    raw = ED_KEY.public_key.public_bytes_raw()
    did_ec, did_ed = (
        "did:key:z" + base58(b"\x80\x24" + point),
        "did:key:z" + base58(b"\xed\x01" + raw),
    )
    yield "jwk", token_of({"alg": "ES256", "jwk": public}, OTHER_EC)
    yield "x5c", token_of({"alg": "ES256", "x5c": [x5c(OTHER_EC)]}, OTHER_EC)
    yield "did:jwk id", token_of({"alg": "ES256", "kid": f"{did_jwk}#0"}, OTHER_EC)
    yield "did:jwk issuer", token_of({"alg": "ES256"}, OTHER_EC, {"iss": did_jwk})
    yield "did:key P-256", token_of({"alg": "ES256"}, OTHER_EC, {"issuer": {"id": did_ec}})
    pem = OTHER_EC.public_key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    carried = {"id": "https://badges.example/key", "publicKeyPem": pem}
    others = {"id": "https://badges.example/old", "publicKeyPem": "not the one that signed"}
    yield "OB2 creator", token_of({"alg": "ES256"}, OTHER_EC, {"verify": {"creator": carried}})
    profile = {
        "verification": {"type": "SignedBadge", "creator": carried["id"]},
        "badge": {"issuer": {"publicKey": [others, carried]}},
    }
    yield "OB2 profile", token_of({"alg": "ES256"}, OTHER_EC, profile)
    yield "did:key Ed25519", token_of({"alg": "Ed25519", "kid": f"{did_ed}#x"}, ED_KEY)


def certificate(key, start=dt.datetime(2026, 1, 1, tzinfo=dt.UTC)) -> x509.Certificate:
    name = x509.Name([x509.NameAttribute(x509.NameOID.ORGANIZATION_NAME, "School")])
    builder = x509.CertificateBuilder(name, name, key.public_key, 7)
    builder = builder.not_valid_before(start).not_valid_after(start + dt.timedelta(days=365))
    return builder.sign(key.private_key, hashes.SHA256())


def x5c(key) -> str:
    return base64.b64encode(certificate(key).public_bytes(Encoding.DER)).decode()


OWN_KEY_TOKENS = dict(own_key_tokens())


@pytest.mark.parametrize("way", OWN_KEY_TOKENS)
def test_a_key_inside_a_token_can_show_it_false_and_never_verify_it(way):
    token = OWN_KEY_TOKENS[way]
    keys = {"rsa": RING["rsa"]}
    assert state(token, keys) == "unverifiable"
    assert state(flipped(token, 2, 20), keys) == "failed"
    claims = b64(json.dumps(json.loads(unpadded(token)) | {"grade": "A"}).encode())
    head, _, tail = token.split(".")
    assert state(f"{head}.{claims}.{tail}", keys) == "failed"


def unpadded(token: str) -> bytes:
    part = token.split(".")[1]
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


def test_a_registered_certificate_counts_while_it_is_in_force():
    pem = certificate(EC_KEY).public_bytes(Encoding.PEM).decode()
    token = token_of({"alg": "ES256", "kid": "c"}, EC_KEY)
    assert verify(token, {"c": pem}, AT).state == "verified"
    late = verify(token, {"c": pem}, AT + 365 * 86_400_000)
    assert (late.state, late.signer) == ("unverifiable", "c")


def test_a_registered_key_that_cannot_be_read_proves_nothing():
    token = token_of({"alg": "ES256", "kid": "ec"}, EC_KEY)
    for broken in (
        "",
        "{}",
        '{"alg":["ES256"]}',
        '{"alg":"x"}',
        '{"kty":"oct","k":"AA"}',
        "-----BEGIN CERTIFICATE-----",
        "{",
    ):
        assert state(token, {"ec": broken}) == "unverifiable"


def test_a_large_token_is_read_and_a_larger_one_is_not():
    header = {"alg": "ES256", "kid": "ec", "x-logo": "x" * 200_000}
    assert state(token_of(header, EC_KEY, {"image": "x" * 700_000})) == "verified"
    assert state(token_of(header, EC_KEY, {"image": "x" * 1_100_000})) == "failed"


def test_details_repeat_nothing_of_the_token():
    secret = "anna.kask@example.org"
    for header in ({"alg": secret}, {"alg": "ES256", "kid": secret}, {"alg": "RS256", secret: 1}):
        proof = verify(raw_token(header, lambda _: b"x", {"iss": secret}), {}, AT)
        assert secret not in repr(proof)


def test_the_official_signed_badge_is_verified():
    folder = SHARED / "samples" / "ob2"
    if not folder.exists():
        pytest.skip("../shared is not at hand")
    token = (folder / "simple.jwt").read_text()
    pem = json.loads((folder / "key1.json").read_text())["publicKeyPem"]
    assert state(token, {"http://example.org/key1.json": pem}) == "verified"
    assert state(flipped(token.strip(), 1, 100), {"k": pem}) == "failed"
    assert state(token, {}) == "unverifiable"


@pytest.mark.parametrize(
    "text",
    ["a" * 10, "..", '{"' * 9, "[" * 100_000, "\ud800.\ud800.\ud800", "é.é.é"],
    ids=["one part", "dots", "braces", "deep", "surrogates", "accents"],
)
def test_texts_of_no_known_form_fail(text):
    deep = f"{b64(text.encode(errors='replace'))}.e30."
    assert {state(text), state(deep)} == {"failed"}


def test_a_huge_key_in_the_header_costs_no_time():
    number = b64(b"\xff" * 300_000)
    jwk = {"kty": "RSA", "n": number, "e": number}
    assert state(raw_token({"alg": "RS256", "jwk": jwk}, by_rsa), {}) == "failed"
