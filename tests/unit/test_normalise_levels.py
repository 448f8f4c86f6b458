"""Levels: EQF as stated, or through a framework that is named, and never a marketing word."""

from __future__ import annotations

import pytest

from credstream.formats.shared.parsed import LevelClaim
from services.normalise.descriptors import levels
from tests.support.normalising import (
    codes,
    parsed,
    provider,
    v,
)


def level(*claims):
    return levels.level(parsed(levels=tuple(LevelClaim(**each) for each in claims)), provider())


@pytest.mark.parametrize("raw", [1, 2, "5", "level 5", "EQF 5", "http://data.europa.eu/snb/eqf/5"])
def test_an_eqf_level_is_read_as_stated(raw):
    found = level({"eqf": v(raw)})
    assert found.value.eqf == (raw if isinstance(raw, int) else 5)
    assert found.value.claimed_by == "provider"
    assert codes(found) == []


@pytest.mark.parametrize(
    ("framework", "value", "eqf", "code"),
    [
        ("NKR", "5.1", 5, "NKR"),
        ("TQF", "5", 5, "TQF"),
        ("NLQF", "4+", 4, "NLQF"),
        ("DQR", "level 5", 5, "DQR"),
        ("NFQ", "7", 6, "NFQ"),
    ],
)
def test_a_national_level_leads_to_eqf_and_is_kept(framework, value, eqf, code):
    found = level({"framework": v(framework), "value": v(value)})
    assert (found.value.eqf, found.value.framework, found.value.value) == (eqf, code, value)
    assert found.origins[0].rule == "nqf_to_eqf"
    assert codes(found) == []


@pytest.mark.parametrize(
    "claim",
    [
        {"framework": v("Narnia QF"), "value": v("5")},
        {"value": v("5")},
        {"value": v("Foundational")},
    ],
)
def test_a_level_of_no_known_framework_is_absent(claim):
    found = level(claim)
    assert found.value is None
    assert codes(found) == ["level.unknown_framework"]


def test_a_level_that_its_framework_does_not_have_is_absent():
    found = level({"framework": v("DQR"), "value": v("99")})
    assert found.value is None
    assert codes(found) == ["level.unreadable"]


def test_a_listed_level_without_referencing_is_kept_without_eqf():
    found = level({"framework": v("SCQF"), "value": v("1")})
    assert (found.value.eqf, found.value.framework, found.value.value) == (None, "SCQF", "1")
    assert codes(found) == ["level.unmapped"]


def test_the_claim_that_states_eqf_wins_over_one_that_leads_to_it():
    found = level({"framework": v("DQR"), "value": v("6")}, {"eqf": v(5)})
    assert (found.value.eqf, found.value.framework) == (5, None)
    assert codes(found) == ["level.contradicts"]


def test_a_national_level_that_contradicts_the_stated_eqf_is_told():
    found = level({"eqf": v(5), "framework": v("DQR"), "value": v("4")})
    assert (found.value.eqf, found.value.framework, found.value.value) == (5, "DQR", "4")
    assert codes(found) == ["level.contradicts"]


def test_an_eqf_level_stays_where_its_framework_is_not_known():
    found = level({"eqf": v(5), "framework": v("Narnia QF"), "value": v("V")})
    assert (found.value.eqf, found.value.framework) == (5, None)
    assert codes(found) == ["level.unknown_framework"]


def test_a_framework_called_eqf_states_the_eqf_level():
    assert level({"framework": v("EQF"), "value": v("5")}).value.eqf == 5


@pytest.mark.parametrize(("raw", "found"), [("framework", "framework"), ("Bob", "provider")])
def test_who_vouches_for_a_level_is_the_provider_unless_the_source_says_so(raw, found):
    assert level({"eqf": v(5), "claimed_by": v(raw)}).value.claimed_by == found


def test_a_cycle_alone_stands_for_its_eqf_level_by_rule():
    found = level({"cycle": v("second cycle")})
    assert (found.value.cycle, found.value.eqf) == ("second", 7)
    assert [each.rule for each in found.origins] == ["cycle_to_eqf"]


def test_a_cycle_that_contradicts_the_level_is_told_and_not_taken():
    for claim in ({"eqf": v(5)}, {"framework": v("DQR"), "value": v("5")}):
        found = level(claim | {"cycle": v("second cycle", "cycle")})
        assert (found.value.eqf, found.value.cycle) == (5, "second")
        (told,) = found.warnings
        assert (told.code, told.path) == ("level.contradicts", "cycle")
    agreed = level({"eqf": v(7), "cycle": v("second cycle")})
    assert codes(agreed) == []


def test_a_cycle_leads_to_eqf_where_the_national_level_does_not():
    found = level({"framework": v("SCQF"), "value": v("1"), "cycle": v("first cycle", "cycle")})
    assert (found.value.eqf, found.value.framework) == (6, "SCQF")
    assert [(each.path, each.rule) for each in found.origins][-1] == ("cycle", "cycle_to_eqf")
    assert codes(found) == []
