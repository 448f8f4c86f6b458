"""Records to bytes and back: Avro in the Confluent wire format (magic byte, schema id)."""

from __future__ import annotations

import io
import json
import struct
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any, Protocol, cast

import fastavro
from fastavro.types import Schema

from credstream.contract import plain, records
from credstream.contract.errors import Rejected

FOLDER = Path(__file__).parents[2] / "schemas" / "avro"
MAGIC = 0
HEADER_BYTES = 5
MIB = 1024 * 1024

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
CAPS: Mapping[str, int] = {"received": 2 * MIB}
# Of a body that a batch remembers; hundreds of large ones would be memory for nothing.
LARGEST_KEPT = 64 * 1024

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

CLASSES: Mapping[str, type] = {
    name: getattr(records, "".join(word.title() for word in name.split("_"))) for name in IDS
}
NAMES: Mapping[type, str] = {kind: name for name, kind in CLASSES.items()}


# Name of the record, and parsed schema.
Writer = tuple[str, Schema]


class Registry(Protocol):
    """Where schema ids come from. Raises Unavailable when it cannot be reached."""

    def id_of(self, name: str) -> int:
        """The id under which this version's schema of a record is written."""

    def writer_of(self, schema_id: int) -> Writer | None:
        """Name of the record and parsed schema of an id, None if nobody knows it."""


class BuiltIn:
    """The shipped schemas under their fixed ids."""

    def id_of(self, name: str) -> int:
        return IDS[name]

    def writer_of(self, schema_id: int) -> Writer | None:
        name = {number: name for name, number in IDS.items()}.get(schema_id)
        return (name, schema(name)) if name else None


class Batch:
    """What is known of the records of one batch: by their identity, the record and its body."""

    __slots__ = ("bodies",)

    def __init__(self) -> None:
        self.bodies: dict[int, tuple[object, bytes]] | None = None


class Codec:
    """Encodes and decodes the records of the contract with the ids of one registry."""

    def __init__(self, registry: Registry | None = None, batch: Batch | None = None) -> None:
        self._registry = registry or BuiltIn()
        self._batch = batch or Batch()

    def stored(self) -> Codec:
        """A codec with the shipped ids, as databases hold records; it shares this one's batches."""
        return Codec(None, self._batch)

    @contextmanager
    def batch(self) -> Iterator[None]:
        """Within it the body of a record is made once, however often it is read and written."""
        self._batch.bodies = {}
        try:
            yield
        finally:
            self._batch.bodies = None

    def prepare(self) -> None:
        """Learn the id of every record, so that a missing one shows before work begins."""
        for name in IDS:
            self._registry.id_of(name)

    def encode(self, record: object) -> bytes:
        """The wire bytes of a record; raises Rejected for a value that Avro refuses."""
        schema_id = self._registry.id_of(NAMES[type(record)])
        known = (self._batch.bodies or {}).get(id(record))
        body = known[1] if known else self._remembered(record, _body(record))
        return bytes([MAGIC]) + schema_id.to_bytes(4, "big") + body

    def decode(self, value: bytes | None, *expected: type) -> Any:
        """The record in `value`, one of the `expected` classes; raises Rejected."""
        name, schema_id, writer = self._writer(value or b"", expected)
        written = (value or b"")[HEADER_BYTES:]
        body = io.BytesIO(written)
        try:
            data = fastavro.schemaless_reader(body, writer, schema(name))
            record = plain.to_record(CLASSES[name])(cast("dict[str, Any]", data))
        except UNREADABLE as error:
            raise Rejected("avro.invalid", "", type(error).__name__) from error
        if body.read(1):
            raise Rejected("avro.invalid", "", "bytes follow the record")
        if schema_id == self._registry.id_of(name):  # of another version it has another body
            self._remembered(record, written)
        return record

    def _remembered(self, record: object, body: bytes) -> bytes:
        bodies = self._batch.bodies
        if bodies is not None and len(body) <= LARGEST_KEPT:
            bodies[id(record)] = (record, body)
        return body

    def _writer(self, value: bytes, expected: tuple[type, ...]) -> tuple[str, int, Schema]:
        if len(value) < HEADER_BYTES or value[0] != MAGIC:
            raise Rejected("avro.magic", "", "the value does not start with a schema id")
        schema_id = int.from_bytes(value[1:HEADER_BYTES], "big")
        known = self._registry.writer_of(schema_id)
        if known is None:
            raise Rejected("avro.schema_unknown", "", f"schema id {schema_id}")
        name, writer = known
        if CLASSES[name] not in expected:
            raise Rejected("avro.schema_not_allowed", "", f"record {name}")
        if len(value) > CAPS.get(name, MIB) + HEADER_BYTES:
            raise Rejected("avro.too_large", "", f"{len(value)} bytes of {name}")
        return name, schema_id, writer


def _body(record: object) -> bytes:
    kind: type = type(record)
    out = io.BytesIO()
    try:
        fastavro.schemaless_writer(out, schema(NAMES[kind]), plain.to_plain(kind)(record))
    except (ValueError, TypeError, OverflowError) as error:
        raise Rejected("avro.unwritable", "", type(error).__name__) from error
    return out.getvalue()


@cache
def schema(name: str) -> Schema:
    """The shipped schema of a record, parsed."""
    return fastavro.parse_schema(json.loads(text(name)))


@cache
def text(name: str) -> str:
    """The one canonical text of a record's schema, with the parts that it names written in."""
    known = {part["name"]: part for file in PARTS for part in _records(_load(file))}
    return json.dumps(_inlined(_load(name), known, set()), ensure_ascii=False)


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
