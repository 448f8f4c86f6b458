"""Splits amounts of time and credit into numbers by unit."""

from __future__ import annotations

import re
from collections.abc import Mapping

from credstream.formats.shared.parsed import Amount, RawValue, Value
from services.normalise.descriptors.base import candidate_texts, positive_number
from services.normalise.descriptors.units import UNITS

# ISO 8601 durations. The units stay apart: P2DT12H and PT60H are equal only where a day has 24
# hours of learning.
DURATION = re.compile(
    r"P(?:(?P<years>{n})Y)?(?:(?P<months>{n})M)?(?:(?P<weeks>{n})W)?(?:(?P<days>{n})D)?"
    r"(?:T(?:(?P<hours>{n})H)?(?:(?P<minutes>{n})M)?(?:(?P<seconds>{n})S)?)?".replace(
        "{n}", r"[0-9]{1,12}(?:[.,][0-9]{1,6})?"
    ),
    re.IGNORECASE,
)
NUMBER_AND_UNIT = re.compile(r"([0-9][0-9.,]*)\s*([^\W\d_]*)\.?")
PER_HOUR = {"minutes": 60, "seconds": 3600}
# Credits of New Zealand and the United Kingdom are ten notional hours; other credits are not.
NOTIONAL = re.compile(
    r"([0-9][0-9.,]*)\s*(?:(?:nz|nzqf|nzqa|nzqcf|uk|rqf|scqf|cqfw)\s*credits?"
    r"|cats(?:\s*(?:credits?|points?))?)",
    re.IGNORECASE,
)
HOURS_PER_NOTIONAL = 10
# The unit of a number without one, by the unit of its amount: a text without a unit means hours,
# and a duration is no number.
UNIT_OF_NUMBER = {"text": "hours", "duration": "", "span": ""}


def components(amount: Amount) -> Mapping[str, float] | None:
    """The numbers of an amount by unit, such as days and hours; None where it cannot be read."""
    return next(
        (parts for raw in _candidates(amount.value) if (parts := _components(raw, amount.unit))),
        None,
    )


def _candidates(value: Value) -> tuple[RawValue, ...]:
    return candidate_texts(value) if isinstance(value.raw, str | Mapping) else (value.raw,)


def _components(raw: RawValue, amount_unit: str) -> Mapping[str, float] | None:
    unit = UNIT_OF_NUMBER.get(amount_unit, amount_unit)
    if not isinstance(raw, str):
        number = positive_number(raw)
        return {unit: number} if number is not None and unit else None
    return _duration(raw) or _notional(raw) or _number_and_unit(raw, unit)


def _duration(text: str) -> Mapping[str, float] | None:
    match = DURATION.fullmatch(text.strip())
    if match is None:
        return None
    numbers = {
        unit: float(digits.replace(",", "."))
        for unit, digits in match.groupdict().items()
        if digits is not None
    }
    return _with_hours({unit: number for unit, number in numbers.items() if number > 0})


def _notional(text: str) -> Mapping[str, float] | None:
    match = NOTIONAL.fullmatch(text.strip())
    credits_ = positive_number(match[1]) if match else None
    return {"notional": credits_ * HOURS_PER_NOTIONAL} if credits_ is not None else None


def _number_and_unit(text: str, default_unit: str) -> Mapping[str, float] | None:
    match = NUMBER_AND_UNIT.fullmatch(text.strip())
    number = positive_number(match[1]) if match else None
    if match is None or number is None:
        return None
    unit = UNITS.get(match[2].casefold()) if match[2] else default_unit
    return _with_hours({unit: number}) if unit else None


def _with_hours(numbers: Mapping[str, float]) -> Mapping[str, float]:
    """The numbers with minutes and seconds counted as hours."""
    kept = {unit: number for unit, number in numbers.items() if unit not in PER_HOUR}
    hours = sum(numbers[unit] / per_hour for unit, per_hour in PER_HOUR.items() if unit in numbers)
    return {**kept, "hours": kept.get("hours", 0.0) + hours} if hours else kept
