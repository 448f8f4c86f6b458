"""Writes what publisher decided: heads, versions, and rows of the outbox."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from credstream.contract.codec import Codec
from credstream.storage.statements import upsert
from services.publisher.step import OutboxRow, Row, VersionRow, head_of
from services.publisher.tables import HEADS, OUTBOX, VERSIONS, WAITING


def apply(codec: Codec, connection: sa.Connection, rows: Sequence[Row]) -> None:
    versions = [row for row in rows if isinstance(row, VersionRow)]
    upsert(connection, HEADS, [_head(codec, row) for row in versions])
    upsert(connection, VERSIONS, [_version(codec, row) for row in versions])
    upsert(connection, OUTBOX, [_waiting(row) for row in rows if isinstance(row, OutboxRow)])


def _head(codec: Codec, row: VersionRow) -> dict[str, Any]:
    head = head_of(row)
    return {
        "key": row.published.key,
        "version": head.version,
        "digest": head.digest,
        "status": head.status,
        "outcome": head.outcome,
        "source": codec.encode(row.source),
    }


def _version(codec: Codec, row: VersionRow) -> dict[str, Any]:
    return {
        "key": row.published.key,
        "version": row.published.version,
        "source": codec.encode(row.source),
        "published": codec.encode(row.published),
        "change": codec.encode(row.change),
    }


def _waiting(row: OutboxRow) -> dict[str, Any]:
    return {
        "key": row.key,
        "version": row.version,
        "channel": row.channel,
        "state": WAITING,
        "attempts": 0,
        "due": row.at,
        "note": "",
    }
