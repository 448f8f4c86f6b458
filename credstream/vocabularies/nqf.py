"""National qualifications frameworks, and how their levels stand to the EQF.

A level without a rule has no EQF level; what the framework says of it stays as it is written.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from credstream.vocabularies.eqf import LEVEL_WORDS
from credstream.vocabularies.tables import first, read
from credstream.vocabularies.text import LONGEST, fold, squeeze, tail

BASE = "http://data.europa.eu/snb/qdr/"
# A hyphen between a framework's name and its level.
JOINT = re.compile(r"(?<=[^\W\d])-(?=\d|niveau|level)", re.IGNORECASE)


def _ladder(start: int, *eqf: int) -> Mapping[str, int]:
    return {str(level): to for level, to in enumerate(eqf, start)}


# Frameworks whose levels are not the EQF's by number; a level that is not here has none.
# Compared with published tables: all of RQF, CQFW, SCQF and RNCP, parts of NFQ and SQF.
_RULES: Mapping[str, Mapping[str, int]] = {
    "NFQ": _ladder(1, 1, 1, 2, 3, 4, 5, 6, 6, 7, 8),
    "SCQF": _ladder(3, 1, 2, 3, 4, 5, 5, 6, 6, 7, 8),
    "SQF": _ladder(1, 1, 2, 3, 4, 4, 5, 6, 7, 8, 8),
    "RQF": {"entry 3": 1, **_ladder(1, 2, 3, 4, 5, 5, 6, 7, 8)},
    "CQFW": {"entry 3": 1, **_ladder(1, 2, 3, 4, 5, 5, 6, 7, 8)},
    # Numerals are the levels before 2019; I alone may be a master or a doctorate.
    "RNCP": {
        **_ladder(3, 3, 4, 5, 6, 7, 8),
        "v": 3,
        "iv": 4,
        "iii": 5,
        "ii": 6,
        "ii-grade de licence": 6,
        "i-master": 7,
        "i-doctorat": 8,
    },
    # Its levels are shifted against the EQF, in a way that has not been checked.
    "ISQF": {},
}
MBO = frozenset("1234")
# 5, 5a, 6 A, 5.1 and 4+ belong to their whole number; 4.5 is no level of any framework.
_SUBLEVEL = re.compile(r"([1-8])(?:[a-c]|\.[12]|\+)?")
_WORDS = re.compile(
    rf"\b(?:{'|'.join(sorted(LEVEL_WORDS, key=len, reverse=True))})(?:\b|(?=[0-9]))[ :]*"
)


@dataclass(frozen=True, slots=True)
class Framework:
    """A framework by its abbreviation and the country (alpha-2) whose it is."""

    code: str
    country: str
    name: str
    uri: str


def framework(value: str) -> Framework | None:
    """A framework by abbreviation, name or URI; `NQF` alone is any country's, so none."""
    code = _by_uri().get(tail(value, BASE) or "") or _by_name().get(squeeze(value))
    return _framework(code) if code else None


def to_eqf(framework: Framework, value: str) -> int | None:
    """The EQF level of a national level, where a rule says so."""
    level = _level(framework, value)
    rule = _RULES.get(framework.code)
    if rule is not None:
        return rule.get(level)
    found = _SUBLEVEL.fullmatch(level)
    return int(found[1]) if found else None


def beyond(name: str, level: str) -> bool:
    """Whether a level of Dutch vocational schools (MBO) is none of theirs, which are 1 to 4."""
    return fold(name) == "mbo" and _WORDS.sub("", fold(level)) not in MBO


def level_uri(framework: Framework, value: str) -> str | None:
    """The URI of a level where the European list has that very level."""
    found = _levels(framework.code).get(_level(framework, value))
    return BASE + found if found else None


def from_uri(uri: str) -> tuple[Framework, str] | None:
    """Framework and level that the URI of a level stands for."""
    found = _by_level_uri().get(tail(uri, BASE) or "")
    return (_framework(found[0]), found[1]) if found else None


def from_label(label: str) -> tuple[Framework, str] | None:
    """Framework and level from one text, such as `MECU Level 7`, `NLQF 4+` or `mbo-2`."""
    words = JOINT.sub(" ", label).split() if len(label) <= LONGEST else []
    for end in range(len(words) - 1, 0, -1):
        known = framework(" ".join(words[:end]))
        level = " ".join(_without_level_word(words[end:]))
        if beyond(" ".join(words[:end]), level):
            return None
        if known and (re.search("[0-9]", level) or level_uri(known, level)):
            return known, level
    return None


def all_frameworks() -> tuple[Framework, ...]:
    return tuple(_framework(code) for code in _rows())


def levels(framework: Framework) -> tuple[str, ...]:
    """The levels of a framework as the European list writes them."""
    return tuple(_rows()[framework.code]["levels"])


def _framework(code: str) -> Framework:
    row = _rows()[code]
    return Framework(code, row["country"], row["name"], BASE + row["uri"])


def _without_level_word(words: Sequence[str]) -> Sequence[str]:
    return words[1:] if fold(words[0]).strip(":.") in LEVEL_WORDS else words


def _level(framework: Framework, value: str) -> str:
    """A level without the names around it: `NLQF Level 4+` is 4+, `Entry Level 3` is entry 3."""
    if len(value) > LONGEST:
        return ""
    text = fold(value)
    for name in _prefixes(framework.code):
        text = text.removeprefix(f"{name} ")
    bare = _WORDS.sub("", text).strip(" .:")
    return re.sub(r"(?<=\d) (?=[a-z+])", "", bare)


@cache
def _rows() -> Mapping[str, Any]:
    return read("nqf")


@cache
def _by_name() -> Mapping[str, str]:
    names = [(name, code) for code, row in _rows().items() for name in (code, *row["aliases"])]
    names += [(name, code) for code, row in _rows().items() for name in _variants(row["name"])]
    return first(names)


def _variants(name: str) -> tuple[str, ...]:
    """`German National Qualifications Framework` is the German NQF too."""
    short = re.sub(r"(National )?Qualifications Framework", "NQF", name)
    return name, short, short.replace("NQF", "National Qualifications Framework")


@cache
def _by_uri() -> Mapping[str, str]:
    return {row["uri"]: code for code, row in _rows().items()}


@cache
def _by_level_uri() -> Mapping[str, tuple[str, str]]:
    return {
        uri: (code, level) for code, row in _rows().items() for level, uri in row["levels"].items()
    }


@cache
def _levels(code: str) -> Mapping[str, str]:
    known = _framework(code)
    return {_level(known, level): uri for level, uri in _rows()[code]["levels"].items()}


@cache
def _prefixes(code: str) -> tuple[str, ...]:
    names = (code, *_rows()[code]["aliases"])
    return tuple(sorted((fold(name) for name in names), key=len, reverse=True))
