"""Statements that many tables share: upserts, queries by many keys, the lock of the epoch."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from credstream.storage.tables import EPOCH

# The most values of one IN list; SQLite takes 32,766 parameters, and a statement of many is slow to
# parse.
IN_LIST_SIZE = 500


def lock_epoch(connection: sa.Connection, *, exclusive: bool) -> None:
    """Lock the epoch until the transaction ends: shared to read reference data, or to change it.

    Without this lock a batch that reads before a change and commits after it would publish a
    judgement by old data, and the change would not find its keys. On SQLite a transaction that
    writes is alone anyway.
    """
    if connection.dialect.name != "sqlite":
        connection.execute(_LOCK_EXCLUSIVE if exclusive else _LOCK_SHARED)


def upsert(connection: sa.Connection, table: sa.Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows or replace them by primary key; the last row of a key counts.

    In the order of keys, so that two workers never lock the same rows in another order.
    """
    if not rows:
        return
    keys = _keys(table)
    last = {tuple(row[name] for name in keys): row for row in rows}
    statement = _upserting(table, connection.dialect.name, tuple(rows[0]))
    connection.execute(statement, [dict(last[key]) for key in sorted(last)])


@dataclass(frozen=True, slots=True)
class KeysQuery:
    """A query for the rows whose column has one of many texts, for `select_by_keys`.

    PostgreSQL gets the texts as one array: a list of another length would be another statement,
    which has to be built here and planned there.
    """

    postgresql: sa.Select[Any]
    sqlite: sa.Select[Any]


def keys_query(query: sa.Select[Any], column: sa.ColumnElement[str]) -> KeysQuery:
    """The query, limited to given texts of a column; built once for the process."""
    array = sa.bindparam("keys", type_=postgresql.ARRAY(sa.String))
    listed = sa.bindparam("keys", type_=sa.String(), expanding=True)
    return KeysQuery(query.where(column == sa.any_(array)), query.where(column.in_(listed)))


def select_by_keys(
    connection: sa.Connection, query: KeysQuery, keys: set[str]
) -> list[sa.Row[Any]]:
    """The rows of a query whose column has one of the keys."""
    ordered = sorted(keys)
    if connection.dialect.name == "postgresql":
        statement, size = query.postgresql, max(1, len(ordered))
    else:
        statement, size = query.sqlite, IN_LIST_SIZE
    chunks = in_chunks(ordered, size)
    return [row for chunk in chunks for row in connection.execute(statement, {"keys": chunk})]


@dataclass(frozen=True, slots=True)
class EachKeyQuery:
    """A query that answers for each of many texts, for `select_each_key`."""

    postgresql: sa.Select[Any]
    sqlite: sa.Select[Any]


def each_key_query(
    query_of: Callable[[sa.ColumnElement[str], sa.Select[Any]], sa.Select[Any]],
) -> EachKeyQuery:
    """The query made for one text, and for the texts that it leaves out; built once."""
    array = (sa.bindparam(name, type_=postgresql.ARRAY(sa.String)) for name in ("keys", "others"))
    keys, others = (sa.func.unnest(each).column_valued() for each in array)
    text = (sa.bindparam(name, type_=sa.String) for name in ("keys", "others"))
    own, left_out = (sa.func.json_each(each).table_valued("value").c.value for each in text)
    return EachKeyQuery(
        query_of(keys, sa.select(others)),
        query_of(sa.type_coerce(own, sa.String), sa.select(left_out)),
    )


def select_each_key(
    connection: sa.Connection, query: EachKeyQuery, keys: set[str], others: set[str]
) -> list[Any]:
    """What the query gives for each key, in one statement."""
    if not keys:
        return []
    if connection.dialect.name == "postgresql":
        given = {"keys": sorted(keys), "others": sorted(others)}
        return list(connection.execute(query.postgresql, given).scalars())
    written = {"keys": json.dumps(sorted(keys)), "others": json.dumps(sorted(others))}
    return list(connection.execute(query.sqlite, written).scalars())


def in_chunks(values: Sequence[Any], size: int = IN_LIST_SIZE) -> Iterator[Sequence[Any]]:
    """The values in pieces of one size."""
    for start in range(0, len(values), size):
        yield values[start : start + size]


# Statements are built once: building one, and finding it in the cache, takes longer than to run it.
_LOCK_SHARED = sa.select(EPOCH.c.id).where(EPOCH.c.id == 1).with_for_update(read=True)
_LOCK_EXCLUSIVE = sa.select(EPOCH.c.id).where(EPOCH.c.id == 1).with_for_update()


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
