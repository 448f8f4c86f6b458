"""Asks for the awards that a changed list concerns, and reads which they are, a page at a time."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

import sqlalchemy as sa

from credstream.contract import paging
from credstream.contract.messages import Emit
from credstream.contract.paging import Cursor, CursorRow, Page
from credstream.contract.records import Again
from credstream.storage import cursors
from credstream.storage.statements import each_key_query, select_each_key
from services.accreditation.tables import CURSORS, JUDGED, JUDGED_TOKENS

# The key of the cursor over all that was ever judged; a token has a colon or is a digest.
EVERYONE = "*"

_ANY_JUDGED = sa.select(JUDGED.c.key).limit(1)
_CONCERNED = each_key_query(
    lambda token, _: sa.select(token).where(sa.exists().where(JUDGED_TOKENS.c.token == token))
)


def ask(connection: sa.Connection, again: Again, tokens: Collection[str]) -> list[Emit]:
    """Ask for the awards of bodies with some tokens, or of EVERYONE, each by a cursor of its own.

    A list may name one organisation thousands of times: what changes while a cursor is under way
    prolongs its round, so that the awards are not asked for once for each accreditation.
    """
    concerned = sorted(_concerned(connection, set(tokens)))
    held = cursors.read(connection, CURSORS, set(concerned))
    begun = [paging.started(held.get(key), replace(again, key=key)) for key in concerned]
    cursors.write(connection, CURSORS, [CursorRow(each.again.key, each) for each in begun])
    return [paging.request("accreditation", cursor.again) for cursor in begun]


def read(connection: sa.Connection, due: set[str]) -> dict[str, Page]:
    """The next page of each cursor that goes on."""
    return cursors.read_pages(connection, cursors.read(connection, CURSORS, due), _keys)


def _concerned(connection: sa.Connection, tokens: set[str]) -> set[str]:
    if tokens == {EVERYONE}:
        return tokens if connection.execute(_ANY_JUDGED).first() else set()
    return set(select_each_key(connection, _CONCERNED, tokens, set()))


def _keys(connection: sa.Connection, cursor: Cursor, size: int) -> Sequence[str]:
    everyone = cursor.again.key == EVERYONE
    key = JUDGED.c.key if everyone else JUDGED_TOKENS.c.key
    own = () if everyone else (JUDGED_TOKENS.c.token == cursor.again.key,)
    query = sa.select(key).where(*own, *cursors.part(key, cursor)).order_by(key).limit(size)
    return connection.execute(query).scalars().all()
