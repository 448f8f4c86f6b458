"""Dates: the day as it is written, in its own offset; it is never shifted to another zone."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime

from credstream.contract.records import Provider
from credstream.contract.values import Reason
from credstream.formats.shared.parsed import Parsed, RawValue, Value
from services.normalise.descriptors.base import WithOrigins, from_payload, warning_about

# ISO 8601. The notation is matched before it is parsed: `datetime.fromisoformat` reads the date
# with an offset 2010-02-01+01:00 as one o'clock.
ISO_DATE = re.compile(
    r"\s*([0-9]{4})-([0-9]{2})-([0-9]{2})"
    r"(?:[Tt ](?P<time>[0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:[.,][0-9]{1,12})?)?))?"
    r"\s?(?P<zone>[Zz]|[+-][0-9]{2}:?[0-9]{2})?\s*"
)
EPOCH_TEXT = re.compile(r"\s*[0-9]{9,13}\s*")
# From 1973 to 2286; a smaller number may be a date such as 20260501.
EPOCH_SECONDS = range(10**8, 10**10)
EPOCH_MILLISECONDS = range(10**11, 10**13)
# Without a separator, day and month always have two digits.
WITHOUT_SEPARATOR = frozenset({"yyyyMMdd", "ddMMyyyy", "MMddyyyy"})
DIGITS = {True: "[0-9]{2}", False: "[0-9]{1,2}"}
YEARS = range(1900, 2201)
FIX = "write it as YYYY-MM-DD"


def valid_from(parsed: Parsed, _: Provider) -> WithOrigins[str | None]:
    return day_of("valid_from", parsed.valid_from)


def definition_valid_until(parsed: Parsed, _: Provider) -> WithOrigins[str | None]:
    return day_of("valid_until", parsed.definition_valid_until)


def review_on(parsed: Parsed, _: Provider) -> WithOrigins[str | None]:
    return day_of("review_on", parsed.review_on)


def day_of(descriptor: str, value: Value | None) -> WithOrigins[str | None]:
    """A date as YYYY-MM-DD; one that cannot be read is absent, with a warning."""
    if value is None:
        return WithOrigins(None)
    iso = day(value.raw) or day_by_pattern(value)
    if iso is None:
        return WithOrigins(None, (), (warning_about("date.unreadable", value, FIX),))
    rule = "epoch" if _epoch_seconds(value.raw) is not None else ""
    return WithOrigins(iso, (from_payload(descriptor, value, iso, rule),))


def day(raw: RawValue) -> str | None:
    """The day of a date or time in its own offset; of a time since 1970 the day in UTC."""
    seconds = _epoch_seconds(raw)
    if seconds is not None:
        return datetime.fromtimestamp(seconds, UTC).date().isoformat()
    match = ISO_DATE.fullmatch(raw) if isinstance(raw, str) else None
    if match is None:
        return None
    try:
        read = date(*map(int, match.group(1, 2, 3)))
    except ValueError:
        return None
    return read.isoformat() if read.year in YEARS else None


def day_by_pattern(value: Value) -> str | None:
    """The day by the pattern that the source declares; without one the order is not guessed."""
    parts = re.findall(r"dd|MM|yyyy", value.pattern)
    if sorted(parts) != ["MM", "dd", "yyyy"] or not isinstance(value.raw, str):
        return None
    expression = re.escape(value.pattern)
    for part in parts:
        digits = "[0-9]{4}" if part == "yyyy" else DIGITS[value.pattern in WITHOUT_SEPARATOR]
        expression = expression.replace(part, f"(?P<{part}>{digits})")
    match = re.fullmatch(expression, value.raw.strip())
    return day(f"{match['yyyy']}-{match['MM']:0>2}-{match['dd']:0>2}") if match else None


def is_instant(raw: RawValue) -> bool:
    """Whether a value is a moment rather than a day: its day is another one in other zones."""
    if _epoch_seconds(raw) is not None or isinstance(raw, int | float):
        return True
    match = ISO_DATE.fullmatch(raw) if isinstance(raw, str) else None
    return match is not None and bool(match["time"]) and bool(match["zone"])


def birth_date_warnings(value: Value | None) -> tuple[Reason, ...]:
    """A warning for a date of birth given as an instant; it does not repeat the date."""
    if value is None or not is_instant(value.raw):
        return ()
    detail = "a birth date given as an instant is kept as written; write it as YYYY-MM-DD"
    return (Reason(code="birth_date.instant", path=value.path, detail=detail),)


def _epoch_seconds(raw: RawValue) -> float | None:
    """The seconds since 1970 of a number that can hardly be anything else."""
    if isinstance(raw, str) and EPOCH_TEXT.fullmatch(raw):
        raw = int(raw)
    if isinstance(raw, bool) or not isinstance(raw, int | float):
        return None
    if EPOCH_SECONDS.start <= raw < EPOCH_SECONDS.stop:
        return float(raw)
    if EPOCH_MILLISECONDS.start <= raw < EPOCH_MILLISECONDS.stop:
        return raw / 1000
    return None
