"""Dates: the day as written, whatever stands behind it; a day is never shifted to another zone."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime

from credstream.contract.records import Provider
from credstream.contract.values import Reason
from credstream.formats.shared.parsed import Parsed, RawValue, Value
from services.normalise.descriptors.base import Finding, doubt, from_payload

# The shape comes before the parser: fromisoformat reads 2010-02-01+01:00 as one o'clock.
SHAPE = re.compile(
    r"\s*([0-9]{4})-([0-9]{2})-([0-9]{2})"
    r"(?:[Tt ](?P<time>[0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:[.,][0-9]{1,12})?)?))?"
    r"\s?(?P<zone>[Zz]|[+-][0-9]{2}:?[0-9]{2})?\s*"
)
EPOCH_TEXT = re.compile(r"\s*[0-9]{9,13}\s*")
SECONDS = range(10**8, 10**10)
MILLISECONDS = range(10**11, 10**13)
# Without a sign between them, the parts of a date have their full width.
SOLID = frozenset({"yyyyMMdd", "ddMMyyyy", "MMddyyyy"})
DIGITS = {True: "[0-9]{2}", False: "[0-9]{1,2}"}
YEARS = range(1900, 2201)
FIX = "write it as YYYY-MM-DD"


def valid_from(parsed: Parsed, _: Provider) -> Finding[str | None]:
    return day_of("valid_from", parsed.valid_from)


def definition_valid_until(parsed: Parsed, _: Provider) -> Finding[str | None]:
    return day_of("valid_until", parsed.definition_valid_until)


def review_on(parsed: Parsed, _: Provider) -> Finding[str | None]:
    return day_of("review_on", parsed.review_on)


def day_of(descriptor: str, value: Value | None) -> Finding[str | None]:
    """A date as YYYY-MM-DD; one that cannot be read is absent, with a warning."""
    if value is None:
        return Finding(None)
    found = day(value.raw) or shaped(value)
    if found is None:
        return Finding(None, (), (doubt("date.unreadable", value, FIX),))
    rule = "epoch" if _epoch(value.raw) is not None else ""
    return Finding(found, (from_payload(descriptor, value, found, rule),))


def day(raw: RawValue) -> str | None:
    """The day that a date or time names in its own offset; for epoch times the day in UTC."""
    epoch = _epoch(raw)
    if epoch is not None:
        return datetime.fromtimestamp(epoch, UTC).date().isoformat()
    match = SHAPE.fullmatch(raw) if isinstance(raw, str) else None
    if match is None:
        return None
    try:
        found = date(*map(int, match.group(1, 2, 3)))
    except ValueError:
        return None
    return found.isoformat() if found.year in YEARS else None


def shaped(value: Value) -> str | None:
    """The day by the pattern that the source declares; without one a date is never guessed."""
    order = re.findall(r"dd|MM|yyyy", value.pattern)
    if sorted(order) != ["MM", "dd", "yyyy"] or not isinstance(value.raw, str):
        return None
    pattern = re.escape(value.pattern)
    for part in order:
        width = "[0-9]{4}" if part == "yyyy" else DIGITS[value.pattern in SOLID]
        pattern = pattern.replace(part, f"(?P<{part}>{width})")
    match = re.fullmatch(pattern, value.raw.strip())
    return day(f"{match['yyyy']}-{match['MM']:0>2}-{match['dd']:0>2}") if match else None


def is_instant(raw: RawValue) -> bool:
    """Whether a value names a moment, so that its day depends on where one stands."""
    if _epoch(raw) is not None or isinstance(raw, int | float):
        return True
    match = SHAPE.fullmatch(raw) if isinstance(raw, str) else None
    return match is not None and bool(match["time"]) and bool(match["zone"])


def birth_date_doubts(value: Value | None) -> tuple[Reason, ...]:
    """A warning for a birth date given as an instant, without the date itself."""
    if value is None or not is_instant(value.raw):
        return ()
    detail = "a birth date given as an instant is kept as written; write it as YYYY-MM-DD"
    return (Reason(code="birth_date.instant", path=value.path, detail=detail),)


def _epoch(raw: RawValue) -> float | None:
    """Seconds since the epoch of a number that can hardly be anything else."""
    if isinstance(raw, str) and EPOCH_TEXT.fullmatch(raw):
        raw = int(raw)
    if isinstance(raw, bool) or not isinstance(raw, int | float):
        return None
    if SECONDS.start <= raw < SECONDS.stop:
        return float(raw)
    if MILLISECONDS.start <= raw < MILLISECONDS.stop:
        return raw / 1000
    return None
