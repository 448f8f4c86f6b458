"""Dates: the day as written, never shifted, never cut."""

from __future__ import annotations

import pytest

from services.normalise.descriptors.dates import birth_date_warnings, day, day_of, is_instant
from tests.support.normalising import codes, v


@pytest.mark.parametrize(
    "raw",
    [
        "2010-02-01",
        " 2010-02-01",
        "2010-02-01+01:00",
        "2010-02-01Z",
        "2010-02-01T00:30:00+02:00",
        "2010-02-01T23:30:00-05:00",
        "2010-02-01T23:59:59Z",
        "2010-02-01T10:00:00",
        "2010-02-01T10:00:00.123",
        "2010-02-01T10:00:00.1234567",
        "2010-02-01T10:00:00.1234567+01:00",
        "2010-02-01 10:00",
        "2010-02-01T24:00:00",
        1265000000,
        1265000000000,
        1265000000.5,
        "1265000000",
        "1265000000000",
    ],
)
def test_the_day_as_written_is_read_from_every_shape(raw):
    assert day(raw) == "2010-02-01"


@pytest.mark.parametrize(
    "raw",
    [
        *("", "01.02.2010", "01/02/2010", "2010", "2010-02", "2010-02-30", "2010-13-01"),
        *("0001-01-01", "9999-12-31", "2009 Vår", "Sat 11 Feb 2010", "20100201", 20100201),
        *(True, 0, -1, float("nan"), float("inf"), 10**400, "1" * 400, "２０１０-０２-０１"),
        *({"en": "2010-02-01"}, "2010-02-01T10:00:00 tomorrow"),
    ],
)
def test_what_is_no_date_is_not_guessed(raw):
    found = day_of("valid_until", v(raw))
    assert found.value is None
    assert codes(found) == ["date.unreadable"]


def test_a_converted_date_keeps_what_was_written():
    (origin,) = day_of("valid_until", v("2010-02-01T00:30:00+02:00", "validUntil")).origins
    assert (origin.path, origin.raw) == ("validUntil", "2010-02-01T00:30:00+02:00")
    (origin,) = day_of("valid_until", v(1265000000)).origins
    assert (origin.rule, origin.raw) == ("epoch", "1265000000")
    (origin,) = day_of("valid_until", v("2010-02-01")).origins
    assert origin.raw is None


@pytest.mark.parametrize(
    ("raw", "instant"),
    [
        ("1999-10-01T22:00:00Z", True),
        ("1999-10-01T00:00:00+02:00", True),
        (938815200, True),
        ("1999-10-01", False),
        ("1999-10-01+02:00", False),
        ("1999-10-01T00:00:00", False),
        ("unknown", False),
    ],
)
def test_a_birth_date_as_an_instant_is_told_without_the_date(raw, instant):
    doubts = birth_date_warnings(v(raw, "dateOfBirth"))
    assert is_instant(raw) is instant
    assert [each.code for each in doubts] == ["birth_date.instant"] * instant
    assert all("1999" not in each.detail and "9388" not in each.detail for each in doubts)
