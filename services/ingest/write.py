"""Writes what ingest decided: the content that each key has now, and has ever had."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict

import sqlalchemy as sa

from credstream.storage.statements import upsert
from services.ingest.step import SeenRow
from services.ingest.tables import LAST, SEEN


def apply(connection: sa.Connection, rows: Sequence[SeenRow]) -> None:
    upsert(connection, LAST, [{"key": row.key, "digest": row.digest} for row in rows])
    upsert(connection, SEEN, [asdict(row) for row in rows])
