"""National qualifications frameworks (NQF) and their levels, by name, label or URI.

The European list is http://data.europa.eu/snb/qdr/; its codes are opaque, the labels are not.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from credstream.vocabularies.eqf import LEVEL_WORDS
from credstream.vocabularies.nqf_to_eqf import eqf_of
from credstream.vocabularies.tables import codes_by_name, read_list
from credstream.vocabularies.text import LONGEST, code_in_uri, folded, match_key

BASE = "http://data.europa.eu/snb/qdr/"
# A hyphen between a framework's name and its level.
HYPHEN_BEFORE_LEVEL = re.compile(r"(?<=[^\W\d])-(?=\d|niveau|level)", re.IGNORECASE)


MBO_LEVELS = frozenset("1234")
_LEVEL_WORD = re.compile(
    rf"\b(?:{'|'.join(sorted(LEVEL_WORDS, key=len, reverse=True))})(?:\b|(?=[0-9]))[ :]*"
)


@dataclass(frozen=True, slots=True)
class Framework:
    """A framework with its abbreviation as code, and its country as alpha-2 code."""

    code: str
    country: str
    name: str
    uri: str


def framework(value: str) -> Framework | None:
    """A framework by abbreviation, name or URI; `NQF` alone may be any country's and gives None."""
    code = _by_uri().get(code_in_uri(value, BASE) or "") or _by_name().get(match_key(value))
    return _framework(code) if code else None


def to_eqf(framework: Framework, value: str) -> int | None:
    """The EQF level of a national level; None where the framework was not referenced so."""
    return eqf_of(framework.code, _level(framework, value))


def is_outside_mbo(name: str, level: str) -> bool:
    """Whether it is written as a level of Dutch vocational schools (MBO) but is not 1 to 4."""
    return folded(name) == "mbo" and _LEVEL_WORD.sub("", folded(level)) not in MBO_LEVELS


def level_uri(framework: Framework, value: str) -> str | None:
    """The URI of a level where the European list has exactly that level."""
    code = _levels(framework.code).get(_level(framework, value))
    return BASE + code if code else None


def from_uri(uri: str) -> tuple[Framework, str] | None:
    """The framework and the level of a level's URI."""
    code_and_level = _by_level_uri().get(code_in_uri(uri, BASE) or "")
    if code_and_level is None:
        return None
    code, level = code_and_level
    return _framework(code), level


def from_label(label: str) -> tuple[Framework, str] | None:
    """The framework and the level in one text, such as `MECU Level 7`, `NLQF 4+` or `mbo-2`."""
    words = HYPHEN_BEFORE_LEVEL.sub(" ", label).split() if len(label) <= LONGEST else []
    # The longest name first: names of frameworks begin with one another.
    for end in range(len(words) - 1, 0, -1):
        name, level = " ".join(words[:end]), " ".join(_without_level_word(words[end:]))
        named = framework(name)
        if is_outside_mbo(name, level):
            return None
        if named and (re.search("[0-9]", level) or level_uri(named, level)):
            return named, level
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
    return words[1:] if folded(words[0]).strip(":.") in LEVEL_WORDS else words


def _level(framework: Framework, value: str) -> str:
    """A level without name and level word: `NLQF Level 4+` is 4+, `Entry Level 3` is entry 3."""
    if len(value) > LONGEST:
        return ""
    text = folded(value)
    for name in _prefixes(framework.code):
        text = text.removeprefix(f"{name} ")
    level = _LEVEL_WORD.sub("", text).strip(" .:")
    return re.sub(r"(?<=\d) (?=[a-z+])", "", level)


@cache
def _rows() -> Mapping[str, Any]:
    return read_list("nqf")


@cache
def _by_name() -> Mapping[str, str]:
    names = [(name, code) for code, row in _rows().items() for name in (code, *row["aliases"])]
    names += [(name, code) for code, row in _rows().items() for name in _variants(row["name"])]
    return codes_by_name(names)


def _variants(name: str) -> tuple[str, ...]:
    """The name with and without its abbreviation: both German NQF and the words in full."""
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
    framework_ = _framework(code)
    return {_level(framework_, level): uri for level, uri in _rows()[code]["levels"].items()}


@cache
def _prefixes(code: str) -> tuple[str, ...]:
    names = (code, *_rows()[code]["aliases"])
    return tuple(sorted((folded(name) for name in names), key=len, reverse=True))
