"""Records to bytes and back: Avro in the Confluent wire format (magic byte, schema id)."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import lru_cache
from typing import Any, Protocol, cast

import fastavro
from fastavro.types import Schema

from credstream.contract import avro_mapping, records
from credstream.contract.errors import Rejected
from credstream.contract.schemas import IDS, UNREADABLE, Writer, schema

MAGIC = 0
HEADER_BYTES = 5
MIB = 1024 * 1024

CAPS: Mapping[str, int] = {"received": 2 * MIB}
# Of a body that a batch remembers; hundreds of large ones would be memory for nothing.
LARGEST_KEPT = 64 * 1024
# Of the records that tables hold, so many of at most so many bytes are remembered as taken apart.
HELD, LARGEST_HELD = 512, 8 * 1024

CLASSES: Mapping[str, type] = {
    name: getattr(records, "".join(word.title() for word in name.split("_"))) for name in IDS
}
NAMES: Mapping[type, str] = {kind: name for name, kind in CLASSES.items()}

# Records whose first field is a record of the contract too: in Avro the fields of a record stand
# in a row and nothing else, so that the body of the one begins with that of the other.
# https://avro.apache.org/docs/1.12.0/specification/#complex-types-1
FIRST: Mapping[type, str] = {records.Accredited: "record"}


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
        self._remembering = lru_cache(HELD)(self.decode)

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
        return bytes([MAGIC]) + schema_id.to_bytes(4, "big") + self._body(record)

    def decode(self, value: bytes | None, *expected: type) -> Any:
        """The record in `value`, one of the `expected` classes; raises Rejected."""
        name, schema_id, writer = self._writer(value or b"", expected)
        written = (value or b"")[HEADER_BYTES:]
        body = io.BytesIO(written)
        try:
            data = fastavro.schemaless_reader(body, writer, schema(name))
            record = avro_mapping.to_record(CLASSES[name])(cast("dict[str, Any]", data))
        except UNREADABLE as error:
            raise Rejected("avro.invalid", "", type(error).__name__) from error
        if body.read(1):
            raise Rejected("avro.invalid", "", "bytes follow the record")
        if schema_id == self._registry.id_of(name):  # of another version it has another body
            self._remembered(record, written)
        return record

    def held(self, value: bytes, expected: type) -> Any:
        """As `decode`, for what batch after batch reads from a table: equal bytes are read once."""
        return (self._remembering if len(value) <= LARGEST_HELD else self.decode)(value, expected)

    def _body(self, record: object) -> bytes:
        known = (self._batch.bodies or {}).get(id(record))
        return known[1] if known else self._remembered(record, self._written(record))

    def _written(self, record: object) -> bytes:
        first = FIRST.get(type(record), "")
        inner = self._body(getattr(record, first)) if first else b""
        return inner + _apart(record, first)

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


def _apart(record: object, without: str = "") -> bytes:
    """The body of a record, or what follows in it on the field that is left out."""
    kind: type = type(record)
    out = io.BytesIO()
    try:
        data = avro_mapping.to_plain(kind, without)(record)
        fastavro.schemaless_writer(out, schema(NAMES[kind], without), data)
    except (ValueError, TypeError, OverflowError) as error:
        raise Rejected("avro.unwritable", "", type(error).__name__) from error
    return out.getvalue()
