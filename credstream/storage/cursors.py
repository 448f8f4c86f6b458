"""Tables of cursors: how far the keys that a change concerns have been asked for again."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any

import sqlalchemy as sa

from credstream.contract.paging import Cursor, CursorRow, Page, page_size
from credstream.contract.records import Again
from credstream.storage.statements import KeysQuery, keys_query, select_by_keys, upsert
from credstream.storage.tables import METADATA

# The keys of a cursor's next page, at most as many as are asked for, in their order.
ReadKeys = Callable[[sa.Connection, Cursor, int], Sequence[str]]


def cursor_table(name: str) -> sa.Table:
    """The table of a service's cursors; a migration of the service makes it."""
    return sa.Table(
        name,
        METADATA,
        sa.Column("key", sa.String(300), primary_key=True),
        sa.Column("cause", sa.String(60), nullable=False),
        sa.Column("detail", sa.String(300), nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("scope", sa.String(60), nullable=False),
        sa.Column("after", sa.String(60), nullable=False),
        sa.Column("until", sa.String(60), nullable=False),
        sa.Column("wrapped", sa.Boolean, nullable=False),
    )


def read(connection: sa.Connection, table: sa.Table, keys: set[str]) -> dict[str, Cursor]:
    """The cursors that are held of some keys."""
    rows = select_by_keys(connection, _by_key(table), keys) if keys else ()
    return {row.key: _cursor(row) for row in rows}


def read_pages(
    connection: sa.Connection, cursors: Mapping[str, Cursor], read_keys: ReadKeys
) -> dict[str, Page]:
    """The next page of each cursor."""
    size, pages = page_size(len(cursors)), {}
    for key, cursor in cursors.items():
        keys = tuple(read_keys(connection, cursor, size))
        pages[key] = Page(cursor, keys, full=len(keys) == size)
    return pages


def write(connection: sa.Connection, table: sa.Table, rows: Sequence[CursorRow]) -> None:
    """Hold the last cursor of each key, or hold it no longer."""
    if not rows:
        return
    last = {row.key: row.cursor for row in rows}
    ended = sorted(key for key, cursor in last.items() if cursor is None)
    if ended:
        statement = sa.delete(table).where(table.c.key == sa.bindparam("ended"))
        connection.execute(statement, [{"ended": key} for key in ended])
    upsert(connection, table, [_values(cursor) for cursor in last.values() if cursor])


def part(column: sa.ColumnElement[str], cursor: Cursor) -> tuple[sa.ColumnElement[bool], ...]:
    """The conditions for the keys of the part that a cursor is in.

    The database alone compares keys: its order need not be that of our texts.
    """
    behind = column > cursor.after
    return (behind, column <= cursor.until) if cursor.wrapped else (behind,)


@cache
def _by_key(table: sa.Table) -> KeysQuery:
    return keys_query(sa.select(table), table.c.key)


def _cursor(row: sa.Row[Any]) -> Cursor:
    again = Again(key=row.key, cause=row.cause, detail=row.detail, at=row.at)
    return Cursor(again, row.scope, row.after, row.until, row.wrapped)


def _values(cursor: Cursor) -> Mapping[str, str | int | bool]:
    return {
        "key": cursor.again.key,
        "cause": cursor.again.cause,
        "detail": cursor.again.detail,
        "at": cursor.again.at,
        "scope": cursor.scope,
        "after": cursor.after,
        "until": cursor.until,
        "wrapped": cursor.wrapped,
    }
