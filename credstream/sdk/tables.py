"""A register's own tables: what was published, and the positions of its reader."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import ArgumentError, SQLAlchemyError

from credstream.contract.messages import Partition
from credstream.sdk.assigned import TopicIncarnation
from credstream.sdk.rows import Published, row_of, without_nul
from credstream.storage.engine import open_engine, transaction
from credstream.storage.statements import in_chunks

METADATA = sa.MetaData()
DRIVERS = {"postgresql": "postgresql+psycopg", "postgres": "postgresql+psycopg"}


class AddressError(Exception):
    """An address that can be no database's."""


class DatabaseError(Exception):
    """The database answers with an error that waiting does not mend."""


def _table(name: str, *columns: sa.Column[Any], keys: Collection[str] = ("key",)) -> sa.Table:
    common: list[sa.Column[Any]] = [
        sa.Column("key", sa.String(200)),
        sa.Column("version", sa.Integer),
        sa.Column("country", sa.String(2), nullable=False, index=True),
        sa.Column("provider", sa.Text, nullable=False, index=True),
        *columns,
        sa.Column("digest", sa.Text, nullable=False),
        sa.Column("occurred_at", sa.Text),
        sa.Column("received_at", sa.BigInteger, nullable=False),
        sa.Column("published_at", sa.BigInteger, nullable=False),
        sa.Column("record", sa.Text, nullable=False),
    ]
    return sa.Table(name, METADATA, *common, sa.PrimaryKeyConstraint(*keys))


DEFINITIONS = _table(
    "published_definition",
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("title", sa.Text, nullable=False),
)
AWARDS = _table(
    "published_award",
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("outcome", sa.Text, nullable=False),
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("definition", sa.Text, nullable=False, index=True),
    sa.Column("pseudonym", sa.Text, nullable=False, index=True),
    sa.Column("issued_on", sa.Text, nullable=False),
    sa.Column("valid_until", sa.Text),
)
# The history: each change of a key is a row of its own.
CHANGES = _table(
    "published_change",
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("change", sa.Text, nullable=False),
    sa.Column("cause", sa.Text, nullable=False),
    sa.Column("outcome", sa.Text),
    keys=("key", "version"),
)
TABLES: Mapping[str, sa.Table] = {
    "published_definition": DEFINITIONS,
    "published_award": AWARDS,
    "published_change": CHANGES,
}
POSITIONS = sa.Table(
    "subscription",
    METADATA,
    sa.Column("topic", sa.String(249), primary_key=True),
    sa.Column("partition", sa.Integer, primary_key=True),
    sa.Column("cluster_id", sa.String(100), primary_key=True),
    sa.Column("topic_id", sa.String(40), nullable=False),
    sa.Column("next_offset", sa.BigInteger, nullable=False),
)
UNREADABLE = sa.Table(
    "unreadable",
    METADATA,
    sa.Column("topic", sa.String(249), primary_key=True),
    sa.Column("partition", sa.Integer, primary_key=True),
    sa.Column("cluster_id", sa.String(100), primary_key=True),
    sa.Column("topic_id", sa.String(40), primary_key=True),
    sa.Column("offset", sa.BigInteger, primary_key=True),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("key", sa.Text, nullable=False),
    sa.Column("value", sa.LargeBinary, nullable=False),
)


@dataclass(frozen=True, slots=True)
class Register:
    """The database of one register. Methods raise Unavailable, and DatabaseError."""

    source: sa.Engine

    def prepare(self) -> None:
        """Create the tables that are missing; repeatable."""
        with _transaction(self.source) as connection:
            METADATA.create_all(connection)

    def positions(self, incarnations: Mapping[str, TopicIncarnation]) -> dict[Partition, int]:
        """The positions in these incarnations of topics; none for one that was never read."""
        cluster_ids = {incarnation.cluster_id for incarnation in incarnations.values()}
        query = sa.select(POSITIONS).where(POSITIONS.c.cluster_id.in_(cluster_ids))
        with _transaction(self.source) as connection:
            rows = connection.execute(query).all()
        return {
            (row.topic, row.partition): row.next_offset
            for row in rows
            if incarnations.get(row.topic) == TopicIncarnation(row.cluster_id, row.topic_id)
        }

    def forget(self, names: Collection[str]) -> None:
        """Forget the positions in topics: they are read from their beginning; rows stay."""
        with _transaction(self.source) as connection:
            connection.execute(sa.delete(POSITIONS).where(POSITIONS.c.topic.in_(names)))

    def take(
        self, messages: Sequence[Published], incarnations: Mapping[str, TopicIncarnation]
    ) -> None:
        """Write the rows of messages and the positions after them, in one transaction."""
        with _transaction(self.source) as connection:
            for table in TABLES.values():
                _take(connection, table, [m for m in messages if TABLES[m.kind] is table])
            _replace(
                connection, UNREADABLE, [_unreadable(m, incarnations) for m in messages if m.fault]
            )
            _replace(connection, POSITIONS, [_position(m, incarnations) for m in messages])


def database(url: str) -> Register:
    """The database at an address; raises AddressError."""
    name, colon, rest = url.partition("://")
    try:
        parsed = sa.engine.make_url(f"{DRIVERS.get(name, name)}{colon}{rest}")
    except ArgumentError as error:
        raise AddressError(f"{url}: no address of a database") from error
    if parsed.get_backend_name() not in ("sqlite", "postgresql"):
        raise AddressError(f"{url}: sqlite:///FILE or postgresql://… is wanted")
    if parsed.get_backend_name() == "sqlite":
        if not parsed.database or not Path(parsed.database).absolute().parent.is_dir():
            raise AddressError(f"{url}: sqlite:/// and a file in a folder that exists is wanted")
        if Path(parsed.database).is_dir():
            raise AddressError(f"{url}: it is a folder")
    return Register(open_engine(parsed.render_as_string(hide_password=False)))


def _take(connection: sa.Connection, table: sa.Table, messages: Sequence[Published]) -> None:
    """Delete rows, then write for each key what came after its last deletion."""
    deleted: set[str] = set()
    rows: list[dict[str, Any]] = []
    for message in messages:
        if message.deletes:
            deleted.add(without_nul(message.key))
            rows = [row for row in rows if row["key"] != without_nul(message.key)]
        elif message.record is not None:
            rows.append(row_of(message.record))
    for chunk in in_chunks(sorted(deleted)):
        connection.execute(sa.delete(table).where(table.c.key.in_(chunk)))
    _upsert(connection, table, rows, "version")


def _unreadable(message: Published, incarnations: Mapping[str, TopicIncarnation]) -> dict[str, Any]:
    incarnation = incarnations[message.topic]
    return {
        "topic": message.topic,
        "partition": message.partition,
        "cluster_id": incarnation.cluster_id,
        "topic_id": incarnation.topic_id,
        "offset": message.offset,
        "reason": without_nul(message.fault),
        "key": without_nul(message.key),
        "value": message.value,
    }


def _position(message: Published, incarnations: Mapping[str, TopicIncarnation]) -> dict[str, Any]:
    incarnation = incarnations[message.topic]
    return {
        "topic": message.topic,
        "partition": message.partition,
        "cluster_id": incarnation.cluster_id,
        "topic_id": incarnation.topic_id,
        "next_offset": message.offset + 1,
    }


def _replace(connection: sa.Connection, table: sa.Table, rows: Iterable[dict[str, Any]]) -> None:
    _upsert(connection, table, rows, None)


def _upsert(
    connection: sa.Connection,
    table: sa.Table,
    rows: Iterable[dict[str, Any]],
    newer: str | None,
) -> None:
    """Insert rows or replace them by primary key; with `newer` only where that column grows.

    In the order of keys, so that two subscribers of one database never wait for each other.
    """
    keys = [column.name for column in table.primary_key.columns]
    last: dict[tuple[Any, ...], dict[str, Any]] = {}
    for row in rows:
        name = tuple(row[key] for key in keys)
        if newer is None or name not in last or row[newer] > last[name][newer]:
            last[name] = row
    if not last:
        return
    insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    statement = insert(table)
    changed = {c.name: statement.excluded[c.name] for c in table.columns if c.name not in keys}
    grows = table.c[newer] < statement.excluded[newer] if newer else None
    statement = statement.on_conflict_do_update(index_elements=keys, set_=changed, where=grows)
    connection.execute(statement, [last[name] for name in sorted(last)])


@contextmanager
def _transaction(source: sa.Engine) -> Iterator[sa.Connection]:
    """A transaction; any other failure than Unavailable is a DatabaseError of one line."""
    try:
        with transaction(source) as connection:
            yield connection
    except SQLAlchemyError as error:
        words = str(getattr(error, "orig", None) or error).splitlines()
        raise DatabaseError(f"the database refuses: {words[0] if words else error!r}") from error
