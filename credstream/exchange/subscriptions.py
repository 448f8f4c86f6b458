"""Subscriptions of a register: what is published, followed, or kept in the register's database."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from credstream.exchange.errors import CommandError, Kind
from credstream.exchange.target import Target
from credstream.sdk import register
from credstream.sdk.register import How
from credstream.sdk.rows import Published
from credstream.sdk.topic_names import UnknownTopicError


@dataclass(slots=True)
class Count:
    """How many messages were taken, and of which kinds."""

    records: int = 0
    deleted: int = 0
    unreadable: int = 0

    def add(self, message: Published) -> None:
        self.records += message.record is not None
        self.deleted += message.deletes
        self.unreadable += bool(message.fault)


def follow(
    target: Target, names: Sequence[str], group: str | None, how: How
) -> Iterator[Published]:
    """Messages of published topics, each at least once; raises CommandError for an unknown one.

    Without a group, and where neither a beginning nor an end is asked for, only what is
    published from now on: a reader that keeps no position needs one of both.
    """
    newest = not (group or how.beginning or how.until_end)
    with _failures_named():
        yield from register.follow(
            target.cluster, target.codec(), names, group, newest=newest, how=how
        )


def keep(
    target: Target, names: Sequence[str], database_url: str, how: How
) -> Iterator[Sequence[Published]]:
    """Batches that a register's database has now, each exactly once; raises CommandError."""
    from credstream.sdk.tables import AddressError, DatabaseError, database

    try:
        tables = database(database_url)
        with _failures_named():
            yield from register.keep_in(tables, target.cluster, target.codec(), names, how)
    except AddressError as error:
        raise CommandError(f"--to {error}") from error
    except DatabaseError as error:
        raise CommandError(str(error), Kind.AWAY) from error


@contextmanager
def _failures_named() -> Iterator[None]:
    try:
        yield
    except UnknownTopicError as error:
        raise CommandError(str(error)) from error
