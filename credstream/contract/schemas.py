"""The shipped Avro schemas under their fixed ids, each as one text and parsed; and strange ones."""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

import fastavro
from fastavro.types import Schema

# The repository holds the files once, in schemas/avro; the package reaches them by a link, which
# a build replaces by the files.
FOLDER = files("credstream.contract") / "avro"

# Parts come first and in order: a file may name what stands before it.
PARTS = (
    "organisation",
    "definition",
    "award",
    "account",
    "judgement",
    "provider",
    "normalised",
)

# Ids are fixed for ever, so that separate processes agree without a registry.
IDS: Mapping[str, int] = {
    "provider": 1,
    "accreditation": 2,
    "scheme": 3,
    "received": 4,
    "normalised": 5,
    "accredited": 6,
    "published_definition": 7,
    "published_award": 8,
    "published_change": 9,
    "receipt": 10,
    "ack": 11,
    "again": 12,
}

# What fastavro lets out for bytes that are not of the schema.
UNREADABLE = (
    EOFError,
    LookupError,
    MemoryError,
    OverflowError,
    RecursionError,
    TypeError,
    ValueError,
    struct.error,
)

# Name of the record, and parsed schema.
Writer = tuple[str, Schema]


@cache
def schema(name: str, without: str = "") -> Schema:
    """The shipped schema of a record, parsed; but for one of its fields, where that is named."""
    loaded = _load(name)
    kept = [each for each in loaded["fields"] if each["name"] != without]
    return fastavro.parse_schema(_whole({**loaded, "fields": kept}))


@cache
def text(name: str) -> str:
    """The one canonical text of a record's schema, with the parts that it names written in."""
    return json.dumps(_whole(_load(name)), ensure_ascii=False)


@cache
def full_name(name: str) -> str:
    """Namespace and name of a record."""
    loaded = _load(name)
    return f"{loaded['namespace']}.{loaded['name']}"


def parsed(text_of: str) -> Writer | None:
    """Record and schema of some registered text; None where it is no record of the contract."""
    try:
        loaded = json.loads(text_of)
        name = next(name for name in IDS if full_name(name) == _named(loaded))
        made = fastavro.parse_schema(loaded)
    except (*UNREADABLE, AttributeError, StopIteration, fastavro.schema.SchemaParseException):
        return None
    bombs = any(zero_width(each) for each in _items(loaded))
    # One object where they are equal: fastavro else compares them anew for every record.
    made = schema(name) if made == schema(name) else made
    return None if bombs else (name, made)


def _named(loaded: Mapping[str, Any]) -> str:
    name, space = str(loaded["name"]), loaded.get("namespace")
    return f"{space}.{name}" if space and "." not in name else name


def _items(node: Any) -> list[Any]:
    """What every array and map of a schema holds, and every record, which one may hold by name."""
    if isinstance(node, list):
        return [item for each in node for item in _items(each)]
    if not isinstance(node, dict):
        return []
    own = [node[word] for word in ("items", "values") if word in node]
    own += [node] if node.get("type") == "record" else []
    return own + [item for value in node.values() for item in _items(value)]


def zero_width(node: Any) -> bool:
    """Whether values of a schema may take no bytes: arrays of such are bombs."""
    if isinstance(node, str):
        return node == "null"
    if isinstance(node, dict) and node.get("type") in ("record", "error"):
        return all(zero_width(each["type"]) for each in node["fields"])
    if isinstance(node, dict) and node.get("type") == "fixed":
        return bool(node["size"] == 0)
    return isinstance(node, dict) and node.get("type") == "null"


def _load(name: str) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((FOLDER / f"{name}.v1.avsc").read_text("utf-8"))
    return loaded


def _records(node: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    if isinstance(node, dict):
        found += [node] if node.get("type") == "record" else []
        for value in node.values():
            found += _records(value)
    elif isinstance(node, list):
        for value in node:
            found += _records(value)
    return found


def _whole(loaded: dict[str, Any]) -> Any:
    """A loaded schema with the parts that it names written in."""
    known = {part["name"]: part for file in PARTS for part in _records(_load(file))}
    return _inlined(loaded, known, set())


def _inlined(node: Any, known: Mapping[str, Any], seen: set[str]) -> Any:
    if isinstance(node, str) and node.startswith("credstream."):
        name = node.removeprefix("credstream.")
        return node if name in seen or name not in known else _inlined(known[name], known, seen)
    if isinstance(node, list):
        return [_inlined(each, known, seen) for each in node]
    if isinstance(node, dict):
        if node.get("type") == "record":
            if node["name"] in seen:
                return f"credstream.{node['name']}"
            seen.add(node["name"])
        return {
            key: value if key in ("doc", "default", "name") else _inlined(value, known, seen)
            for key, value in node.items()
        }
    return node
