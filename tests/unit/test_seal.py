"""Seals must be repeatable, shaped like the official ones, and good to independent eyes."""

from __future__ import annotations

import base64
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from joserfc import jws
from joserfc.errors import BadSignatureError
from joserfc.jwk import ECKey
from joserfc.registry import HeaderParameter

from credstream.contract.errors import Unavailable
from services.ingest.proofs import jades
from services.publisher import seal
from tests.support.proofs import EC, EC384, RSA, identity

SHARED = Path(__file__).resolve().parents[3] / "shared"
DAY_MS = 86_400_000
START = 1_740_000_000_000
AT = START + DAY_MS
PAYLOAD = json.dumps(
    {
        "issuer": {"legalName": {"en": "Háskóli"}, "eIDASIdentifier": {"notation": "VATIS-12345"}},
        "title": 'quotes " and \\ and\nlines, ⚖ and 😀',
    },
    ensure_ascii=False,
    indent=1,
)


@pytest.fixture(scope="module")
def pems():
    return seal.test_certificate("Háskóli", "IS", "VATIS-12345", START)


@pytest.fixture(scope="module")
def sealer(pems):
    return seal.load(*pems)


def header_of(document: str):
    return json.loads(unpadded(json.loads(document)["signatures"][0]["protected"]))


def unpadded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def key_pem(key) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def test_sealing_twice_gives_the_same_bytes(sealer):
    assert seal.seal(PAYLOAD, sealer, AT) == seal.seal(PAYLOAD, sealer, AT)


def test_another_second_or_payload_gives_another_seal(sealer):
    seals = {seal.seal(PAYLOAD, sealer, at) for at in (AT, AT + 999, AT + 1000)}
    assert len(seals) == 2
    assert seal.seal(PAYLOAD + " ", sealer, AT) not in seals


def test_the_document_begins_with_the_payload_and_has_no_empty_header(sealer):
    document = seal.seal(PAYLOAD, sealer, AT)
    assert re.match(r'\{"payload"', document)
    assert json.loads(document)["payload"] == PAYLOAD
    assert set(json.loads(document)["signatures"][0]) == {"protected", "signature"}


def test_the_header_says_what_a_seal_needs(sealer):
    header = header_of(seal.seal(PAYLOAD, sealer, AT))
    assert list(header) == ["alg", "cty", "kid", "typ", "x5t#S256", "x5c", "b64", "sigT", "crit"]
    assert (header["alg"], header["typ"], header["b64"]) == ("ES256", "jose+json", False)
    assert header["crit"] == ["b64", "sigT"]
    assert header["sigT"] == "2025-02-20T21:20:00Z"


def test_the_seal_verifies_when_its_certificate_is_trusted(sealer, pems):
    document = seal.seal(PAYLOAD, sealer, AT)
    proof = jades.verify(document, AT, {"test": pems[1].decode()})
    assert (proof.state, proof.signer) == ("verified", "VATIS-12345")
    assert jades.verify(document, AT, {}).state == "unverifiable"


def test_the_seal_verifies_in_another_library(sealer):
    document = json.loads(seal.seal(PAYLOAD, sealer, AT))
    entry = document["signatures"][0]
    spki = (
        sealer.chain[0].public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    )
    compact = f"{entry['protected']}..{entry['signature']}"
    extra = {
        "sigT": HeaderParameter("signing time", "str"),
        "b64": HeaderParameter("encoded payload", "bool"),
    }
    registry = jws.JWSRegistry(extra, algorithms=["ES256"])
    registry.max_header_length = 100_000

    def opened(payload: str):
        key = ECKey.import_key(spki)
        return jws.deserialize_compact(compact, key, payload=payload, registry=registry)

    assert opened(PAYLOAD).headers()["sigT"]
    with pytest.raises(BadSignatureError):
        opened(PAYLOAD + " ")


def test_the_independent_checker_accepts_the_seal(sealer, tmp_path):
    checker = SHARED / "tools" / "seal_check.py"
    if not checker.exists():
        pytest.skip("../shared is not at hand")
    good, bad = tmp_path / "good.jsonld", tmp_path / "bad.jsonld"
    good.write_text(seal.seal(PAYLOAD, sealer, AT), "utf-8")
    bad.write_text(seal.seal(PAYLOAD, sealer, AT).replace("quotes", "quotas"), "utf-8")
    runs = [
        subprocess.run([sys.executable, checker, path], capture_output=True, text=True, check=False)
        for path in (good, bad)
    ]
    assert [run.returncode for run in runs] == [0, 1], runs


def test_the_key_id_is_encoded_as_in_an_official_seal():
    sample = SHARED / "samples" / "elm3" / "Sample-MC-Annex1-signed.jsonld"
    if not sample.exists():
        pytest.skip("../shared is not at hand")
    header = header_of(sample.read_text("utf-8-sig"))
    leaf = x509.load_der_x509_certificate(base64.b64decode(header["x5c"][0]))
    assert base64.b64encode(seal._issuer_serial(leaf)).decode() == header["kid"]


def test_an_expired_certificate_makes_the_credential_wait(sealer):
    seal.seal(PAYLOAD, sealer, START + 729 * DAY_MS)
    for at in (START - 1000, START + 731 * DAY_MS):
        with pytest.raises(Unavailable):
            seal.seal(PAYLOAD, sealer, at)


def test_the_owner_is_read_from_the_certificate(sealer):
    assert seal.owner(sealer) == seal.Owner("Háskóli (TEST SEAL)", "TEST SEAL", "IS", "VATIS-12345")


def test_a_test_certificate_keeps_a_name_that_says_test_seal():
    key, certificate = seal.test_certificate("TEST SEAL of X", "EE", "NTREE-1", START)
    assert seal.owner(seal.load(key, certificate)).legal_name == "TEST SEAL of X"


def test_a_test_certificate_cannot_issue_others(sealer):
    extensions = sealer.chain[0].extensions
    assert extensions.get_extension_for_class(x509.BasicConstraints).value.ca is False
    assert extensions.get_extension_for_class(x509.KeyUsage).value.key_cert_sign is False


def test_a_key_that_is_not_that_of_the_certificate_is_not_loaded(pems):
    with pytest.raises(ValueError, match="first certificate"):
        seal.load(key_pem(EC.key), pems[1])


@pytest.mark.parametrize("who", [EC384, RSA], ids=["P-384", "RSA"])
def test_a_key_of_another_kind_is_not_loaded(who):
    with pytest.raises(ValueError, match="P-256"):
        seal.load(key_pem(who.key), who.pem.encode())


@pytest.mark.parametrize("lack", ["name", "number"])
def test_a_certificate_that_names_no_issuer_is_not_loaded(lack):
    who = identity(EC.key, **{lack: ""})
    with pytest.raises(ValueError, match="subject attribute"):
        seal.load(key_pem(who.key), who.pem.encode())


def test_a_chain_is_carried_leaf_first(pems):
    other = seal.test_certificate("Root", "IS", "VATIS-1", START)[1]
    sealer = seal.load(pems[0], pems[1] + other)
    assert len(header_of(seal.seal(PAYLOAD, sealer, AT))["x5c"]) == 2
    with pytest.raises(ValueError, match="first certificate"):
        seal.load(pems[0], other + pems[1])
