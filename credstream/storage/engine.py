"""Engines, sessions and transactions of SQLite and PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import ArgumentError, DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from credstream.contract.errors import Unavailable
from credstream.process import timeouts
from credstream.process.diagnosis import of_database
from credstream.process.settings import Settings, SettingsError, needed

END_EARLIER_SESSIONS = sa.text(
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
    " WHERE application_name = current_setting('application_name')"
    " AND application_name LIKE 'credstream %'"
    " AND usename = current_user AND datname = current_database() AND pid <> pg_backend_pid()"
)
# Read-only transaction, as on a standby, and idle-in-transaction time-out. Others of their class
# are faults of ours. https://www.postgresql.org/docs/current/errcodes-appendix.html
AWAY = frozenset({"25006", "25P03"})
# The setting that leads to each database of a worker.
VARIABLES = {"database": "CREDSTREAM_DATABASE_URL", "vault": "CREDSTREAM_VAULT_URL"}


def open_engine(
    url: str, idle_seconds: float = timeouts.PATIENCE_SECONDS, role: str | None = None
) -> sa.Engine:
    """An engine with the transactions that the runtime relies on; raises SettingsError.

    PostgreSQL ends a transaction that is idle for `idle_seconds`: a frozen worker, or one whose
    machine is gone, would keep its locks. On SQLite every transaction begins IMMEDIATE and is on
    disk when it ends: with synchronous=NORMAL the last commits may be lost after Kafka has
    committed. `role` is that of a worker's engine, database or vault, which waits for no answer
    as long as its watchdog waits for a turn.
    """
    if not url.startswith("sqlite"):
        try:
            arguments = {"connect_timeout": timeouts.DATABASE_CONNECT_SECONDS}
            engine = sa.create_engine(
                url, pool_pre_ping=True, connect_args=arguments, logging_name=role
            )
        except (ArgumentError, ImportError) as error:
            raise SettingsError(
                "the URL of a database cannot be read; write CREDSTREAM_DATABASE_URL and "
                "CREDSTREAM_VAULT_URL as postgresql+psycopg://user:password@host:port/name"
            ) from error
        sa.event.listen(engine, "connect", _ends_when_idle(idle_seconds))
        if role:
            _limit(engine, idle_seconds)
        return engine
    arguments = {"timeout": timeouts.DATABASE_LOCK_SECONDS}
    engine = sa.create_engine(url, connect_args=arguments, logging_name=role)
    sa.event.listen(engine, "connect", _prepare)
    sa.event.listen(engine, "begin", _begin_immediate)
    return engine


def engine_of(settings: Settings, name: str) -> sa.Engine:
    """The engine of a worker, for the URL in a setting; raises SettingsError."""
    role = name.removesuffix("_url")
    return open_engine(needed(settings, name), settings.patience_seconds, role)


def name_sessions(engine: sa.Engine, worker: str) -> None:
    """Name the sessions that an engine will open on PostgreSQL after schema and worker."""
    if engine.dialect.name != "postgresql":
        return

    def say(connection: Any, _record: Any) -> None:
        name = "'credstream ' || coalesce(current_schema(), '-') || ' ' || %s"
        connection.execute(f"SELECT set_config('application_name', {name}, false)", [worker])
        connection.commit()

    sa.event.listen(engine, "connect", say)


def end_earlier_sessions(engine: sa.Engine) -> None:
    """End the sessions of earlier processes of a worker, by their name; raises Unavailable.

    A frozen worker, or one whose machine is gone, keeps its locks. This is to PostgreSQL what
    fencing is to Kafka (decision 0017).
    """
    if engine.dialect.name == "postgresql":
        with transaction(engine) as connection:
            connection.execute(END_EARLIER_SESSIONS)


def empty(url: str) -> None:
    """Remove every table of a PostgreSQL database; raises Unavailable."""
    with transaction(open_engine(url)) as connection:
        connection.execute(sa.text("DROP SCHEMA public CASCADE"))
        connection.execute(sa.text("CREATE SCHEMA public"))


@contextmanager
def transaction(source: sa.Engine) -> Iterator[sa.Connection]:
    """One transaction; a database that is away, locked, read-only or full is Unavailable."""
    try:
        with source.begin() as connection:
            yield connection
    except (OperationalError, InterfaceError, PoolTimeout) as error:
        raise _unavailable(source, error) from error
    except DBAPIError as error:
        if error.connection_invalidated or getattr(error.orig, "sqlstate", "") in AWAY:
            raise _unavailable(source, error) from error
        raise


def _limit(engine: sa.Engine, patience: float) -> None:
    from credstream.storage import limited  # noqa: PLC0415, commands on SQLite need no psycopg

    share = min(1.0, patience / timeouts.PATIENCE_SECONDS)
    limited.limit(
        engine,
        timeouts.DATABASE_STATEMENT_SECONDS * share,
        timeouts.DATABASE_ANSWER_SECONDS * share,
    )


def _ends_when_idle(seconds: float) -> Callable[[Any, Any], None]:
    def say(connection: Any, _record: Any) -> None:
        connection.execute(f"SET idle_in_transaction_session_timeout = {round(seconds * 1000)}")
        connection.commit()

    return say


def _prepare(connection: Any, _record: Any) -> None:
    connection.isolation_level = None
    cursor = connection.cursor()
    locked_ms = timeouts.DATABASE_LOCK_SECONDS * 1000
    for pragma in ("journal_mode=WAL", "synchronous=FULL", f"busy_timeout={locked_ms}"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_immediate(connection: sa.Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _unavailable(source: sa.Engine, error: Exception) -> Unavailable:
    """The driver's message without statement and parameters, which may hold personal data."""
    words, url = str(getattr(error, "orig", None) or error), str(source.url)
    role = source.logging_name
    if role is None:
        return Unavailable(str(of_database(words, url)), "database")
    return Unavailable(str(of_database(words, url, VARIABLES[role])), role)
