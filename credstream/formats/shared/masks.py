"""Masks names in paths that no format defines: a name may say as much of a person as a value."""

from __future__ import annotations

import json
import re
from functools import cache, lru_cache
from pathlib import Path

from credstream.vocabularies.languages import language

MASK = "*"
# How extensions of Open Badges 2 are called, after what they hold.
EXTENSION = "Extension"
LONGEST_CACHED = 300
# A step of a path: JSON members stand behind a dot, XML elements behind a slash, both with the
# place among their like in brackets; columns stand behind `column`.
_STEP = re.compile(r"[^./]+")
_PLACES = re.compile(r"(?:\[[0-9]*\])*")
# What stands before a colon is a namespace of JSON-LD, before `@` nothing is: an attribute.
_NAME = re.compile(r"@?(?:[a-z]{2,12}:)?([A-Za-z0-9_-]+)")
_ROW = re.compile(r"(?:row|line|sheet) [0-9]{1,9}(?:, column (?P<column>[a-z_]+(?:\[[0-9]*\])?))?")
_TAG = re.compile(r"[a-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,3}", re.IGNORECASE)


def masked_path(path: str) -> str:
    """The path with `*` for each step whose name no format defines."""
    # A few hundred paths come again in every submission; a long one is no reason to fill memory.
    return _cached(path) if len(path) <= LONGEST_CACHED else _masked(path)


@lru_cache(maxsize=20_000)
def _cached(path: str) -> str:
    return _masked(path)


def _masked(path: str) -> str:
    return _STEP.sub(lambda step: _masked_step(step[0]), path)


def masked_name(name: str) -> str:
    """The name of an element or member; `*` where no format defines it."""
    return name if _is_known(name) else MASK


def unquoted(detail: str) -> str:
    """What a detail says beside the value that it quotes, for places that hold no values.

    Details that quote have the form `seen VALUE; what to do`.
    """
    if not detail.startswith("seen "):
        return detail
    _value, separator, what_to_do = detail.rpartition("; ")
    return what_to_do if separator else ""


def _masked_step(step: str) -> str:
    if (row := _ROW.fullmatch(step)) is not None:
        known = row["column"] is None or _is_known(row["column"].partition("[")[0])
        return step if known else f"{step.partition(',')[0]}, column {MASK}"
    name, bracket, rest = step.partition("[")
    places = bracket + rest
    if _PLACES.fullmatch(places) is None:
        return MASK
    return step if _is_known(name) else MASK + places


def _is_known(name: str) -> bool:
    found = _NAME.fullmatch(name)
    if found is not None and found[1].removesuffix(EXTENSION) in _names():
        return True
    return _TAG.fullmatch(name) is not None and language(name) is not None


@cache
def _names() -> frozenset[str]:
    """The names of all formats and of our own records; `make docs` writes the file."""
    text = (Path(__file__).parent / "member_names.json").read_text("utf-8")
    return frozenset(json.loads(text))
