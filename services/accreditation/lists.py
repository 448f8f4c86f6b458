"""Takes accreditations of a list into the tables, and finds the awards that each concerns."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from credstream.contract import topics
from credstream.contract.codec import Codec
from credstream.contract.messages import Emit
from credstream.contract.records import Accreditation, Again
from credstream.runtime.reference import Learn
from credstream.storage.statements import upsert
from services.accreditation.gather import _loaded
from services.accreditation.organisations import tokens
from services.accreditation.tables import ACCREDITATIONS, JUDGED, JUDGED_TOKENS, TOKENS


def learn_accreditation(codec: Codec) -> Learn[Accreditation]:
    """Take an accreditation into the tables; every award that it may concern is judged again."""

    def learn(connection: sa.Connection, key: str, record: Accreditation | None) -> Sequence[Emit]:
        loaded = _loaded(connection)
        if record is None:
            connection.execute(sa.delete(ACCREDITATIONS).where(ACCREDITATIONS.c.id == key))
        else:
            row = {"id": key, "as_of": record.as_of, "record": codec.encode(record)}
            upsert(connection, ACCREDITATIONS, [row])
            found = sorted(tokens(record.organisation))
            upsert(connection, TOKENS, [{"token": token, "id": key} for token in found])
        again = Again(key="", cause=_cause(record), detail=key, at=record.as_of if record else 0)
        # With the first accreditation, or without the last, everybody's "no list" changes.
        turned = loaded != _loaded(connection)
        return [_for(again, name) for name in _affected(connection, key, everyone=turned)]

    return learn


def _affected(connection: sa.Connection, key: str, *, everyone: bool) -> list[str]:
    """Awards of a body with one of the accreditation's tokens; all, when it is the first."""
    query = sa.select(JUDGED.c.key)
    if not everyone:
        own = sa.select(TOKENS.c.token).where(TOKENS.c.id == key)
        query = sa.select(JUDGED_TOKENS.c.key).where(JUDGED_TOKENS.c.token.in_(own)).distinct()
    return sorted(row.key for row in connection.execute(query))


def _cause(record: Accreditation | None) -> str:
    if record is None:
        return "accreditation.deleted"
    return "accreditation.withdrawn" if record.withdrawn_on else "accreditation.changed"


def _for(again: Again, key: str) -> Emit:
    record = Again(key=key, cause=again.cause, detail=again.detail, at=again.at)
    return Emit(topics.again("accreditation"), key, record)
