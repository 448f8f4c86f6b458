"""The learner: what links, what must never link, and what only a key opens."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from credstream.contract import learner_block
from credstream.contract.errors import Rejected
from credstream.formats.shared.parsed import Person
from services.normalise import learner
from tests.support.normalising import KEY, LEARNER, identifier, v

SECRET = b"s" * 32


def schemes(person):
    return [scheme for scheme, _ in learner.identifiers(person)]


def test_identifiers_come_strongest_first():
    person = Person(
        identifiers=(
            identifier("hashed-email", "sha256$00"),
            identifier("student", "S1"),
            identifier("did", "did:key:zAbC"),
            identifier("esi", "x"),
            identifier("eidas", "ES/DE/1"),
            identifier("national", "1"),
        ),
        email=v("A@Example.org"),
        full_name=v("A B"),
        birth_date=v("1990-01-31"),
    )
    order = ["eidas", "national", "esi", "did", "student", "email", "hashed-email"]
    assert schemes(person) == order


def test_case_and_blanks_do_not_tell_persons_apart():
    one = Person(email=v(" Anna@Example.org "), identifiers=(identifier("National", "12 34a"),))
    two = Person(
        email=v("mailto:anna@example.ORG"), identifiers=(identifier("nationalID", "1234A"),)
    )
    assert learner.identifiers(one) == learner.identifiers(two)


def test_a_did_keeps_its_case_whatever_the_source_calls_it():
    assert learner.identifiers(Person(identifiers=(identifier("url", "did:key:zAbC"),))) == (
        ("did", "did:key:zAbC"),
    )


def test_the_same_email_is_one_identifier():
    person = Person(identifiers=(identifier("email", "a@b.example"),), email=v("A@B.example"))
    assert learner.identifiers(person) == (("email", "a@b.example"),)


def test_name_and_birth_date_are_the_last_resort_only():
    named = Person(given_name=v("Ana"), family_name=v("Pop"), birth_date=v("1990-01-31"))
    assert learner.identifiers(named) == (("name-birth", "ana pop\n1990-01-31"),)
    full = Person(full_name=v(" ANA  Pop "), birth_date=v("1990-01-31T00:00:00"))
    assert learner.identifiers(full) == learner.identifiers(named)
    assert schemes(LEARNER) == ["esi", "email"]


def test_a_birth_date_as_an_instant_is_never_cut():
    ((_, value),) = learner.identifiers(
        Person(full_name=v("Ana Pop"), birth_date=v("1999-10-01T22:00:00Z"))
    )
    assert value == "ana pop\n1999-10-01T22:00:00Z"


@pytest.mark.parametrize(
    "person", [None, Person(), Person(birth_date=v("1990-01-31")), Person(email=v(" "))]
)
def test_a_person_without_identifier_and_name_is_missing(person):
    with pytest.raises(Rejected) as failure:
        learner.require(person)
    assert failure.value.code == "learner.missing"


def test_national_numbers_of_two_countries_do_not_meet():
    person = Person(identifiers=(identifier("national", "38501010002"),))
    assert learner.identifiers(person, "EE") != learner.identifiers(person, "LT")
    assert learner.identifiers(person, "EE")[0][0] == "national"


def test_equal_values_of_different_schemes_never_meet():
    assert learner.hmac_of(SECRET, "p", "esi", "1") != learner.hmac_of(SECRET, "p", "did", "1")


@pytest.mark.parametrize(
    ("scheme", "meets"),
    [
        *(("national", True), ("esi", True), ("eidas", True), ("did", True)),
        *(("email", False), ("hashed-email", False)),
        *(("student", False), ("id", False), ("name", False), ("name-birth", False)),
    ],
)
def test_local_identifiers_meet_only_within_their_provider(scheme, meets):
    one, two = (learner.hmac_of(SECRET, name, scheme, "1") for name in ("acme", "acme2"))
    assert (one == two) is meets


def test_another_secret_gives_another_pseudonym():
    assert learner.hmac_of(SECRET, "p", "esi", "1") != learner.hmac_of(b"t" * 32, "p", "esi", "1")


def test_the_block_holds_everything_as_written():
    block = json.loads(learner.block(LEARNER, (v("Canary-Assessor"),)))
    assert block["given_name"] == "Canary-Given"
    assert block["birth_date"] == "1990-01-31"
    assert block["identifiers"][0]["scheme"] == "esi"
    assert block["assessed_by"] == ["Canary-Assessor"]
    assert "full_name" not in block


def test_the_block_is_the_same_for_maps_in_any_order():
    one = Person(given_name=v({"en": "Ana", "el": "Άννα"}))
    two = Person(given_name=v({"el": "Άννα", "en": "Ana"}))
    assert learner.block(one) == learner.block(two)


@given(st.binary(max_size=200), st.binary(min_size=32, max_size=32))
def test_what_is_encrypted_can_be_decrypted_and_a_replay_writes_the_same_bytes(plain, key):
    sealed = learner_block.encrypt(plain, key)
    assert learner_block.decrypt(sealed, key) == plain
    assert learner_block.encrypt(plain, key) == sealed
    assert len(plain) < 4 or plain not in sealed


def test_another_key_or_a_changed_byte_opens_nothing():
    sealed = learner_block.encrypt(b"plain", KEY)
    with pytest.raises(Rejected, match="learner.unreadable"):
        learner_block.decrypt(sealed, b"k" * 32)
    with pytest.raises(Rejected, match="learner.unreadable"):
        learner_block.decrypt(sealed[:-1] + bytes([sealed[-1] ^ 1]), KEY)
