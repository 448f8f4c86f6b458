"""Forms of participation: the modes and schedules of Europass, and those that it lacks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from credstream.vocabularies.tables import entries, index
from credstream.vocabularies.text import squeeze

# Europass keeps the modes of learning in the list that bears this name.
MODES = "http://data.europa.eu/snb/learning-assessment/"
SCHEDULES = "http://data.europa.eu/snb/learning-schedule/"


@dataclass(frozen=True, slots=True)
class Mode:
    """A mode of learning; one that Europass lacks has no URI."""

    code: str
    label: str
    uri: str | None


@dataclass(frozen=True, slots=True)
class Schedule:
    """A schedule of learning; one that Europass lacks has no URI."""

    code: str
    label: str
    uri: str | None


def mode(value: str) -> Mode | None:
    """A mode by code, URI, label or synonym.

    Hybrid (some on site, others online) is not blended (the same learners both ways), and
    `onsite or blended` is one of two: neither alone.
    """
    return _modes().get(squeeze(value))


def schedule(value: str) -> Schedule | None:
    """A schedule by code, URI, label or synonym."""
    return _schedules().get(squeeze(value))


def all_modes() -> tuple[Mode, ...]:
    return tuple(entries("modes", MODES, Mode).values())


def all_schedules() -> tuple[Schedule, ...]:
    return tuple(entries("schedules", SCHEDULES, Schedule).values())


@cache
def _modes() -> Mapping[str, Mode]:
    return index("modes", MODES, Mode)


@cache
def _schedules() -> Mapping[str, Schedule]:
    return index("schedules", SCHEDULES, Schedule)
