"""Takes accreditations into the tables, and finds the awards that each may concern."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import sqlalchemy as sa

from credstream.contract.codec import Codec
from credstream.contract.messages import Emit
from credstream.contract.records import Accreditation, Again
from credstream.runtime.reference import Learn
from credstream.storage.statements import upsert
from services.accreditation import pages
from services.accreditation.gather import any_loaded
from services.accreditation.organisations import tokens
from services.accreditation.tables import ACCREDITATIONS, TOKENS


def learn_accreditation(codec: Codec) -> Learn[Accreditation]:
    """Take an accreditation into the tables; every award that it may concern is judged again."""

    def learn(connection: sa.Connection, key: str, record: Accreditation | None) -> Sequence[Emit]:
        loaded_before = any_loaded(connection)
        if record is None:
            connection.execute(sa.delete(ACCREDITATIONS).where(ACCREDITATIONS.c.id == key))
        else:
            row = {"id": key, "as_of": record.as_of, "record": codec.encode(record)}
            upsert(connection, ACCREDITATIONS, [row])
            own = sorted(tokens(record.organisation))
            upsert(connection, TOKENS, [{"token": token, "id": key} for token in own])
        # With the first accreditation, or without the last, "no list has been loaded" becomes
        # true or false for every award, whoever awarded it.
        everyone = loaded_before != any_loaded(connection)
        again = Again(key="", cause=_cause(record), detail=key, at=record.as_of if record else 0)
        return pages.ask(connection, again, _concerned(connection, key, everyone=everyone))

    return learn


def _concerned(connection: sa.Connection, key: str, *, everyone: bool) -> Collection[str]:
    """The tokens that an accreditation has or had: awards of bodies that share one; or everyone."""
    if everyone:
        return (pages.EVERYONE,)
    return connection.execute(sa.select(TOKENS.c.token).where(TOKENS.c.id == key)).scalars().all()


def _cause(record: Accreditation | None) -> str:
    if record is None:
        return "accreditation.deleted"
    return "accreditation.withdrawn" if record.withdrawn_on else "accreditation.changed"
