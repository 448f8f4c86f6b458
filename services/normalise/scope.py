"""Tells what is no micro-credential: degrees, long studies and apprenticeships."""

from __future__ import annotations

from collections.abc import Mapping

from credstream.contract.values import Definition, Reason
from credstream.formats.shared.parsed import Amount, Parsed
from services.normalise.descriptors.base import plain, shown
from services.normalise.descriptors.quantities import components

MOST_ECTS = 60
MOST_HOURS = 1500
YEARS = 1.0
NO_AMOUNTS: Mapping[str, float] = {}

# Folded to letters; of an address or a prefixed name only the last part counts.
DEGREES = frozenset(
    {
        "degree",
        "associate",
        "associatedegree",
        "bachelor",
        "bachelordegree",
        "master",
        "masterdegree",
        "doctorate",
        "doctoraldegree",
        "researchdoctorate",
        "professionaldoctorate",
        "diplomasupplement",
        "6dff8a0f87",  # the Diploma Supplement in the Europass list of credential types
    }
)
APPRENTICESHIPS = frozenset(
    {"apprenticeship", "apprenticeshipcertificate", "journeymancertificate"}
)


def out_of_scope(definition: Definition, parsed: Parsed) -> Reason | None:
    """The rule by which this is no micro-credential, None where it may be one."""
    return _by_type(parsed) or _by_years(parsed) or _by_size(definition, parsed)


def _by_type(parsed: Parsed) -> Reason | None:
    kind = parsed.credential_type
    name = _last_part(plain(kind) or "")
    for code, names in (("scope.degree", DEGREES), ("scope.apprenticeship", APPRENTICESHIPS)):
        if kind and name in names:
            return Reason(code=code, path=kind.path, detail=f"credential type {shown(kind.raw)}")
    return None


def _last_part(name: str) -> str:
    last = name.rstrip("/").replace("#", "/").replace(":", "/").rpartition("/")[2]
    return "".join(letter for letter in last.casefold() if letter.isalnum())


def _by_years(parsed: Parsed) -> Reason | None:
    """Years of learning; months may be minutes written wrongly, so they decide nothing."""
    for amount in parsed.workload:
        if amount.unit != "span" and _amounts(amount).get("years", 0) >= YEARS:
            detail = f"a workload of years: {shown(amount.value.raw)}"
            return Reason(code="scope.apprenticeship", path=amount.value.path, detail=detail)
    return None


def _amounts(amount: Amount) -> Mapping[str, float]:
    return components(amount) or NO_AMOUNTS


def _by_size(definition: Definition, parsed: Parsed) -> Reason | None:
    found = definition.workload
    path = parsed.workload[0].value.path if parsed.workload else "workload"
    if found and found.ects is not None and found.ects > MOST_ECTS:
        detail = f"{found.ects:g} ECTS, more than {MOST_ECTS}"
        return Reason(code="scope.ects", path=path, detail=detail)
    if found and found.hours is not None and found.hours > MOST_HOURS:
        detail = f"{found.hours:g} hours, more than {MOST_HOURS}"
        return Reason(code="scope.hours", path=path, detail=detail)
    return None
