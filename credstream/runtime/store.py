"""Databases: engines, transactions, and the tables that every service has."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import ArgumentError, DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from credstream.contract.errors import Unavailable
from credstream.process.diagnosis import of_database
from credstream.process.settings import Settings, SettingsError, needed

METADATA = sa.MetaData()

JOURNAL = sa.Table(
    "journal",
    METADATA,
    sa.Column("topic", sa.String(249), primary_key=True),
    sa.Column("partition", sa.Integer, primary_key=True),
    sa.Column("cluster_id", sa.String(100), nullable=False),
    sa.Column("since", sa.BigInteger),
    sa.Column("upto", sa.BigInteger, nullable=False),
    sa.Column("outputs", sa.LargeBinary, nullable=False),
)
# One row: held shared by batches, exclusively by whoever changes reference data.
EPOCH = sa.Table(
    "epoch",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("changes", sa.BigInteger, nullable=False),
)
BREAKER = sa.Table(
    "breaker",
    METADATA,
    sa.Column("worker", sa.String(60), primary_key=True),
    sa.Column("version", sa.String(40), nullable=False),
    sa.Column("reason", sa.String(200), nullable=False),
)
# How far reference topics have been taken into the tables.
REFERENCE = sa.Table(
    "reference",
    METADATA,
    sa.Column("topic", sa.String(249), primary_key=True),
    sa.Column("partition", sa.Integer, primary_key=True),
    sa.Column("cluster_id", sa.String(100), nullable=False),
    sa.Column("upto", sa.BigInteger, nullable=False),
)
# How often a reference record could not be taken, over restarts.
FAILURES = sa.Table(
    "failures",
    METADATA,
    sa.Column("topic", sa.String(249), primary_key=True),
    sa.Column("partition", sa.Integer, primary_key=True),
    sa.Column("offset", sa.BigInteger, primary_key=True),
    sa.Column("times", sa.Integer, nullable=False),
)
PROVIDERS = sa.Table(
    "providers",
    METADATA,
    sa.Column("id", sa.String(40), primary_key=True),
    sa.Column("record", sa.LargeBinary, nullable=False),
)

# Values of one IN list.
SHORT = 500
LOCKED_SECONDS = 5
# By default a server that is there and does not answer is waited for without end.
CONNECT_SECONDS = 5
IDLE_SECONDS = 60.0
EARLIER = sa.text(
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
    " WHERE application_name = current_setting('application_name')"
    " AND application_name LIKE 'credstream %'"
    " AND usename = current_user AND datname = current_database() AND pid <> pg_backend_pid()"
)
# What PostgreSQL says on a standby, and of a session that said nothing for too long; others of
# their class mean a bug.
AWAY = frozenset({"25006", "25P03"})


def engine(url: str, idle_seconds: float = IDLE_SECONDS) -> sa.Engine:
    """An engine whose transactions are what the runtime relies on.

    PostgreSQL ends a transaction that has said nothing for `idle_seconds`: a frozen worker, or
    one whose machine is gone, would keep its locks from all others.
    On SQLite every transaction begins IMMEDIATE and is on disk when it ends: with
    synchronous=NORMAL the last commits may vanish after Kafka has committed.
    """
    if not url.startswith("sqlite"):
        try:
            made = sa.create_engine(
                url, pool_pre_ping=True, connect_args={"connect_timeout": CONNECT_SECONDS}
            )
        except (ArgumentError, ImportError) as error:
            raise SettingsError(
                "the URL of a database cannot be read; write CREDSTREAM_DATABASE_URL and "
                "CREDSTREAM_VAULT_URL as postgresql+psycopg://user:password@host:port/name"
            ) from error
        sa.event.listen(made, "connect", _ends_when_idle(idle_seconds))
        return made
    made = sa.create_engine(url, connect_args={"timeout": LOCKED_SECONDS})
    sa.event.listen(made, "connect", _prepare)
    sa.event.listen(made, "begin", _begin_immediate)
    return made


def database_of(settings: Settings, name: str) -> sa.Engine:
    """The engine of a worker, for the address that a setting has; raises SettingsError."""
    return engine(needed(settings, name), settings.patience_seconds)


def name_sessions(made: sa.Engine, worker: str) -> None:
    """Sessions that an engine will open on PostgreSQL carry schema and worker as their name."""
    if made.dialect.name != "postgresql":
        return

    def say(connection: Any, _record: Any) -> None:
        name = "'credstream ' || coalesce(current_schema(), '-') || ' ' || %s"
        connection.execute(f"SELECT set_config('application_name', {name}, false)", [worker])
        connection.commit()

    sa.event.listen(made, "connect", say)


def end_earlier(made: sa.Engine) -> None:
    """End the sessions of a worker's earlier lives, by their name; raises Unavailable.

    A frozen worker, or one whose machine is gone, keeps its locks: as Kafka takes the
    transactions of that name from it, so PostgreSQL its sessions.
    """
    if made.dialect.name == "postgresql":
        with transaction(made) as connection:
            connection.execute(EARLIER)


def empty(url: str) -> None:
    """Remove every table of a PostgreSQL database; raises Unavailable."""
    with transaction(engine(url)) as connection:
        connection.execute(sa.text("DROP SCHEMA public CASCADE"))
        connection.execute(sa.text("CREATE SCHEMA public"))


@contextmanager
def transaction(source: sa.Engine) -> Iterator[sa.Connection]:
    """One transaction; a database that is away, locked, read-only or full is Unavailable."""
    try:
        with source.begin() as connection:
            yield connection
    except (OperationalError, InterfaceError, PoolTimeout) as error:
        raise Unavailable(_cause(source, error)) from error
    except DBAPIError as error:
        if error.connection_invalidated or getattr(error.orig, "sqlstate", "") in AWAY:
            raise Unavailable(_cause(source, error)) from error
        raise


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


def _ends_when_idle(seconds: float) -> Callable[[Any, Any], None]:
    def say(connection: Any, _record: Any) -> None:
        connection.execute(f"SET idle_in_transaction_session_timeout = {round(seconds * 1000)}")
        connection.commit()

    return say


def _prepare(connection: Any, _record: Any) -> None:
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=FULL", f"busy_timeout={LOCKED_SECONDS}000"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_immediate(connection: sa.Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _cause(source: sa.Engine, error: Exception) -> str:
    """The driver's own words, without statement and parameters, which may hold data."""
    origin = getattr(error, "orig", None) or error
    return str(of_database(str(origin), str(source.url)))
