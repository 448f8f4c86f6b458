"""Encodes and decodes records: Avro in the Confluent wire format (magic byte, schema id).

https://docs.confluent.io/platform/current/schema-registry/fundamentals/serdes-develop/index.html#wire-format
"""

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
from credstream.contract.schemas import IDS, UNREADABLE, WriterSchema, schema

MAGIC = 0
HEADER_BYTES = 5
MIB = 1024 * 1024

LARGEST_BODY: Mapping[str, int] = {"received": 2 * MIB}
# The largest body that is kept during a batch: hundreds of large ones would fill the memory, and
# few of them are written again.
LARGEST_REMEMBERED = 64 * 1024
# How many records of tables are cached decoded, and the largest of them.
MOST_CACHED, LARGEST_CACHED = 512, 8 * 1024

CLASS_BY_NAME: Mapping[str, type] = {
    name: getattr(records, "".join(word.title() for word in name.split("_"))) for name in IDS
}
NAME_BY_CLASS: Mapping[type, str] = {kind: name for name, kind in CLASS_BY_NAME.items()}

# Records whose first field is a record of the contract too. Avro encodes a record as its fields
# in order and nothing else, so the body of the one begins with the body of the other:
# https://avro.apache.org/docs/1.12.0/specification/#complex-types-1
FIRST_FIELD: Mapping[type, str] = {records.Accredited: "record"}


class Registry(Protocol):
    """Knows the schema ids; raises Unavailable when it cannot be reached."""

    def id_of(self, name: str) -> int:
        """The id of the schema that this version writes a record with."""

    def writer_of(self, schema_id: int) -> WriterSchema | None:
        """The name of the record and the parsed schema of an id; None for an unknown id."""


class BuiltIn:
    """The shipped schemas under their fixed ids."""

    def id_of(self, name: str) -> int:
        return IDS[name]

    def writer_of(self, schema_id: int) -> WriterSchema | None:
        name = {number: name for name, number in IDS.items()}.get(schema_id)
        return (name, schema(name)) if name else None


class BatchBodies:
    """The bodies of the records of one batch, with the records, by the identity of each.

    Holding the record keeps its identity from being given to another object.
    """

    __slots__ = ("bodies",)

    def __init__(self) -> None:
        self.bodies: dict[int, tuple[object, bytes]] | None = None


class Codec:
    """Encodes and decodes the records of the contract with the ids of one registry."""

    def __init__(self, registry: Registry | None = None, batch: BatchBodies | None = None) -> None:
        self._registry = registry or BuiltIn()
        self._batch = batch or BatchBodies()
        self._decode_cached = lru_cache(MOST_CACHED)(self.decode)

    def for_databases(self) -> Codec:
        """A codec with the shipped ids; it shares the bodies of a batch with this one."""
        return Codec(None, self._batch)

    @contextmanager
    def batch(self) -> Iterator[None]:
        """Within it the body of a record is encoded once, however often it is written."""
        self._batch.bodies = {}
        try:
            yield
        finally:
            self._batch.bodies = None

    def prepare(self) -> None:
        """Ask for the id of every record, so that a missing one is found before work begins."""
        for name in IDS:
            self._registry.id_of(name)

    def encode(self, record: object) -> bytes:
        """The wire bytes of a record; raises Rejected for a value that Avro refuses."""
        schema_id = self._registry.id_of(NAME_BY_CLASS[type(record)])
        return bytes([MAGIC]) + schema_id.to_bytes(4, "big") + self._body(record)

    def decode(self, value: bytes | None, *expected: type) -> Any:
        """The record in `value`, one of the `expected` classes; raises Rejected."""
        name, schema_id, writer = self._writer(value or b"", expected)
        written = (value or b"")[HEADER_BYTES:]
        body = io.BytesIO(written)
        try:
            data = fastavro.schemaless_reader(body, writer, schema(name))
            record = avro_mapping.record_reader(CLASS_BY_NAME[name])(cast("dict[str, Any]", data))
        except UNREADABLE as error:
            raise Rejected("avro.invalid", "", type(error).__name__) from error
        if body.read(1):
            raise Rejected("avro.invalid", "", "bytes follow the record")
        # Bytes of another version of the schema are not what this version would write.
        if schema_id == self._registry.id_of(name):
            self._remember(record, written)
        return record

    def decode_cached(self, value: bytes, expected: type) -> Any:
        """As `decode`, for records in tables: equal bytes are decoded once for many batches."""
        return (self._decode_cached if len(value) <= LARGEST_CACHED else self.decode)(
            value, expected
        )

    def _body(self, record: object) -> bytes:
        kept = (self._batch.bodies or {}).get(id(record))
        return kept[1] if kept else self._remember(record, self._encode_body(record))

    def _encode_body(self, record: object) -> bytes:
        first = FIRST_FIELD.get(type(record), "")
        inner = self._body(getattr(record, first)) if first else b""
        return inner + _encode_fields(record, first)

    def _remember(self, record: object, body: bytes) -> bytes:
        bodies = self._batch.bodies
        if bodies is not None and len(body) <= LARGEST_REMEMBERED:
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
        if CLASS_BY_NAME[name] not in expected:
            raise Rejected("avro.schema_not_allowed", "", f"record {name}")
        if len(value) > LARGEST_BODY.get(name, MIB) + HEADER_BYTES:
            raise Rejected("avro.too_large", "", f"{len(value)} bytes of {name}")
        return name, schema_id, writer


def _encode_fields(record: object, without: str = "") -> bytes:
    """The body of a record, or what follows in it after its first field, which is left out."""
    kind: type = type(record)
    out = io.BytesIO()
    try:
        data = avro_mapping.record_writer(kind, without)(record)
        fastavro.schemaless_writer(out, schema(NAME_BY_CLASS[kind], without), data)
    except (ValueError, TypeError, OverflowError) as error:
        raise Rejected("avro.unwritable", "", type(error).__name__) from error
    return out.getvalue()
