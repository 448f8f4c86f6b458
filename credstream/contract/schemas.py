"""The shipped Avro schemas with their fixed ids, and schemas of other versions as registered."""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

import fastavro
from fastavro.types import Schema

# The files are in schemas/avro once; the package has a link to them, which a build replaces by
# the files.
FOLDER = files("credstream.contract") / "avro"

# The files of types that several records use; each may use those before it.
SHARED_TYPES = (
    "organisation",
    "definition",
    "award",
    "account",
    "judgement",
    "provider",
    "normalised",
)

# An id never changes, so that processes agree on it without a registry.
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

# What fastavro raises for bytes that are not of the schema.
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

# The name of a record, and the schema that it was written with, parsed.
WriterSchema = tuple[str, Schema]


@cache
def schema(name: str, without: str = "") -> Schema:
    """The shipped schema of a record, parsed; `without` is a field that is left out."""
    loaded = _read_file(name)
    kept = [field for field in loaded["fields"] if field["name"] != without]
    return fastavro.parse_schema(_self_contained({**loaded, "fields": kept}))


@cache
def text(name: str) -> str:
    """The text of a record's schema, with the types that it uses written in."""
    return json.dumps(_self_contained(_read_file(name)), ensure_ascii=False)


@cache
def full_name(name: str) -> str:
    """Namespace and name of a record."""
    loaded = _read_file(name)
    return f"{loaded['namespace']}.{loaded['name']}"


def parse_registered(schema_text: str) -> WriterSchema | None:
    """The record and the schema of a registered text; None for a text that is refused.

    It is refused where it is no record of the contract, or may hold elements of no bytes.
    """
    try:
        loaded = json.loads(schema_text)
        name = next(name for name in IDS if full_name(name) == _qualified_name(loaded))
        registered = fastavro.parse_schema(loaded)
    except (*UNREADABLE, AttributeError, StopIteration, fastavro.schema.SchemaParseException):
        return None
    # A few bytes may declare an array of a billion elements that take none.
    if any(may_be_empty(element) for element in _element_types(loaded)):
        return None
    # The same object where they are equal: fastavro compares two objects for every record.
    return name, schema(name) if registered == schema(name) else registered


def _qualified_name(loaded: Mapping[str, Any]) -> str:
    name, space = str(loaded["name"]), loaded.get("namespace")
    return f"{space}.{name}" if space and "." not in name else name


def _element_types(node: Any) -> list[Any]:
    """The element types of all arrays and maps, and all records, as a name may stand for one."""
    if isinstance(node, list):
        return [element for branch in node for element in _element_types(branch)]
    if not isinstance(node, dict):
        return []
    own = [node[key] for key in ("items", "values") if key in node]
    own += [node] if node.get("type") == "record" else []
    return own + [element for value in node.values() for element in _element_types(value)]


def may_be_empty(node: Any) -> bool:
    """Whether a value of the type may take no bytes: a null, or a record of nothing else."""
    if isinstance(node, str):
        return node == "null"
    if isinstance(node, dict) and node.get("type") in ("record", "error"):
        return all(may_be_empty(field["type"]) for field in node["fields"])
    if isinstance(node, dict) and node.get("type") == "fixed":
        return bool(node["size"] == 0)
    return isinstance(node, dict) and node.get("type") == "null"


def _read_file(name: str) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((FOLDER / f"{name}.v1.avsc").read_text("utf-8"))
    return loaded


def _record_types(node: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    if isinstance(node, dict):
        found += [node] if node.get("type") == "record" else []
        for value in node.values():
            found += _record_types(value)
    elif isinstance(node, list):
        for branch in node:
            found += _record_types(branch)
    return found


def _self_contained(loaded: dict[str, Any]) -> Any:
    """A loaded schema with the types that it uses written in."""
    shared = {
        kind["name"]: kind for file in SHARED_TYPES for kind in _record_types(_read_file(file))
    }
    return _inlined(loaded, shared, set())


def _inlined(node: Any, shared: Mapping[str, Any], seen: set[str]) -> Any:
    # Avro wants a type in full where it is used first, and by name everywhere else:
    # https://avro.apache.org/docs/1.12.0/specification/#names
    if isinstance(node, str) and node.startswith("credstream."):
        name = node.removeprefix("credstream.")
        return node if name in seen or name not in shared else _inlined(shared[name], shared, seen)
    if isinstance(node, list):
        return [_inlined(branch, shared, seen) for branch in node]
    if isinstance(node, dict):
        if node.get("type") == "record":
            if node["name"] in seen:
                return f"credstream.{node['name']}"
            seen.add(node["name"])
        return {
            key: value if key in ("doc", "default", "name") else _inlined(value, shared, seen)
            for key, value in node.items()
        }
    return node
