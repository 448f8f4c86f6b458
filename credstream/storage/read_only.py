"""Reads a database of a service from outside: no lock that a worker waits for, no new file."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from credstream.contract.errors import Unavailable
from credstream.process import timeouts
from credstream.process.diagnosis import of_database
from credstream.storage.engine import open_engine

# https://www.postgresql.org/docs/current/errcodes-appendix.html
UNDEFINED_TABLE = "42P01"


@contextmanager
def reading(url: str) -> Iterator[sa.Connection]:
    """A connection that cannot write and sees one state of the database; raises Unavailable.

    Every error of the database is one: the queries are ours, so a table that is not there means
    that the database is not one of this version.
    """
    source = _file_engine(url) if url.startswith("sqlite") else _server_engine(url)
    try:
        with source.connect() as connection:
            yield connection
    except DBAPIError as error:
        raise Unavailable(str(of_database(_words(error), url)), "database") from error
    finally:
        source.dispose()


def _words(error: DBAPIError) -> str:
    """The driver's words; where a table is lacking, PostgreSQL's would sound like no database."""
    lacks_table = getattr(error.orig, "sqlstate", "") == UNDEFINED_TABLE
    return "no such table" if lacks_table else str(error.orig)


def _server_engine(url: str) -> sa.Engine:
    return open_engine(url).execution_options(
        isolation_level="REPEATABLE READ", postgresql_readonly=True
    )


def _file_engine(url: str) -> sa.Engine:
    path = Path(sa.make_url(url).database or "")
    source = sa.create_engine("sqlite://", creator=partial(_open, path), poolclass=sa.NullPool)
    sa.event.listen(source, "begin", _begin)
    return source


def _open(path: Path) -> sqlite3.Connection:
    """Open a SQLite file as a reader.

    In WAL mode even a reader creates `-wal` and `-shm` beside the file, unless it calls the file
    immutable, which holds as long as nobody writes: then there is no `-wal`.
    https://www.sqlite.org/wal.html#read_only_databases
    """
    written = path.with_name(f"{path.name}-wal").exists()
    uri = f"{path.resolve().as_uri()}?mode=ro{'' if written else '&immutable=1'}"
    seconds = timeouts.DATABASE_LOCK_SECONDS
    return sqlite3.connect(uri, uri=True, timeout=seconds, isolation_level=None)


def _begin(connection: sa.Connection) -> None:
    # The module sqlite3 begins no transaction for a query.
    connection.exec_driver_sql("BEGIN")
