"""Frameworks of credit points."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from credstream.vocabularies.tables import entries, index
from credstream.vocabularies.text import squeeze

BASE = "http://data.europa.eu/snb/education-credit/"


@dataclass(frozen=True, slots=True)
class CreditFramework:
    """A framework of credit points."""

    code: str
    label: str
    uri: str | None


def credit_framework(value: str) -> CreditFramework | None:
    """A framework of credit points by code, URI, label or synonym."""
    return _index().get(squeeze(value))


def all_credit_frameworks() -> tuple[CreditFramework, ...]:
    return tuple(entries("credits", BASE, CreditFramework).values())


@cache
def _index() -> Mapping[str, CreditFramework]:
    return index("credits", BASE, CreditFramework)
