"""Recognises what is no micro-credential: degrees, long studies and apprenticeships."""

from __future__ import annotations

from collections.abc import Mapping

from credstream.contract.values import Definition, Reason
from credstream.formats.shared.parsed import Amount, Parsed
from services.normalise.descriptors.base import shortened, single_text
from services.normalise.descriptors.quantities import components

MOST_ECTS = 60
MOST_HOURS = 1500
FEWEST_YEARS = 1.0
NO_AMOUNTS: Mapping[str, float] = {}

# Names in lower case without other signs; of an address only the last part is compared.
DEGREE_TYPES = frozenset(
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
APPRENTICESHIP_TYPES = frozenset(
    {"apprenticeship", "apprenticeshipcertificate", "journeymancertificate"}
)


def out_of_scope(definition: Definition, parsed: Parsed) -> Reason | None:
    """The rule by which it is no micro-credential; None where it may be one."""
    return _by_type(parsed) or _by_years(parsed) or _by_size(definition, parsed)


def _by_type(parsed: Parsed) -> Reason | None:
    kind = parsed.credential_type
    name = _last_part(single_text(kind) or "")
    for code, names in (
        ("scope.degree", DEGREE_TYPES),
        ("scope.apprenticeship", APPRENTICESHIP_TYPES),
    ):
        if kind and name in names:
            return Reason(
                code=code, path=kind.path, detail=f"credential type {shortened(kind.raw)}"
            )
    return None


def _last_part(name: str) -> str:
    last = name.rstrip("/").replace("#", "/").replace(":", "/").rpartition("/")[2]
    return "".join(letter for letter in last.casefold() if letter.isalnum())


def _by_years(parsed: Parsed) -> Reason | None:
    """A workload of years; one of months may be of minutes (P60M for PT60M) and decides nothing."""
    for amount in parsed.workload:
        if amount.unit != "span" and _components(amount).get("years", 0) >= FEWEST_YEARS:
            detail = f"a workload of years: {shortened(amount.value.raw)}"
            return Reason(code="scope.apprenticeship", path=amount.value.path, detail=detail)
    return None


def _components(amount: Amount) -> Mapping[str, float]:
    return components(amount) or NO_AMOUNTS


def _by_size(definition: Definition, parsed: Parsed) -> Reason | None:
    workload = definition.workload
    path = parsed.workload[0].value.path if parsed.workload else "workload"
    if workload and workload.ects is not None and workload.ects > MOST_ECTS:
        detail = f"{workload.ects:g} ECTS, more than {MOST_ECTS}"
        return Reason(code="scope.ects", path=path, detail=detail)
    if workload and workload.hours is not None and workload.hours > MOST_HOURS:
        detail = f"{workload.hours:g} hours, more than {MOST_HOURS}"
        return Reason(code="scope.hours", path=path, detail=detail)
    return None
