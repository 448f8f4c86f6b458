"""Builds parsed values from the fields of the native format's objects."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from credstream.formats.shared.parsed import (
    Amount,
    Body,
    FundingMark,
    Id,
    LevelClaim,
    Person,
    StatedOutcome,
    Value,
)

DURATION = re.compile(r"\s*P[0-9T]", re.IGNORECASE)
NUMERAL = re.compile(r"\s*[0-9]+([.,][0-9]+)?\s*")
SCHEME_BY_PREFIX: Mapping[str, str] = {
    "did:": "did",
    "http://": "url",
    "https://": "url",
    # https://wiki.refeds.org/display/STAN/SCHAC: the European Student Identifier
    "urn:schac:personalUniqueCode:int:esi:": "esi",
}


def build_workload(**fields: Value) -> tuple[Amount, ...]:
    return tuple(_amount(unit, value) for unit, value in fields.items())


def _amount(unit: str, value: Value) -> Amount:
    """A text states its own unit, except contact hours: their `PT16H` is no learning time."""
    text = value.raw if isinstance(value.raw, str) else ""
    if unit == "contact_hours" or (unit != "duration" and _is_number(value)):
        return Amount(unit=unit, value=value)
    if DURATION.match(text):
        return Amount(unit="duration", value=value)
    return Amount(unit="text", value=Value(str(value.raw), value.path))


def _is_number(value: Value) -> bool:
    return not isinstance(value.raw, str) or NUMERAL.fullmatch(value.raw) is not None


def build_level(**fields: Value) -> LevelClaim:
    value = fields.get("value")
    # `EQF 5` alone names its framework itself.
    if fields.keys() == {"value"} and value and "eqf" in str(value.raw).casefold():
        return LevelClaim(eqf=value)
    return LevelClaim(**fields)


def build_identifier(scheme: Value | None = None, value: Value | None = None) -> Id | None:
    if value is None:
        return None
    name = str(scheme.raw).strip().lower() if scheme else _scheme_of(str(value.raw))
    return Id(scheme=name, value=value)


def _scheme_of(notation: str) -> str:
    for prefix, scheme in SCHEME_BY_PREFIX.items():
        if notation.strip().startswith(prefix):
            return scheme
    return "email" if "@" in notation else "local"


def build_body(**fields: Any) -> Body | None:
    return Body(**fields) if fields else None


def build_outcome(text: Value | None = None, esco: tuple[Value, ...] = ()) -> StatedOutcome | None:
    return StatedOutcome(text=text, skills=esco) if text else None


def build_funding(
    funder: Value | None = None, reference: Value | None = None
) -> FundingMark | None:
    return FundingMark(funder=funder, reference=reference) if funder else None


def build_person(**fields: Any) -> Person | None:
    """The learner; the e-mail address is one of the identifiers."""
    identifiers: tuple[Id, ...] = fields.pop("id", ())
    if email := fields.get("email"):
        identifiers = (*identifiers, Id(scheme="email", value=email))
    return Person(identifiers=identifiers, **fields) if fields or identifiers else None


def group_of(**names: str) -> Callable[..., Mapping[str, Any]]:
    """A builder for an object whose fields are fields of Parsed; `names` has those renamed."""

    def build(**fields: Any) -> Mapping[str, Any]:
        return {names.get(name, name): value for name, value in fields.items()}

    return build
