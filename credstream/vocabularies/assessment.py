"""Kinds of assessment: the fourteen of Europass, and further ones of our own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from credstream.vocabularies.tables import terms_by_code, terms_by_name
from credstream.vocabularies.text import match_key

BASE = "http://data.europa.eu/snb/assessment/"


@dataclass(frozen=True, slots=True)
class Assessment:
    """A kind of assessment; a kind of our own has no URI."""

    code: str
    label: str
    uri: str | None


def assessment(value: str) -> Assessment | None:
    """A kind of assessment by code, URI, label or synonym; `other` is none."""
    return _index().get(match_key(value))


def all_assessments() -> tuple[Assessment, ...]:
    return tuple(terms_by_code("assessment", BASE, Assessment).values())


@cache
def _index() -> Mapping[str, Assessment]:
    return terms_by_name("assessment", BASE, Assessment)
