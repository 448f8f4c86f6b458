"""Keys of a registration count for a time, for each kind of signature in the same way."""

from __future__ import annotations

import datetime as dt
import json

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from joserfc import jws
from joserfc.jwk import ECKey
from lxml import etree

from credstream.contract.errors import Rejected
from credstream.contract.key_entries import KeyEntry, read_entry
from credstream.contract.registration import provider_from
from services.ingest.proofs import jades, vc_jwt, xml_dsig
from tests.support.proofs import AT, EC, RSA, START, header_of, identity, sealed
from tests.support.xml_signing import reference, sign, signature

GOOD = {"id": "acme", "kind": "provider", "name": "Acme", "country": "DE"}
KEY = ECKey.generate_key("P-256")
PEM = KEY.as_pem(private=False).decode()
TOKEN = jws.serialize_compact({"alg": "ES256", "kid": "k"}, b'{"name":"x"}', KEY)
XML = sign(etree.fromstring("<elmo/>"), signature(reference()))


def day(at_ms, days=0):
    return (dt.datetime.fromtimestamp(at_ms / 1000, dt.UTC) + dt.timedelta(days)).isoformat()[:10]


def by_token(times, name="k"):
    keys = provider_from(GOOD | {"keys": {name: {"key": PEM, **times}}}).keys
    return vc_jwt.verify(TOKEN, keys, AT)


def by_seal(times):
    seals = provider_from(GOOD | {"seals": {"s": {"key": EC.pem, **times}}}).seals
    return jades.verify(sealed(), AT, seals)


def by_xml(times):
    seals = provider_from(GOOD | {"seals": {"s": {"key": RSA.pem, **times}}}).seals
    return xml_dsig.verify(XML, seals, AT)


KINDS = pytest.mark.parametrize("proof", [by_token, by_seal, by_xml])
# The seals of the tests were signed a minute before AT.
PAST, TODAY, FUTURE = day(AT, -1), day(AT), day(AT, 1)


@KINDS
@pytest.mark.parametrize(
    ("times", "state", "said"),
    [
        ({}, "verified", "matches"),
        ({"from": TODAY, "until": TODAY}, "verified", "matches"),
        ({"revoked": FUTURE}, "verified", "matches"),
        ({"from": None, "until": None, "revoked": None}, "verified", "matches"),
        ({"until": PAST}, "failed", "after the end"),
        ({"from": FUTURE}, "failed", "before the start"),
        ({"revoked": TODAY}, "failed", "revoked"),
        ({"revoked": PAST, "until": PAST}, "failed", "revoked"),
    ],
)
def test_a_signature_counts_within_the_times_of_its_key(proof, times, state, said):
    found = proof(times)
    assert found.state == state
    assert said in found.detail or state == "verified"


def test_a_key_that_is_not_named_has_its_times_too():
    assert by_token({}, "other").state == "verified"
    assert by_token({"revoked": PAST}, "other").state == "failed"


def test_a_sealed_document_may_arrive_after_the_end_of_its_key_but_not_after_its_revocation():
    late = AT + 5 * 86_400_000
    for times, state in (({"until": TODAY}, "verified"), ({"revoked": FUTURE}, "failed")):
        seals = {"s": json.dumps({"key": EC.pem, **times})}
        assert jades.verify(sealed(), late, seals).state == state


def test_a_revoked_certificate_is_not_saved_by_its_authority():
    authority = identity(ec.generate_private_key(ec.SECP256R1()), ca=True, name="Trust")
    leaf = identity(ec.generate_private_key(ec.SECP256R1()), authority)
    text = sealed(header=header_of(leaf), key=leaf.key)
    seals = {"ca": authority.pem, "leaf": json.dumps({"key": leaf.pem, "revoked": PAST})}
    assert jades.verify(text, AT, {"ca": authority.pem}).state == "verified"
    assert jades.verify(text, AT, seals).state == "failed"
    ended = {"ca": json.dumps({"key": authority.pem, "until": PAST})}
    assert jades.verify(text, AT, ended).state == "failed"


@pytest.mark.parametrize(
    ("entry", "path"),
    [
        ({"key": PEM, "until": "soon"}, "keys.k"),
        ({"key": PEM, "until": 2026}, "keys.k"),
        ({"key": PEM, "unti1": "2026-01-01"}, "keys.k"),
        ({"until": "2026-01-01"}, "keys.k.key"),
        ({"key": None}, "keys.k"),
    ],
)
def test_an_entry_that_is_wrong_is_named(entry, path):
    with pytest.raises(Rejected) as refusal:
        provider_from(GOOD | {"keys": {"k": entry}})
    assert (refusal.value.code, refusal.value.path) == ("registration.invalid", path)


def test_what_a_registration_had_before_is_a_key_for_ever():
    """A PEM and a JWK are texts without times, and stay as they are."""
    for text in (PEM, json.dumps(KEY.as_dict(private=False)), "no key", "{"):
        assert provider_from(GOOD | {"keys": {"k": text}}).keys == {"k": text}
        assert read_entry(text) == KeyEntry(text)


def test_the_last_day_counts_wholly_and_a_time_names_its_zone():
    entry = read_entry(
        json.dumps({"key": "x", "until": "2026-01-31", "from": "2026-01-01T00:00+01:00"})
    )
    assert entry.end == pytest.approx((START + dt.timedelta(31)).timestamp())
    assert entry.start == (START - dt.timedelta(hours=1)).timestamp()
