"""Organisations and countries: as the payload says, completed from the registration."""

from __future__ import annotations

import pytest

from credstream.contract.values import Identifier
from credstream.formats.shared.parsed import Body
from services.normalise.descriptors import bodies, places
from tests.support.normalising import (
    CHAMBER,
    codes,
    identifier,
    parsed,
    provider,
    v,
)


def test_two_awarding_bodies_are_listed_with_their_roles():
    given = (
        Body(name=v("Festo Didactic"), role=v("training provider")),
        Body(name=v("ihk  region STUTTGART")),
    )
    found = bodies.awarding_bodies(parsed(awarding_bodies=given), provider())
    festo, chamber = found.value
    assert (festo.role, festo.identifiers) == ("provider", ())
    assert (chamber.role, chamber.country) == ("certifier", "DE")
    assert chamber.identifiers == CHAMBER.identifiers
    assert [each.origin for each in found.origins].count("registration") == 1


def test_a_body_keeps_what_the_payload_says_of_it():
    given = (Body(name=v("IHK Region Stuttgart"), identifiers=(identifier("VAT", "DE9"),)),)
    (found,) = bodies.awarding_bodies(parsed(awarding_bodies=given), provider()).value
    assert found.identifiers == (Identifier(scheme="vat", value="DE9"),)


def test_a_body_known_by_its_identifier_gets_its_name():
    given = (Body(identifiers=(identifier("vat", "DE147794196"),)),)
    (found,) = bodies.awarding_bodies(parsed(awarding_bodies=given), provider()).value
    assert found.name == CHAMBER.name


def test_without_a_body_the_registration_s_bodies_award():
    found = bodies.awarding_bodies(parsed(), provider())
    assert found.value == (CHAMBER,)
    assert found.origins[0].origin == "registration"


def test_an_unknown_role_is_told():
    given = (Body(name=v("X"), role=v("wizard")),)
    found = bodies.awarding_bodies(parsed(awarding_bodies=given), provider())
    assert found.value[0].role is None
    assert "body.role_unrecognised" in codes(found)


@pytest.mark.parametrize(
    ("own", "of_body", "country", "origin"),
    [
        ("The Netherlands", "FR", "NL", "payload"),
        (None, "fra", "FR", "derived"),
        (None, None, "AT", "registration"),
        ("Narnia", None, "AT", "registration"),
    ],
)
def test_the_country_is_the_payload_s_then_the_body_s_then_the_registration_s(
    own, of_body, country, origin
):
    body = Body(name=v("X"), country=v(of_body) if of_body else None)
    given = parsed(country=v(own) if own else None, awarding_bodies=(body,))
    found = places.country(given, provider(country="AT"))
    assert (found.value, found.origins[0].origin) == (country, origin)
    assert codes(found) == ["country.unrecognised"] * (own == "Narnia")


def test_the_country_of_a_registered_body_comes_before_the_provider_s():
    found = places.country(parsed(), provider(country="AT"))
    assert (found.value, found.origins[0].origin) == ("DE", "registration")


def test_an_organisation_without_name_and_identifier_is_none():
    given = (Body(role=v("provider")),)
    found = bodies.awarding_bodies(parsed(awarding_bodies=given), provider(awarding_bodies=()))
    assert found.value == ()


def test_a_body_that_the_provider_is_not_registered_with_is_told():
    stranger = Body(name=v("Some other chamber", "issuer.name"))
    found = bodies.awarding_bodies(parsed(awarding_bodies=(stranger,)), provider())
    assert [(w.code, w.path) for w in found.warnings] == [
        ("awarding_bodies.unregistered", "issuer.name")
    ]
    own = Body(name=v("IHK Region Stuttgart"))
    assert not bodies.awarding_bodies(parsed(awarding_bodies=(own,)), provider()).warnings
    assert not bodies.awarding_bodies(
        parsed(awarding_bodies=(stranger,)), provider(awarding_bodies=())
    ).warnings
