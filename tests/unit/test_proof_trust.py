"""A seal counts when a trusted certificate made it and names the issuer of the credential."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from services.ingest.proofs.jades import verify
from tests.support.proofs import (
    AT,
    DAYS,
    EC,
    ISSUER,
    START,
    TRUSTED,
    Identity,
    header_of,
    identity,
    payload_of,
    sealed,
)


def state(text: str, trusted=TRUSTED) -> str:
    return verify(text, AT, trusted).state


CA = identity(ec.generate_private_key(ec.SECP256R1()), ca=True, name="Trust", number="VATEE-1")


def judged_by(authority: Identity, trusted: Identity | None = None) -> str:
    leaf = identity(ec.generate_private_key(ec.SECP256R1()), authority)
    text = sealed(header=header_of(leaf), key=leaf.key)
    return state(text, {"ca": (trusted or authority).pem})


def test_a_certificate_of_a_trusted_authority_is_trusted():
    assert judged_by(CA) == "verified"


@pytest.mark.parametrize("ca", [False, None], ids=["ca false", "no constraints"])
def test_a_trusted_certificate_that_is_no_authority_issues_nothing(ca):
    assert judged_by(identity(ec.generate_private_key(ec.SECP256R1()), ca=ca)) == "unverifiable"


def test_an_authority_issues_only_what_it_may_and_while_it_may():
    key = ec.generate_private_key(ec.SECP256R1())
    assert judged_by(identity(key, ca=True, signs=True)) == "verified"
    assert judged_by(identity(key, ca=True, signs=False)) == "unverifiable"
    assert judged_by(identity(key, ca=True, start=START - DAYS)) == "unverifiable"


def test_an_authority_of_the_same_name_is_another_authority():
    double = identity(
        ec.generate_private_key(ec.SECP256R1()), ca=True, name="Trust", number="VATEE-1"
    )
    assert judged_by(double, CA) == "unverifiable"


def test_a_trust_entry_may_hold_several_certificates():
    assert state(sealed(), {"bundle": CA.pem + EC.pem}) == "verified"


SAME = {
    "same": ISSUER,
    "number without scheme": {"eIDASIdentifier": {"notation": "17207834"}},
    "number with country": {"eIDASIdentifier": {"notation": "EE17207834"}},
    "blanks": {"eIDASIdentifier": {"notation": " 17 207 834 "}},
    "one of several": {"eIDASIdentifier": [{"notation": "1"}, {"notation": "NTREE-17207834"}]},
    "name only": {"legalName": {"en": "OPEN  school"}},
    "other language": {"legalName": {"fr": "École", "en": ["Open School"]}},
}
OTHER = {
    "other number": ISSUER | {"eIDASIdentifier": {"notation": "NTREE-17207835"}},
    "other scheme": ISSUER | {"eIDASIdentifier": {"notation": "VATEE-17207834"}},
    "part of the number": {"eIDASIdentifier": {"notation": "7207834"}},
    "empty number": {"eIDASIdentifier": {"notation": ""}},
    "other name": {"legalName": {"en": "Closed School"}},
    "no issuer": None,
    "issuer by address": "https://issuer.example",
    "odd issuer": {"eIDASIdentifier": 7, "legalName": [None, {"en": 3}]},
}


@pytest.mark.parametrize("issuer", SAME)
def test_the_issuer_may_be_written_otherwise_than_in_the_certificate(issuer):
    assert state(sealed(payload_of(SAME[issuer]))) == "verified"


@pytest.mark.parametrize("issuer", OTHER)
def test_a_seal_of_another_organisation_is_unverifiable(issuer):
    proof = verify(sealed(payload_of(OTHER[issuer])), AT, TRUSTED)
    assert (proof.state, proof.signer) == ("unverifiable", "NTREE-17207834")
    assert "does not name the issuer" in proof.detail


def test_a_certificate_without_number_is_compared_by_name():
    who = identity(ec.generate_private_key(ec.SECP256R1()), number="")
    proof = verify(sealed(header=header_of(who), key=who.key), AT, {"x": who.pem})
    assert (proof.state, proof.signer) == ("verified", None)


def test_a_number_without_digits_matches_nobody():
    who = identity(ec.generate_private_key(ec.SECP256R1()), number="NTREE--")
    issuer = {"eIDASIdentifier": {"notation": " "}}
    text = sealed(payload_of(issuer), header_of(who), who.key)
    assert state(text, {"x": who.pem}) == "unverifiable"


@pytest.mark.parametrize("number", ["NTREE-1\x1b[31m", "N" * 201], ids=["control", "long"])
def test_a_number_with_unprintable_characters_is_not_repeated(number):
    who = identity(ec.generate_private_key(ec.SECP256R1()), number=number)
    assert verify(sealed(header=header_of(who), key=who.key), AT, TRUSTED).signer is None
