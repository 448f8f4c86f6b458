"""The work of a judgement grows with what was sent and what is listed, never with their product."""

from __future__ import annotations

from dataclasses import replace

import pytest

from credstream.contract.values import Identifier
from services.accreditation.rules import judge
from tests.support.accreditations import LIMITED, OPEN, award, organisation
from tests.support.effort import calls

KNOWN = "vat:DE147794196"


def identifiers(count):
    return [f"did:web:{number}.example" for number in range(count)]


def listed(count, accreditation=OPEN):
    return [replace(accreditation, id=f"list:{number}") for number in range(count)]


def one_body(count):
    """One body of many identifiers beside as many accreditations."""
    body = organisation("Chamber", KNOWN, *identifiers(count))
    return award(awarding_bodies=(body,)), listed(count)


def many_bodies(count):
    """Bodies that share one identifier and have another of their own."""
    bodies = tuple(organisation("Chamber", KNOWN, own) for own in identifiers(count))
    return award(awarding_bodies=bodies), listed(count)


def strange_bodies(count):
    bodies = tuple(organisation("Stranger", own) for own in identifiers(count))
    return award(awarding_bodies=bodies), listed(count)


def many_qualifications(count):
    """A definition of many identifiers beside accreditations that are limited to one."""
    own = tuple(Identifier(scheme="amu", value=each) for each in identifiers(count))
    return award(identifiers=own), listed(count, LIMITED)


@pytest.mark.parametrize("family", [one_body, many_bodies, strange_bodies, many_qualifications])
def test_twice_as_much_on_both_sides_is_twice_the_work(family):
    few, many = ([*family(count)] for count in (100, 200))
    assert calls(lambda: judge(*many, loaded=True)) <= 2.1 * calls(lambda: judge(*few, loaded=True))
