"""Target groups: the twenty of Europass, and the workers of sectoral schemes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from credstream.vocabularies.tables import entries, index
from credstream.vocabularies.text import squeeze

BASE = "http://data.europa.eu/snb/target-group/"


@dataclass(frozen=True, slots=True)
class TargetGroup:
    """A group that a credential is made for; one that Europass lacks has no URI."""

    code: str
    label: str
    uri: str | None


def target_group(value: str) -> TargetGroup | None:
    """A target group by code, URI, label or synonym."""
    return _index().get(squeeze(value))


def all_target_groups() -> tuple[TargetGroup, ...]:
    return tuple(entries("targets", BASE, TargetGroup).values())


@cache
def _index() -> Mapping[str, TargetGroup]:
    return index("targets", BASE, TargetGroup)
