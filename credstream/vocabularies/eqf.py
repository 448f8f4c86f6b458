"""Levels of the European Qualifications Framework and cycles of the QF-EHEA."""

from __future__ import annotations

import re
from collections.abc import Mapping

from credstream.vocabularies.text import LONGEST, code_in_uri, folded

BASE = "http://data.europa.eu/snb/eqf/"

LEVEL_WORDS = (
    *("level", "levels", "niveau", "nivel", "livello", "niva", "poziom", "stufe", "taso"),
    *("seviye", "seviyesi", "επιπεδο", "razina", "raven", "uroven", "tase", "lygis", "ниво"),
)
# EQF in English and Danish, EQR in German, CEC in French, MEC in Spanish, EKK in Dutch, …
_NAMES = ("eqf", "eqr", "cec", "mec", "ekk", "erk", "qeq", "επεπ")
_LEVEL = re.compile(
    rf"(?:(?:{'|'.join(_NAMES)})[:-]? ?)?(?:(?:{'|'.join(LEVEL_WORDS)})[:-]? ?)?([1-8])(?:\.0)?"
)
# The EQF level of each cycle of the QF-EHEA, and its names; DEQAR numbers them from 0.
_CYCLES: Mapping[str, tuple[int, tuple[str, ...]]] = {
    "short": (5, ("0", "short cycle", "0th cycle", "short cycle within the first cycle")),
    "first": (6, ("1", "first cycle", "1st cycle", "cycle 1")),
    "second": (7, ("2", "second cycle", "2nd cycle", "cycle 2")),
    "third": (8, ("3", "third cycle", "3rd cycle", "cycle 3")),
}
_CYCLE_BY_NAME = {
    name: cycle_ for cycle_, (_, names) in _CYCLES.items() for name in (cycle_, *names)
}


def eqf(value: object) -> int | None:
    """A level 1 to 8 from a number, `level 5`, `EQF 5` or the URI.

    None for a level of another framework: `NLQF 5` is none of the EQF.
    """
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return int(value) if value in range(1, 9) else None
    return _from_text(value) if isinstance(value, str) else None


def uri(level: int) -> str:
    return f"{BASE}{_checked(level)}"


def label(level: int) -> str:
    return f"Level {_checked(level)}"


def cycle(value: object) -> str | None:
    """A cycle (short, first, second, third) from its name or DEQAR's number 0 to 3."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        return None
    text = value if isinstance(value, str) else f"{value}" if value in range(4) else ""
    return _CYCLE_BY_NAME.get(folded(text[:LONGEST]).replace("-", " ").removeprefix("qf ehea "))


def cycle_eqf(cycle: str) -> int:
    return _CYCLES[cycle][0]


def _from_text(value: str) -> int | None:
    if len(value) > LONGEST:
        return None
    level = _LEVEL.fullmatch(folded(code_in_uri(value, BASE) or value))
    return int(level[1]) if level else None


def _checked(level: int) -> int:
    if level not in range(1, 9):
        raise KeyError(level)
    return level
