"""Kinds of assessment: the fourteen of Europass, and those that it lacks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from credstream.vocabularies.tables import entries, index
from credstream.vocabularies.text import squeeze

BASE = "http://data.europa.eu/snb/assessment/"


@dataclass(frozen=True, slots=True)
class Assessment:
    """A kind of assessment; one that Europass lacks has no URI."""

    code: str
    label: str
    uri: str | None


def assessment(value: str) -> Assessment | None:
    """A kind of assessment by code, URI, label or synonym; `other` is no kind."""
    return _index().get(squeeze(value))


def all_assessments() -> tuple[Assessment, ...]:
    return tuple(entries("assessment", BASE, Assessment).values())


@cache
def _index() -> Mapping[str, Assessment]:
    return index("assessment", BASE, Assessment)
