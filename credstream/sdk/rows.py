"""A published message as a register sees it, and as a row of a table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson

from credstream.contract import topics
from credstream.contract.codec import CLASS_BY_NAME, Codec
from credstream.contract.errors import Rejected
from credstream.contract.messages import Incoming
from credstream.contract.records import PublishedAward, PublishedChange, PublishedDefinition
from credstream.contract.values import Definition

Record = PublishedDefinition | PublishedAward | PublishedChange
# Columns that are named as the record's own field, where the record has it.
PLAIN = ("status", "pseudonym", "issued_on", "valid_until", "kind", "change", "cause", "outcome")


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """One message: a record, the deletion of a key, or, with a fault, bytes that cannot be read.

    `kind` is the record that the topic holds, `at` the broker's time in milliseconds.
    """

    topic: str
    partition: int
    offset: int
    at: int
    kind: str
    key: str
    record: Record | None = None
    fault: str = ""
    value: bytes = field(default=b"", repr=False)

    @property
    def deletes(self) -> bool:
        return self.record is None and not self.fault


def published(message: Incoming, codec: Codec) -> Published:
    """A message of a published topic; raises Unavailable where the registry is away."""
    row = topics.row_of(message.topic)
    kind = row.record if row else ""
    record, fault = None, ""
    if message.value is not None:
        try:
            record = codec.decode(message.value, CLASS_BY_NAME[kind])
        except Rejected as refusal:
            fault = str(refusal)
    return Published(
        topic=message.topic,
        partition=message.partition,
        offset=message.offset,
        at=message.at,
        kind=kind,
        key=(message.key or b"").decode("utf-8", "replace"),
        record=record,
        fault=fault,
        value=message.value or b"" if fault else b"",
    )


def row_of(record: Record) -> dict[str, Any]:
    """The columns of a record; what its kind does not have is left out."""
    columns = {
        "key": record.key,
        "version": record.version,
        "country": country_of(record.key),
        "provider": record.provider,
        **{name: getattr(record, name) for name in PLAIN if hasattr(record, name)},
        "digest": record.digest,
        "occurred_at": record.occurred_at,
        "received_at": record.received_at,
        "published_at": record.published_at,
    }
    if isinstance(record, PublishedAward):
        columns |= {"outcome": record.judgement.outcome, "definition": record.definition.key}
    if not isinstance(record, PublishedChange):
        columns["title"] = title(record.definition)
    plain: dict[str, Any] = without_nul(columns)
    return plain | {"record": text(record)}


def text(record: Record) -> str:
    """A record as JSON that PostgreSQL takes for jsonb as well."""
    dumped = orjson.dumps(record)
    return (orjson.dumps(without_nul(orjson.loads(dumped))) if NUL in dumped else dumped).decode()


NUL = rb"\u0000"


def without_nul(value: Any) -> Any:
    """A value with U+FFFD for every NUL, which PostgreSQL refuses."""
    if isinstance(value, str):
        return value.replace("\0", "\ufffd")
    if isinstance(value, Mapping):
        return {without_nul(key): without_nul(part) for key, part in value.items()}
    return [without_nul(part) for part in value] if isinstance(value, list) else value


def title(definition: Definition) -> str:
    """The title in the definition's own language, else English, else the first."""
    known = definition.title
    tags = (definition.language or "", "en", *sorted(known))
    return next((known[tag] for tag in tags if tag in known), "")


def country_of(key: str) -> str:
    """The country in a key, in upper case as elsewhere; ZZ where there is none."""
    parts = key.split(":")
    named = len(parts) == 3 and len(parts[1]) == 2  # noqa: PLR2004, mc:<country>:<uuid>
    return parts[1].upper() if named else topics.NOWHERE.upper()
