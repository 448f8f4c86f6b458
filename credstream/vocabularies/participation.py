"""Forms of participation: the modes and schedules of Europass, and further ones of our own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from credstream.vocabularies.tables import terms_by_code, terms_by_name
from credstream.vocabularies.text import match_key

# The Europass list of modes of learning and assessment, of which the first are meant here.
MODES = "http://data.europa.eu/snb/learning-assessment/"
SCHEDULES = "http://data.europa.eu/snb/learning-schedule/"


@dataclass(frozen=True, slots=True)
class Mode:
    """A mode of learning; one of our own has no URI."""

    code: str
    label: str
    uri: str | None


@dataclass(frozen=True, slots=True)
class Schedule:
    """A schedule of learning; one of our own has no URI."""

    code: str
    label: str
    uri: str | None


def mode(value: str) -> Mode | None:
    """A mode by code, URI, label or synonym.

    Hybrid (some learners on site, others online) is not blended (all of them both ways), and
    `onsite or blended` of edubadges is neither: it does not say which of the two is meant.
    """
    return _modes().get(match_key(value))


def schedule(value: str) -> Schedule | None:
    """A schedule by code, URI, label or synonym."""
    return _schedules().get(match_key(value))


def all_modes() -> tuple[Mode, ...]:
    return tuple(terms_by_code("modes", MODES, Mode).values())


def all_schedules() -> tuple[Schedule, ...]:
    return tuple(terms_by_code("schedules", SCHEDULES, Schedule).values())


@cache
def _modes() -> Mapping[str, Mode]:
    return terms_by_name("modes", MODES, Mode)


@cache
def _schedules() -> Mapping[str, Schedule]:
    return terms_by_name("schedules", SCHEDULES, Schedule)
