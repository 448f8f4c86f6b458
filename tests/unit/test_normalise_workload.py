"""Workload: units are kept apart, rules are named, and what is doubtful is said."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from credstream.formats.shared.parsed import Amount
from services.normalise.descriptors.workload import workload
from tests.support.normalising import codes, parsed, provider, v


def read(*amounts, **registration):
    given_amounts = tuple(
        Amount(unit=unit, value=v(raw, f"workload[{place}]"))
        for place, (unit, raw) in enumerate(amounts)
    )
    return workload(parsed(workload=given_amounts), provider(**registration))


@pytest.mark.parametrize(
    ("unit", "raw"),
    [
        ("hours", 40),
        ("hours", 40.0),
        ("hours", "40"),
        ("text", "40"),
        ("text", "40 hours"),
        ("text", "40 Stunden"),
        ("text", "40h"),
        ("text", "40 Std."),
        ("text", "40 ώρες"),
        ("text", {"de": "vierzig", "en": "40 hours"}),
        ("text", "PT40H"),
        ("duration", "PT40H"),
        ("duration", "pt40h"),
        ("duration", "PT2400M"),
        ("duration", "PT39H60M"),
        ("sbu", 40),
    ],
)
def test_forty_hours_are_read_in_every_notation(unit, raw):
    found = read((unit, raw))
    assert found.value.hours == 40
    assert found.value.ects is None
    assert codes(found) == []


def test_the_raw_value_is_kept_where_it_was_converted():
    assert read(("duration", "PT40H")).origins[0].raw == "PT40H"
    assert read(("hours", 40)).origins[0].raw is None


def test_sixty_months_are_no_guess_for_sixty_hours():
    found = read(("duration", "P60M"))
    assert found.value is None
    assert codes(found) == ["workload.implausible_duration"]


def test_sixty_months_beside_sixty_hours_are_a_warning():
    found = read(("duration", "P60M"), ("duration", "PT60H"))
    assert found.value.hours == 60
    assert codes(found) == ["workload.implausible_duration"]


def test_two_days_and_twelve_hours_are_not_sixty_hours_by_themselves():
    found = read(("duration", "P2DT12H"))
    assert found.value is None
    assert codes(found) == ["workload.days_in_duration"]


def test_days_and_hours_follow_the_declared_rule_and_stay_doubtful():
    found = read(("duration", "P2DT12H"), hours_per_day=8)
    assert found.value.hours == 28
    assert codes(found) == ["workload.days_in_duration"]


@pytest.mark.parametrize("per_day", [None, 8])
def test_stated_hours_win_over_days_and_hours_in_any_order(per_day):
    amounts = [("duration", "P2DT12H"), ("hours", 60)]
    for given_amounts in (amounts, amounts[::-1]):
        found = read(*given_amounts, hours_per_day=per_day)
        assert found.value.hours == 60
        assert codes(found) == ["workload.days_in_duration"]


@pytest.mark.parametrize(("unit", "raw"), [("days", 5), ("duration", "P5D"), ("text", "5 Tage")])
def test_days_become_hours_by_the_declared_rule_only(unit, raw):
    found = read((unit, raw), hours_per_day=7.4)
    assert found.value.hours == 37
    assert (found.origins[0].origin, found.origins[0].rule) == ("derived", "hours_per_day")
    assert found.origins[0].raw == str(raw)
    undeclared = read((unit, raw))
    assert undeclared.value is None
    assert codes(undeclared) == ["workload.days_undeclared"]


def test_calendar_spans_are_no_workload():
    found = read(("span", "P9M"), ("span", "PT10H"))
    assert found.value is None
    assert codes(found) == []


def test_ects_stay_ects_without_a_declared_rule():
    found = read(("ects", "1,5"))
    assert (found.value.ects, found.value.hours) == (1.5, None)


def test_ects_become_hours_by_the_registered_rule():
    found = read(("ects", 2), hours_per_ects=25)
    assert (found.value.ects, found.value.hours) == (2, 50)
    assert [each.rule for each in found.origins if each.origin == "derived"] == ["hours_per_ects"]


def test_stated_hours_are_not_replaced_by_the_rule_for_ects():
    assert read(("ects", 2), ("hours", 48), hours_per_ects=25).value.hours == 48


def test_contact_hours_stay_contact_hours():
    found = read(("contact_hours", "30 hours"), hours_per_ects=25)
    assert (found.value.contact_hours, found.value.hours, found.value.ects) == (30, None, None)


def test_contact_hours_in_days_are_not_read():
    assert codes(read(("contact_hours", "P3D"), hours_per_day=8)) == ["workload.unreadable"]


@pytest.mark.parametrize(("hours", "doubtful"), [(19, True), (20, False), (35, False), (36, True)])
def test_hours_and_ects_that_do_not_fit_are_told(hours, doubtful):
    found = read(("hours", hours), ("ects", 1))
    assert (found.value.hours, found.value.ects) == (hours, 1)
    assert ("workload.credits_disagree" in codes(found)) is doubtful


def test_dutch_study_load_of_28_hours_is_one_credit_point():
    found = read(("sbu", 280), ("ects", 10))
    assert found.value.hours == 280
    assert codes(found) == []


def test_two_different_hours_are_a_contradiction():
    found = read(("hours", 40), ("text", "50 hours"))
    assert found.value.hours == 40
    assert codes(found) == ["workload.contradicts"]


@pytest.mark.parametrize(
    "raw",
    [
        *(0, -3, True, float("nan"), float("inf"), 10**12, 10**400, "P", "PT", "P0D", "", "soon"),
        *(
            "1.500 Stunden",
            "1,500 hours",
            "30-50 hours",
            "9" * 400,
            "PT" + "9" * 400 + "H",
            "PT0.1S",
        ),
        *("40 bananas", {"en": "forty"}),
    ],
)
def test_what_is_no_positive_finite_amount_is_not_guessed(raw):
    found = read(("text", raw))
    assert found.value is None
    assert codes(found) == ["workload.unreadable"]


@pytest.mark.parametrize(("raw", "hours"), [("16", 16), ("12 h", 12), ("1000000", 1_000_000)])
def test_short_and_long_hours_are_kept(raw, hours):
    assert read(("hours", raw)).value.hours == hours


@given(
    st.lists(
        st.tuples(
            st.sampled_from(
                ["hours", "contact_hours", "ects", "days", "sbu", "duration", "span", "text", "?"]
            ),
            st.one_of(
                st.integers(),
                st.floats(),
                st.text(max_size=12),
                st.booleans(),
                st.from_regex(r"\AP[0-9]{1,3}[YMWD](T[0-9]{1,3}[HMS])?\Z"),
            ),
        ),
        max_size=4,
    ),
    st.sampled_from([None, 7.4, 0.0, float("nan")]),
)
def test_every_amount_is_a_workload_or_a_warning(amounts, per_day):
    found = read(*amounts, hours_per_day=per_day, hours_per_ects=per_day)
    readable = [each for each in amounts if each[0] != "span"]
    assert found.value or len(found.warnings) > 0 or not readable
    for number in (found.value and (found.value.hours, found.value.ects)) or ():
        assert number is None or number > 0
