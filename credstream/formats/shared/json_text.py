"""Decodes bytes to text and text to JSON, and refuses what a later reader could not process."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from typing import Any, NoReturn

from credstream.contract.errors import Rejected
from credstream.formats.shared.budget import Budget

# The steps to a value, from the last one up. A path is written only where an error needs one:
# for a document with one long name, a path at every value would be many times its own size.
Trail = tuple[()] | tuple[Any, str | int]

DEEPEST = 100
# Objects and arrays in a document; the largest real file known has three thousand.
MOST_NODES = 50_000
LONGEST_NUMBER = 30
# The long of Avro and the bigint of SQL.
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


def read_json(text: str, budget: Budget | None = None) -> Any:
    """A JSON document; raises Rejected. Its values are added to the budget, before it is read.

    Refused is what readers disagree about: duplicate keys (RFC 8259, section 4), numbers that are
    none or too long (section 6), NUL and lone surrogates (section 8.2), and too deep nesting
    (section 9). https://www.rfc-editor.org/rfc/rfc8259
    """
    brackets = text.count("{") + text.count("[")
    if brackets > MOST_NODES:
        raise Rejected("json.too_large", "", f"{brackets} objects and lists")
    if budget is not None:
        budget.add_nodes(brackets + text.count(","))
    try:
        document = json.loads(
            text,
            object_pairs_hook=_object,
            parse_constant=_refuse_constant,
            parse_int=_read_integer,
            parse_float=_read_decimal,
        )
    except RecursionError as error:
        raise Rejected("json.too_deep", "", f"more than {DEEPEST} levels") from error
    except json.JSONDecodeError as error:
        raise Rejected("json.invalid", "", f"line {error.lineno}, column {error.colno}") from error
    # UTF-8 has no lone surrogates and JSON text no NUL unless they are written as escapes, and
    # nesting cannot be deeper than there are brackets: most documents need no second pass.
    if "\\u" in text or (brackets >= DEEPEST and _too_deep(document)):
        _check_values(document)
    return document


def _too_deep(document: Any) -> bool:
    """Whether it is nested too deeply; `_check_values` then finds the place."""
    level = [document]
    for _ in range(DEEPEST):
        contents = [node.values() if isinstance(node, dict) else node for node in level]
        level = [
            value for values in contents for value in values if isinstance(value, (dict, list))
        ]
        if not level:
            return False
    return True


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) < len(pairs):
        seen: set[str] = set()
        repeated = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
        raise Rejected(
            "json.duplicate_key", _printable(repeated), "the key stands twice in one object"
        )
    return members


def _refuse_constant(name: str) -> NoReturn:
    raise Rejected("json.number", "", f"{name} is no JSON number")


def _read_integer(digits: str) -> int:
    if len(digits) > LONGEST_NUMBER or int(digits) not in INTEGERS:
        raise Rejected("json.number", "", f"a number of {len(digits)} characters")
    return int(digits)


def _read_decimal(digits: str) -> float:
    if len(digits) > LONGEST_NUMBER or not math.isfinite(float(digits)):
        raise Rejected("json.number", "", f"a number of {len(digits)} characters")
    return float(digits)


def _check_values(document: Any) -> None:
    """Checks the depth, and every text for what a database or Avro would refuse."""
    # Level by level, as a recursive walk could itself be driven too deep.
    level: list[tuple[Trail, Any]] = [((), document)]
    for _ in range(DEEPEST):
        level = [child for trail, node in level for child in _children(trail, node)]
        if not level:
            return
    raise Rejected("json.too_deep", _path_of(level[0][0]), f"more than {DEEPEST} levels")


def _children(trail: Trail, node: Any) -> Iterator[tuple[Trail, Any]]:
    """The objects and arrays in a node, after its texts have been checked."""
    if isinstance(node, str):
        _check_string(node, trail)
    if not isinstance(node, (dict, list)):
        return
    for step, value in node.items() if isinstance(node, dict) else enumerate(node):
        if isinstance(step, str):
            _check_string(step, trail)
        if isinstance(value, str) and _fault_in(value):
            _check_string(value, (trail, step))
        elif isinstance(value, (dict, list)):
            yield (trail, step), value


def _check_string(text: str, trail: Trail) -> None:
    fault = _fault_in(text)
    if fault:
        raise Rejected("text.invalid", _path_of(trail), fault)


def _fault_in(text: str) -> str:
    if "\x00" in text:
        return "a text holds NUL"
    if not text.isascii() and any("\ud800" <= letter <= "\udfff" for letter in text):
        return "a text holds a lone surrogate"
    return ""


def _path_of(trail: Trail) -> str:
    steps: list[str] = []
    while trail:
        trail, step = trail
        steps.append(f"[{step}]" if isinstance(step, int) else f".{step}")
    return _printable("".join(reversed(steps)).removeprefix("."))


def _printable(path: str) -> str:
    """A path in ASCII and of bounded length, for logs, headers and databases."""
    return path.encode("ascii", "backslashreplace").decode("ascii").replace("\x00", "\\x00")[:200]
