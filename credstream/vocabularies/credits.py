"""Frameworks of credit points."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from credstream.vocabularies.tables import terms_by_code, terms_by_name
from credstream.vocabularies.text import match_key

BASE = "http://data.europa.eu/snb/education-credit/"


@dataclass(frozen=True, slots=True)
class CreditFramework:
    """A framework of credit points."""

    code: str
    label: str
    uri: str | None


def credit_framework(value: str) -> CreditFramework | None:
    """A framework of credit points by code, URI, label or synonym."""
    return _index().get(match_key(value))


def all_credit_frameworks() -> tuple[CreditFramework, ...]:
    return tuple(terms_by_code("credits", BASE, CreditFramework).values())


@cache
def _index() -> Mapping[str, CreditFramework]:
    return terms_by_name("credits", BASE, CreditFramework)
