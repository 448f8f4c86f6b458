"""Types of quality assurance: a closed list of our own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from credstream.vocabularies.tables import first, names, read
from credstream.vocabularies.text import squeeze, tail

ACCREDITATIONS = "http://data.europa.eu/snb/accreditation/"
UNKNOWN = "unknown"

# Europass lists licences, reviews and accreditations together, as types of accreditation.
_EUROPASS = {
    "003293d2ce": "accreditation",
    "820101cba6": "external",
    "bb4618238e": "external",
    "e57dddfcf3": "accreditation",
    "c_1f1a469a": "accreditation",
    "c_64666c29": "accreditation",
}


@dataclass(frozen=True, slots=True)
class QualityAssuranceType:
    """What kind of assurance stands behind a credential."""

    code: str
    label: str


def quality_assurance(value: str) -> QualityAssuranceType | None:
    """A type by code, label, synonym or the URI of a Europass type of accreditation.

    None is a value that the list does not have; `unknown` is a value that says so itself.
    """
    code = _EUROPASS.get(tail(value, ACCREDITATIONS) or "") or _by_name().get(squeeze(value))
    return QualityAssuranceType(code, _rows()[code]["label"]) if code else None


def all_quality_assurance_types() -> tuple[QualityAssuranceType, ...]:
    return tuple(QualityAssuranceType(code, row["label"]) for code, row in _rows().items())


@cache
def _rows() -> Mapping[str, Any]:
    return read("quality_assurance")


@cache
def _by_name() -> Mapping[str, str]:
    return first((name, code) for code, row in _rows().items() for name in names(code, row))
