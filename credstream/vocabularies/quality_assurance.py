"""Types of quality assurance: a closed list of our own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from credstream.vocabularies.tables import codes_by_name, names_of, read_list
from credstream.vocabularies.text import code_in_uri, match_key

ACCREDITATIONS = "http://data.europa.eu/snb/accreditation/"
UNKNOWN = "unknown"

# The Europass list of accreditation types has licences and reviews in it as well. The last two
# are newer than its file of 2023; DEQAR writes them.
_CODE_BY_ACCREDITATION = {
    "003293d2ce": "accreditation",
    "820101cba6": "external",
    "bb4618238e": "external",
    "e57dddfcf3": "accreditation",
    "c_1f1a469a": "accreditation",
    "c_64666c29": "accreditation",
}


@dataclass(frozen=True, slots=True)
class QualityAssuranceType:
    """A kind of quality assurance of a credential."""

    code: str
    label: str


def quality_assurance(value: str) -> QualityAssuranceType | None:
    """A type by code, label, synonym or the URI of a Europass type of accreditation.

    The type `unknown` is for a text that itself says so.
    """
    code = _CODE_BY_ACCREDITATION.get(code_in_uri(value, ACCREDITATIONS) or "") or _by_name().get(
        match_key(value)
    )
    return QualityAssuranceType(code, _rows()[code]["label"]) if code else None


def all_quality_assurance_types() -> tuple[QualityAssuranceType, ...]:
    return tuple(QualityAssuranceType(code, row["label"]) for code, row in _rows().items())


@cache
def _rows() -> Mapping[str, Any]:
    return read_list("quality_assurance")


@cache
def _by_name() -> Mapping[str, str]:
    return codes_by_name(
        (name, code) for code, row in _rows().items() for name in names_of(code, row)
    )
