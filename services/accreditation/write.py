"""Writes what accreditation decided: the last judgement of every key."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from credstream.contract.codec import Codec
from credstream.contract.records import Accredited
from credstream.storage.statements import upsert
from services.accreditation.step import JudgedRow
from services.accreditation.tables import JUDGED, JUDGED_TOKENS


def apply(codec: Codec, connection: sa.Connection, rows: Sequence[JudgedRow]) -> None:
    upsert(connection, JUDGED, [{"key": row.key, "record": _kept(codec, row)} for row in rows])
    upsert(
        connection,
        JUDGED_TOKENS,
        [{"token": token, "key": row.key} for row in rows for token in row.tokens],
    )


def _kept(codec: Codec, row: JudgedRow) -> bytes:
    return codec.encode(
        Accredited(record=row.record, judgement=row.judgement, cause="", cause_detail="")
    )
