"""Statements that many tables share: upserts, queries by many keys, the epoch's lock."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from credstream.storage.tables import EPOCH

# Values of one IN list.
SHORT = 500


def hold_epoch(connection: sa.Connection, *, exclusive: bool) -> None:
    """Keep reference data still for this transaction, or be the only one to change it.

    On SQLite the transaction itself is exclusive already.
    """
    if connection.dialect.name != "sqlite":
        connection.execute(_ALONE if exclusive else _SHARED)


def upsert(connection: sa.Connection, table: sa.Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows or replace them by primary key, in key order so that workers never deadlock."""
    if not rows:
        return
    keys = _keys(table)
    last = {tuple(row[name] for name in keys): row for row in rows}
    statement = _upserting(table, connection.dialect.name, tuple(rows[0]))
    connection.execute(statement, [dict(last[key]) for key in sorted(last)])


@dataclass(frozen=True, slots=True)
class Among:
    """A query for the rows whose column has one of many texts, for `select_in`.

    PostgreSQL takes them as one array: a list of another length would be another statement, to be
    made here and planned there.
    """

    postgresql: sa.Select[Any]
    sqlite: sa.Select[Any]


def among(query: sa.Select[Any], column: sa.ColumnElement[str]) -> Among:
    """Make such a query, once for the process."""
    array = sa.bindparam("wanted", type_=postgresql.ARRAY(sa.String))
    listed = sa.bindparam("wanted", type_=sa.String(), expanding=True)
    return Among(query.where(column == sa.any_(array)), query.where(column.in_(listed)))


def in_chunks(values: Sequence[Any], size: int = SHORT) -> Iterator[Sequence[Any]]:
    """Pieces of some size."""
    for start in range(0, len(values), size):
        yield values[start : start + size]


def select_in(connection: sa.Connection, found: Among, values: set[str]) -> list[sa.Row[Any]]:
    """The rows of a query whose column has one of the values."""
    wanted = sorted(values)
    if connection.dialect.name == "postgresql":
        query, size = found.postgresql, max(1, len(wanted))
    else:
        query, size = found.sqlite, SHORT
    pieces = in_chunks(wanted, size)
    return [row for piece in pieces for row in connection.execute(query, {"wanted": piece})]


# What is made once costs a batch nothing: to build a statement and to look it up anew takes longer
# than to run it.
_SHARED = sa.select(EPOCH.c.id).where(EPOCH.c.id == 1).with_for_update(read=True)


_ALONE = sa.select(EPOCH.c.id).where(EPOCH.c.id == 1).with_for_update()


@cache
def _keys(table: sa.Table) -> tuple[str, ...]:
    return tuple(column.name for column in table.primary_key.columns)


@cache
def _upserting(table: sa.Table, dialect: str, names: tuple[str, ...]) -> sa.Insert:
    insert = postgresql.insert if dialect == "postgresql" else sqlite.insert
    statement, keys = insert(table), _keys(table)
    changed = {name: statement.excluded[name] for name in names if name not in keys}
    if changed:
        return statement.on_conflict_do_update(index_elements=keys, set_=changed)
    return statement.on_conflict_do_nothing(index_elements=keys)
