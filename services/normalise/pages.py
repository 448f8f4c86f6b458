"""Reads which awards a changed definition concerns, a page at a time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from credstream.contract.paging import Cursor
from credstream.storage import cursors
from credstream.storage.statements import each_key_query, select_each_key
from services.normalise import moves
from services.normalise.facts import Paging
from services.normalise.tables import AWARDS, CURSORS, LINKS
from services.normalise.versions import days_in

_AWAITED = each_key_query(
    lambda key, others: sa.select(key).where(
        sa.exists().where(
            AWARDS.c.definition_key == key, AWARDS.c.waiting, AWARDS.c.key.not_in(others)
        )
    )
)


def awaited(connection: sa.Connection, definitions: set[str], own: set[str]) -> frozenset[str]:
    """The definitions for which other awards wait than the batch's `own`.

    Whether any wait is all that a batch needs: reading which ones made it cost as much as all that
    ever waited.
    """
    return frozenset(select_each_key(connection, _AWAITED, definitions, own))


def paging_of(connection: sa.Connection, due: set[str], changing: set[str]) -> Paging:
    """The cursors of definitions that may change, and the pages of those whose page is `due`."""
    held = cursors.read(connection, CURSORS, due | changing)
    going_on = {key: held[key] for key in sorted(due) if key in held}
    return Paging(held, cursors.read_pages(connection, going_on, _keys))


def _keys(connection: sa.Connection, cursor: Cursor, size: int) -> Sequence[str]:
    """Awards that wait for the definition, and those of the days in the cursor's scope.

    Of an identifier, the awards that it leads to another person.
    """
    if cursor.again.key.startswith(moves.PREFIX):
        return list(connection.execute(_of_identifier(cursor, size)).scalars())
    days = days_in(cursor.scope)
    parts = [_part(cursor, size, AWARDS.c.waiting)]
    if days is not None:
        span = [AWARDS.c.issued_on >= days.first]
        span += [AWARDS.c.issued_on < days.end] if days.end else []
        parts.append(_part(cursor, size, ~AWARDS.c.waiting, *span))
    # Each part ends at the size by its index: together they would be sorted whole for each page.
    both = sa.union_all(*parts).subquery()
    query = sa.select(both.c.key).order_by(both.c.key).limit(size)
    return connection.execute(query).scalars().all()


def _part(cursor: Cursor, size: int, *conditions: sa.ColumnElement[bool]) -> sa.Select[tuple[str]]:
    key = AWARDS.c.key
    query = sa.select(key).where(AWARDS.c.definition_key == cursor.again.key, *conditions)
    limited = query.where(*cursors.part(key, cursor)).order_by(key).limit(size).subquery()
    return sa.select(limited.c.key)


def _of_identifier(cursor: Cursor, size: int) -> sa.Select[Any]:
    """The awards of an identifier, and of those that lead to it over any number of links."""
    identifier = cursor.again.key.removeprefix(moves.PREFIX)
    leading = sa.select(sa.literal(identifier, sa.String).label("identifier")).cte(recursive=True)
    further = sa.select(LINKS.c.identifier).join(leading, LINKS.c.target == leading.c.identifier)
    leading = leading.union(further)
    key = AWARDS.c.key
    query = sa.select(key).where(AWARDS.c.identifier.in_(sa.select(leading.c.identifier)))
    return query.where(*cursors.part(key, cursor)).order_by(key).limit(size)
