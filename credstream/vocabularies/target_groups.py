"""Target groups: the twenty of Europass, and the workers of sectoral schemes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from credstream.vocabularies.tables import terms_by_code, terms_by_name
from credstream.vocabularies.text import match_key

BASE = "http://data.europa.eu/snb/target-group/"


@dataclass(frozen=True, slots=True)
class TargetGroup:
    """A group that a credential is made for; one of our own has no URI."""

    code: str
    label: str
    uri: str | None


def target_group(value: str) -> TargetGroup | None:
    """A target group by code, URI, label or synonym."""
    return _index().get(match_key(value))


def all_target_groups() -> tuple[TargetGroup, ...]:
    return tuple(terms_by_code("target_groups", BASE, TargetGroup).values())


@cache
def _index() -> Mapping[str, TargetGroup]:
    return terms_by_name("target_groups", BASE, TargetGroup)
