"""Writes what ingest decided: the content that each key has now, and has ever had."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict

import sqlalchemy as sa

from credstream.storage.statements import upsert
from services.ingest.step import FoundRow, Row, SeenRow
from services.ingest.tables import LAST, LOST, SEEN


def apply(connection: sa.Connection, rows: Sequence[Row]) -> None:
    seen = [row for row in rows if isinstance(row, SeenRow)]
    upsert(connection, LAST, [{"key": row.key, "digest": row.digest} for row in seen])
    upsert(connection, SEEN, [asdict(row) for row in seen])
    found = [{"found": row.key} for row in rows if isinstance(row, FoundRow)]
    if found:
        connection.execute(sa.delete(LOST).where(LOST.c.key == sa.bindparam("found")), found)
