"""Bytes to text and text to JSON, refusing what some part of the house could not carry."""

from __future__ import annotations

import json
import math
from typing import Any, NoReturn

from credstream.contract.errors import Rejected

# The way to a node, from the node up: a path is written only where one is needed, since writing
# it for every node would cost a document with one long name many times its own size.
Trail = tuple[()] | tuple[Any, str | int]

DEEPEST = 100
# Of objects and lists in 1 MiB at most; the largest real file at hand has three thousand.
MOST_NODES = 50_000
LONGEST_NUMBER = 30
# What every reader behind us can carry.
INTEGERS = range(-(2**63), 2**63)
BOM = b"\xef\xbb\xbf"


def read_text(value: bytes) -> str:
    """UTF-8 text without its byte order mark; raises Rejected."""
    try:
        text = value.removeprefix(BOM).decode("utf-8")
    except UnicodeDecodeError as error:
        raise Rejected("text.encoding", "", f"no UTF-8 at byte {error.start}") from error
    if not text.strip():
        raise Rejected("format.empty", "", "the value holds no text")
    if "\x00" in text:
        raise Rejected("text.invalid", "", f"NUL at character {text.index(chr(0))}")
    return text


def read_json(text: str) -> Any:
    """A JSON document without duplicate keys, odd numbers, NUL or lone surrogates."""
    brackets = text.count("{") + text.count("[")
    if brackets > MOST_NODES:
        raise Rejected("json.too_large", "", f"{brackets} objects and lists")
    try:
        document = json.loads(
            text,
            object_pairs_hook=_members,
            parse_constant=_constant,
            parse_int=_integer,
            parse_float=_decimal,
        )
    except RecursionError as error:
        raise Rejected("json.too_deep", "", f"more than {DEEPEST} levels") from error
    except json.JSONDecodeError as error:
        raise Rejected("json.invalid", "", f"line {error.lineno}, column {error.colno}") from error
    # Text that was UTF-8 has no lone surrogates, and JSON no NUL, unless they are written as
    # escapes; and deeper than its brackets are many it cannot be.
    if "\\u" in text or (brackets >= DEEPEST and _deep(document)):
        _check(document)
    return document


def _deep(document: Any) -> bool:
    """Whether it is nested too deeply; where, `_check` finds."""
    level = [document]
    for _ in range(DEEPEST):
        inner = [node.values() if isinstance(node, dict) else node for node in level]
        level = [each for node in inner for each in node if isinstance(each, (dict, list))]
        if not level:
            return False
    return True


def _members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) < len(pairs):
        seen: set[str] = set()
        twice = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
        raise Rejected("json.duplicate_key", _shown(twice), "the key stands twice in one object")
    return members


def _constant(name: str) -> NoReturn:
    raise Rejected("json.number", "", f"{name} is no JSON number")


def _integer(digits: str) -> int:
    if len(digits) > LONGEST_NUMBER or int(digits) not in INTEGERS:
        raise Rejected("json.number", "", f"a number of {len(digits)} characters")
    return int(digits)


def _decimal(digits: str) -> float:
    number = float(digits)
    if len(digits) > LONGEST_NUMBER or not math.isfinite(number):
        raise Rejected("json.number", "", f"a number of {len(digits)} characters")
    return number


def _check(document: Any) -> None:
    """One walk without recursion: depth, and text that a database or Avro would refuse."""
    level: list[tuple[Trail, Any]] = [((), document)]
    for _ in range(DEEPEST):
        level = [child for trail, node in level for child in _children(trail, node)]
        if not level:
            return
    raise Rejected("json.too_deep", _path(level[0][0]), f"more than {DEEPEST} levels")


def _children(trail: Trail, node: Any) -> list[tuple[Trail, Any]]:
    if isinstance(node, dict):
        for key in node:
            _check_text(key, trail)
        return [((trail, key), each) for key, each in node.items()]
    if isinstance(node, list):
        return [((trail, place), each) for place, each in enumerate(node)]
    if isinstance(node, str):
        _check_text(node, trail)
    return []


def _check_text(text: str, trail: Trail) -> None:
    if "\x00" in text:
        raise Rejected("text.invalid", _path(trail), "a text holds NUL")
    if not text.isascii() and any("\ud800" <= letter <= "\udfff" for letter in text):
        raise Rejected("text.invalid", _path(trail), "a text holds a lone surrogate")


def _path(trail: Trail) -> str:
    steps: list[str] = []
    while trail:
        trail, step = trail
        steps.append(f"[{step}]" if isinstance(step, int) else f".{step}")
    return _shown("".join(reversed(steps)).removeprefix("."))


def _shown(path: str) -> str:
    """A path that every sink can carry."""
    return path.encode("ascii", "backslashreplace").decode("ascii").replace("\x00", "\\x00")[:200]
