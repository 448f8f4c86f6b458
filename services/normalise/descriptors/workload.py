"""Workload (M7): hours of learning and ECTS, each by a named rule, and never by a guess."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from credstream.contract.records import Provider
from credstream.contract.values import Origin, Reason, Workload
from credstream.formats.shared.parsed import Amount, Parsed
from services.normalise.descriptors.base import (
    Finding,
    derived,
    doubt,
    from_payload,
    number,
    unique,
)
from services.normalise.descriptors.quantities import components

HOURS_PER_ECTS = (20.0, 35.0)
KINDS = ("hours", "contact_hours", "ects")
CALENDAR = frozenset({"weeks", "months", "years"})
RULED = {"sbu": "sbu", "notional": "notional_hours"}
DIGITS = 4
POSITIVE = "write hours or ECTS as a positive number"
DIRECT, BY_RULE, DOUBTFUL = range(3)


@dataclass(frozen=True, slots=True)
class _Reading:
    """What one amount says: a number of hours, contact_hours or ects, and how sure it is."""

    kind: str
    found: float
    rank: int
    origin: Origin


def workload(parsed: Parsed, provider: Provider) -> Finding[Workload | None]:
    read = [_read(each, provider) for each in parsed.workload if each.unit != "span"]
    readings = sorted((each for each, _ in read if each), key=lambda each: each.rank)
    chosen = {each.kind: each for each in reversed(readings)}
    chosen |= _hours_of_ects(chosen, provider)
    if not chosen:
        return Finding(None, (), tuple(reason for _, doubts in read for reason in doubts))
    return Finding(
        Workload(**{kind: each.found for kind, each in chosen.items()}),
        tuple(chosen[kind].origin for kind in sorted(chosen)),
        unique(
            (
                *(reason for _, doubts in read for reason in doubts),
                *_contradictions(readings, chosen),
                *_disagreement(chosen),
            )
        ),
    )


def _read(amount: Amount, provider: Provider) -> tuple[_Reading | None, tuple[Reason, ...]]:
    parts = components(amount)
    if parts is None or (amount.unit == "contact_hours" and set(parts) - {"hours", amount.unit}):
        return _unread("workload.unreadable", amount, POSITIVE)
    if CALENDAR & set(parts):
        return _unread(
            "workload.implausible_duration",
            amount,
            "weeks, months and years of the calendar are no workload; write PT60H for 60 hours",
        )
    reading, doubts = (
        _days(amount, parts, provider) if "days" in parts else (_single(amount, parts), ())
    )
    if reading and (reading.kind not in KINDS or not reading.found):
        return _unread("workload.unreadable", amount, POSITIVE)
    return reading, doubts


def _unread(code: str, amount: Amount, fix: str) -> tuple[None, tuple[Reason, ...]]:
    return None, (doubt(code, amount.value, fix),)


def _days(
    amount: Amount, parts: Mapping[str, float], provider: Provider
) -> tuple[_Reading | None, tuple[Reason, ...]]:
    mixed = len(parts) > 1
    per_day = number(provider.hours_per_day or 0)
    fix = "days of 24 hours are doubtful; write hours" if mixed else "register hours_per_day"
    code = "workload.days_in_duration" if mixed else "workload.days_undeclared"
    doubts = (doubt(code, amount.value, fix),) if mixed or per_day is None else ()
    if per_day is None:
        return None, doubts
    hours = round(parts["days"] * per_day + parts.get("hours", 0.0), DIGITS)
    origin = derived("workload", amount.value, "hours_per_day")
    return _Reading("hours", hours, DOUBTFUL if mixed else BY_RULE, origin), doubts


def _single(amount: Amount, parts: Mapping[str, float]) -> _Reading:
    ((unit, found),) = parts.items()
    found = round(found, DIGITS)
    if unit in RULED:
        return _Reading("hours", found, BY_RULE, derived("workload", amount.value, RULED[unit]))
    kind = amount.unit if amount.unit == "contact_hours" else unit
    return _Reading(kind, found, DIRECT, from_payload("workload", amount.value, found))


def _hours_of_ects(chosen: Mapping[str, _Reading], provider: Provider) -> Mapping[str, _Reading]:
    """Hours by the declared rule, where only ECTS are known. Contact hours stay what they are."""
    per_ects = number(provider.hours_per_ects or 0)
    if per_ects is None or "ects" not in chosen or "hours" in chosen:
        return {}
    ects = chosen["ects"]
    hours = round(ects.found * per_ects, DIGITS)
    origin = Origin(
        descriptor="workload",
        origin="derived",
        path=ects.origin.path,
        rule="hours_per_ects",
        raw=ects.origin.raw or f"{ects.found:g}",
    )
    return {"hours": _Reading("hours", hours, BY_RULE, origin)} if hours else {}


def _contradictions(
    readings: Sequence[_Reading], chosen: Mapping[str, _Reading]
) -> tuple[Reason, ...]:
    """A warning for each sure reading that says another number than the one that was taken."""
    return tuple(
        Reason(
            code="workload.contradicts",
            path=each.origin.path or "",
            detail=f"{each.kind}: {each.found:g} here, {chosen[each.kind].found:g} was taken",
        )
        for each in readings
        if each.rank != DOUBTFUL and each.found != chosen[each.kind].found
    )


def _disagreement(chosen: Mapping[str, _Reading]) -> tuple[Reason, ...]:
    if "hours" not in chosen or "ects" not in chosen:
        return ()
    hours, ects = chosen["hours"], chosen["ects"]
    lowest, highest = HOURS_PER_ECTS
    if ects.found and lowest <= hours.found / ects.found <= highest:
        return ()
    detail = (
        f"{hours.found:g} hours and {ects.found:g} ECTS; a credit point is {lowest:g} to"
        f" {highest:g} hours"
    )
    return (Reason(code="workload.credits_disagree", path=hours.origin.path or "", detail=detail),)
