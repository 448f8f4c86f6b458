"""Writes what accreditation decided: the last judgement of every key, and cursors."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from credstream.contract.codec import Codec
from credstream.contract.paging import CursorRow
from credstream.contract.records import Accredited
from credstream.storage import cursors
from credstream.storage.statements import upsert
from services.accreditation.step import JudgedRow, Row
from services.accreditation.tables import CURSORS, JUDGED, JUDGED_TOKENS


def apply(codec: Codec, connection: sa.Connection, rows: Sequence[Row]) -> None:
    judged = [row for row in rows if isinstance(row, JudgedRow)]
    upsert(connection, JUDGED, [{"key": row.key, "record": _kept(codec, row)} for row in judged])
    upsert(
        connection,
        JUDGED_TOKENS,
        [{"token": token, "key": row.key} for row in judged for token in row.tokens],
    )
    cursors.write(connection, CURSORS, [row for row in rows if isinstance(row, CursorRow)])


def _kept(codec: Codec, row: JudgedRow) -> bytes:
    return codec.encode(
        Accredited(record=row.record, judgement=row.judgement, cause="", cause_detail="")
    )
