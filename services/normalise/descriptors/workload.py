"""Workload (M7): hours of learning and ECTS points, converted by named rules alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from credstream.contract.records import Provider
from credstream.contract.values import Origin, Reason, Workload
from credstream.formats.shared.parsed import Amount, Parsed
from services.normalise.descriptors.base import (
    WithOrigins,
    derived,
    from_payload,
    positive_number,
    unique,
    warning_about,
)
from services.normalise.descriptors.quantities import components

# The ECTS users' guide has 25 to 30; some countries and institutions go beyond it on both sides.
HOURS_PER_ECTS = (20.0, 35.0)
KINDS = ("hours", "contact_hours", "ects")
CALENDAR_UNITS = frozenset({"weeks", "months", "years"})
RULE_BY_UNIT = {"sbu": "sbu", "notional": "notional_hours"}
DECIMALS = 4
POSITIVE_FIX = "write hours or ECTS as a positive number"
CALENDAR_FIX = "weeks, months and years of the calendar are no workload; write PT60H for 60 hours"
# How certain a reading is; the most certain one of a kind is taken.
DIRECT, BY_RULE, DOUBTFUL = range(3)


@dataclass(frozen=True, slots=True)
class _Reading:
    """The number of hours, contact hours or ECTS points in one amount, and how certain it is."""

    kind: str
    number: float
    rank: int
    origin: Origin


def workload(parsed: Parsed, provider: Provider) -> WithOrigins[Workload | None]:
    """The most certain reading of each kind; hours by ECTS where only ECTS are stated."""
    read = [_read(amount, provider) for amount in parsed.workload if amount.unit != "span"]
    warnings = tuple(reason for _, reasons in read for reason in reasons)
    readings = sorted((reading for reading, _ in read if reading), key=lambda found: found.rank)
    # Reversed, so that the first of equal certainty is what stays in the dict.
    chosen = {reading.kind: reading for reading in reversed(readings)}
    chosen |= _hours_by_ects(chosen, provider)
    if not chosen:
        return WithOrigins(None, (), warnings)
    return WithOrigins(
        Workload(**{kind: reading.number for kind, reading in chosen.items()}),
        tuple(chosen[kind].origin for kind in sorted(chosen)),
        unique((*warnings, *_contradictions(readings, chosen), *_credits_disagree(chosen))),
    )


def _read(amount: Amount, provider: Provider) -> tuple[_Reading | None, tuple[Reason, ...]]:
    parts = components(amount)
    if parts is None or (amount.unit == "contact_hours" and set(parts) - {"hours", amount.unit}):
        return _unread("workload.unreadable", amount, POSITIVE_FIX)
    if CALENDAR_UNITS & set(parts):
        return _unread("workload.implausible_duration", amount, CALENDAR_FIX)
    reading, warnings = (
        _by_days(amount, parts, provider) if "days" in parts else (_by_unit(amount, parts), ())
    )
    if reading and (reading.kind not in KINDS or not reading.number):
        return _unread("workload.unreadable", amount, POSITIVE_FIX)
    return reading, warnings


def _unread(code: str, amount: Amount, fix: str) -> tuple[None, tuple[Reason, ...]]:
    return None, (warning_about(code, amount.value, fix),)


def _by_days(
    amount: Amount, parts: Mapping[str, float], provider: Provider
) -> tuple[_Reading | None, tuple[Reason, ...]]:
    """Hours by the registered hours of a day; without them, days are not converted."""
    # P2DT12H may be two days and a half of the clock as well as two days of learning.
    is_mixed = len(parts) > 1
    per_day = positive_number(provider.hours_per_day or 0)
    fix = "days of 24 hours are doubtful; write hours" if is_mixed else "register hours_per_day"
    code = "workload.days_in_duration" if is_mixed else "workload.days_undeclared"
    warnings = (warning_about(code, amount.value, fix),) if is_mixed or per_day is None else ()
    if per_day is None:
        return None, warnings
    hours = round(parts["days"] * per_day + parts.get("hours", 0.0), DECIMALS)
    origin = derived("workload", amount.value, "hours_per_day")
    return _Reading("hours", hours, DOUBTFUL if is_mixed else BY_RULE, origin), warnings


def _by_unit(amount: Amount, parts: Mapping[str, float]) -> _Reading:
    ((unit, exact),) = parts.items()
    number = round(exact, DECIMALS)
    if unit in RULE_BY_UNIT:
        origin = derived("workload", amount.value, RULE_BY_UNIT[unit])
        return _Reading("hours", number, BY_RULE, origin)
    kind = amount.unit if amount.unit == "contact_hours" else unit
    return _Reading(kind, number, DIRECT, from_payload("workload", amount.value, number))


def _hours_by_ects(chosen: Mapping[str, _Reading], provider: Provider) -> Mapping[str, _Reading]:
    """Hours by the registered rule where only ECTS are stated; contact hours are no such hours."""
    per_ects = positive_number(provider.hours_per_ects or 0)
    if per_ects is None or "ects" not in chosen or "hours" in chosen:
        return {}
    ects = chosen["ects"]
    hours = round(ects.number * per_ects, DECIMALS)
    origin = Origin(
        descriptor="workload",
        origin="derived",
        path=ects.origin.path,
        rule="hours_per_ects",
        raw=ects.origin.raw or f"{ects.number:g}",
    )
    return {"hours": _Reading("hours", hours, BY_RULE, origin)} if hours else {}


def _contradictions(
    readings: Sequence[_Reading], chosen: Mapping[str, _Reading]
) -> tuple[Reason, ...]:
    """A warning for each certain reading with another number than the one that was taken."""
    return tuple(
        Reason(
            code="workload.contradicts",
            path=reading.origin.path or "",
            detail=(
                f"{reading.kind}: {reading.number:g} here,"
                f" {chosen[reading.kind].number:g} was taken"
            ),
        )
        for reading in readings
        if reading.rank != DOUBTFUL and reading.number != chosen[reading.kind].number
    )


def _credits_disagree(chosen: Mapping[str, _Reading]) -> tuple[Reason, ...]:
    if "hours" not in chosen or "ects" not in chosen:
        return ()
    hours, ects = chosen["hours"], chosen["ects"]
    lowest, highest = HOURS_PER_ECTS
    if ects.number and lowest <= hours.number / ects.number <= highest:
        return ()
    detail = (
        f"{hours.number:g} hours and {ects.number:g} ECTS; a credit point is {lowest:g} to"
        f" {highest:g} hours"
    )
    return (Reason(code="workload.credits_disagree", path=hours.origin.path or "", detail=detail),)
