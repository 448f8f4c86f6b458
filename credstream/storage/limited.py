"""A connection of PostgreSQL that does not wait for an answer without end."""

from __future__ import annotations

from typing import Any, TypeVar

import psycopg
import sqlalchemy as sa
from psycopg.abc import PQGen
from psycopg.pq import TransactionStatus

Answer = TypeVar("Answer")


class LimitedConnection(psycopg.Connection[Any]):
    """Raises OperationalError, and is closed, after `answer_seconds` without an answer.

    A server that is frozen, or whose machine is gone, refuses nothing: without this a worker would
    wait until its watchdog ends it. None waits without end.
    """

    answer_seconds: float | None = None

    def wait(self, gen: PQGen[Answer], *words: Any, **options: Any) -> Answer:
        options.setdefault("timeout", self.answer_seconds)
        try:
            return super().wait(gen, *words, **options)
        except psycopg.OperationalError:
            # Still at work on the server: what is read next would be the answer to this.
            if self.pgconn.transaction_status == TransactionStatus.ACTIVE:
                self.close()
            raise


def limit(engine: sa.Engine, statement_seconds: float, answer_seconds: float) -> None:
    """Limit an engine's connections: the server ends a statement first, where it still can."""

    def connect(_dialect: Any, _record: Any, words: Any, options: Any) -> LimitedConnection:
        connection = LimitedConnection.connect(*words, **options)
        connection.answer_seconds = answer_seconds
        return connection

    def say(connection: Any, _record: Any) -> None:
        connection.execute(f"SET statement_timeout = {round(statement_seconds * 1000)}")
        connection.commit()

    sa.event.listen(engine, "do_connect", connect)
    sa.event.listen(engine, "connect", say)


def lift(connection: sa.Connection) -> None:
    """Let the transaction of this connection take its time; the pool does not get it back."""
    driver = connection.connection.driver_connection
    if isinstance(driver, LimitedConnection):
        driver.answer_seconds = None
    connection.detach()
    connection.execute(sa.text("SET LOCAL statement_timeout = 0"))
