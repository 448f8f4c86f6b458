"""Identifiers meet in whatever notation, and never across schemes or countries."""

from __future__ import annotations

import pytest

from services.accreditation.organisations import tokens
from tests.support.accreditations import organisation


def token(identifier, country="DE"):
    return tokens(organisation("X", identifier, country=country))


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("vat:DE147794196", "VAT:de 147.794.196"),
        ("vat:DE147794196", "eidas:VATDE-147794196"),
        ("vat:DE147794196", "vat:VATDE147794196"),
        ("vat:DE147794196", "vat:147794196"),
        ("vat:EL094019245", "vat:GR 094019245"),
        ("eidas:VATEL-094019245", "vat:EL094019245"),
        ("eidas:NTREE-17207834", "ntr:EE17207834"),
        ("eidas:LEIXG-529900T8BM49AURSDO55", "lei:529900t8bm49aursdo55"),
        ("erasmus:D  STUTTGA01", "erasmus:D STUTTGA01"),
        ("cvr:12 34 56 78", "cvr:12345678"),
        ("url:https://Example.org/A/", "url:http://example.org/A"),
    ],
)
def test_notations_of_one_number_meet(left, right):
    country = "EE" if "EE" in left else "DE"
    assert token(left, country) == token(right, country) != frozenset()


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("vat:DE147794196", "vat:AT147794196"),
        ("cvr:12345678", "kvk:12345678"),
        ("vat:DE147794196", "ntr:DE147794196"),
        ("eidas:NTREE-17207834", "eidas:VATEE-17207834"),
        ("url:https://a.bc/x", "url:https://ab.c/x"),
        ("url:https://example.org/A", "url:https://example.org/a"),
        ("schac:a.bc", "schac:ab.c"),
        ("eidas:1", "lei:1"),
    ],
)
def test_strangers_do_not_meet(left, right):
    assert token(left)
    assert not token(left) & token(right)


@pytest.mark.parametrize("identifier", ["vat:147794196", "ntr:HRB 1234", "ntr:17207834"])
def test_a_national_number_without_a_country_matches_nobody(identifier):
    assert token(identifier, country=None) == frozenset()
    assert token(identifier, country="DE") != token(identifier, country="FR")


@pytest.mark.parametrize("identifier", ["vat:", "vat:DE", "vat:-", "cvr:--", "url:https://", ":7"])
def test_an_empty_identifier_matches_nobody(identifier):
    assert token(identifier) == frozenset()


def test_every_identifier_counts():
    both = tokens(organisation("X", "vat:DE147794196", "lei:529900T8BM49AURSDO55"))

    assert both == token("vat:DE147794196") | token("lei:529900T8BM49AURSDO55")


def test_a_token_of_any_address_fits_a_key_and_still_tells_two_apart():
    left, right = (token(f"url:https://example.org/{'x' * 5_000}{end}") for end in "ab")

    assert left != right
    assert max(map(len, left | right)) <= 200
