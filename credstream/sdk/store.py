"""A register's own tables: what was published, and how far each topic has been taken."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import ArgumentError, SQLAlchemyError

from credstream.sdk.partitions import Life, Place
from credstream.sdk.rows import Published, row_of, without_nul
from credstream.storage.engine import open_engine, transaction
from credstream.storage.statements import in_chunks

METADATA = sa.MetaData()
DRIVERS = {"postgresql": "postgresql+psycopg", "postgres": "postgresql+psycopg"}


class AddressError(Exception):
    """There cannot be a database at such an address."""


class DatabaseError(Exception):
    """The database is there and refuses: waiting does not help."""


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
        """Make the tables that are missing; repeatable."""
        with _transaction(self.source) as connection:
            METADATA.create_all(connection)

    def positions(self, lives: Mapping[str, Life]) -> dict[Place, int]:
        """Where to go on in these makings of topics; empty for one that was never read."""
        clusters = {life.cluster for life in lives.values()}
        query = sa.select(POSITIONS).where(POSITIONS.c.cluster_id.in_(clusters))
        with _transaction(self.source) as connection:
            rows = connection.execute(query).all()
        return {
            (row.topic, row.partition): row.next_offset
            for row in rows
            if lives.get(row.topic) == Life(row.cluster_id, row.topic_id)
        }

    def forget(self, names: Collection[str]) -> None:
        """Take topics from their beginning again; what is in the tables stays."""
        with _transaction(self.source) as connection:
            connection.execute(sa.delete(POSITIONS).where(POSITIONS.c.topic.in_(names)))

    def take(self, messages: Sequence[Published], lives: Mapping[str, Life]) -> None:
        """Write what messages say and how far they reach, in one transaction."""
        with _transaction(self.source) as connection:
            for table in TABLES.values():
                _take(connection, table, [m for m in messages if TABLES[m.kind] is table])
            _keep(connection, UNREADABLE, [_bytes(m, lives) for m in messages if m.fault])
            _keep(connection, POSITIONS, [_position(m, lives) for m in messages])


def database(url: str) -> Register:
    """The database at an address; raises AddressError."""
    name, colon, rest = url.partition("://")
    try:
        made = sa.engine.make_url(f"{DRIVERS.get(name, name)}{colon}{rest}")
    except ArgumentError as error:
        raise AddressError(f"{url}: no address of a database") from error
    if made.get_backend_name() not in ("sqlite", "postgresql"):
        raise AddressError(f"{url}: sqlite:///FILE or postgresql://… is wanted")
    if made.get_backend_name() == "sqlite":
        if not made.database or not Path(made.database).absolute().parent.is_dir():
            raise AddressError(f"{url}: sqlite:/// and a file in a folder that exists is wanted")
        if Path(made.database).is_dir():
            raise AddressError(f"{url}: it is a folder")
    return Register(open_engine(made.render_as_string(hide_password=False)))


def _take(connection: sa.Connection, table: sa.Table, messages: Sequence[Published]) -> None:
    """Deletions, then for each key what came after its last deletion."""
    gone: set[str] = set()
    rows: list[dict[str, Any]] = []
    for each in messages:
        if each.deletes:
            gone.add(without_nul(each.key))
            rows = [row for row in rows if row["key"] != without_nul(each.key)]
        elif each.record is not None:
            rows.append(row_of(each.record))
    for chunk in in_chunks(sorted(gone)):
        connection.execute(sa.delete(table).where(table.c.key.in_(chunk)))
    _upsert(connection, table, rows, "version")


def _bytes(message: Published, lives: Mapping[str, Life]) -> dict[str, Any]:
    life = lives[message.topic]
    return {
        "topic": message.topic,
        "partition": message.partition,
        "cluster_id": life.cluster,
        "topic_id": life.topic,
        "offset": message.offset,
        "reason": without_nul(message.fault),
        "key": without_nul(message.key),
        "value": message.value,
    }


def _position(message: Published, lives: Mapping[str, Life]) -> dict[str, Any]:
    life = lives[message.topic]
    return {
        "topic": message.topic,
        "partition": message.partition,
        "cluster_id": life.cluster,
        "topic_id": life.topic,
        "next_offset": message.offset + 1,
    }


def _keep(connection: sa.Connection, table: sa.Table, rows: Iterable[dict[str, Any]]) -> None:
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
    """A transaction; what is no Unavailable is the database's refusal, in one line."""
    try:
        with transaction(source) as connection:
            yield connection
    except SQLAlchemyError as error:
        words = str(getattr(error, "orig", None) or error).splitlines()
        raise DatabaseError(f"the database refuses: {words[0] if words else error!r}") from error
