"""A register's own tables: what was published, and how far each topic has been taken."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import ArgumentError, SQLAlchemyError

from credstream.contract.records import PublishedAward, PublishedChange, PublishedDefinition
from credstream.runtime.store import engine, in_chunks, transaction
from credstream.sdk.partitions import Life, Place
from credstream.sdk.rows import Published, row_of, without_nul

METADATA = sa.MetaData()
DRIVERS = {"postgresql": "postgresql+psycopg", "postgres": "postgresql+psycopg"}


class DatabaseError(Exception):
    """The database is there and refuses, or its address is none; waiting does not help."""


def _table(name: str, *columns: sa.Column[Any], keys: Collection[str] = ("key",)) -> sa.Table:
    common = [
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
KINDS: Mapping[type, sa.Table] = {
    PublishedDefinition: DEFINITIONS,
    PublishedAward: AWARDS,
    PublishedChange: CHANGES,
}


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


def register(url: str) -> Register:
    """The database at an address; raises DatabaseError for one that is none."""
    name, colon, rest = url.partition("://")
    try:
        made = sa.engine.make_url(f"{DRIVERS.get(name, name)}{colon}{rest}")
    except ArgumentError as error:
        raise DatabaseError(f"{url}: no address of a database") from error
    if made.get_backend_name() not in ("sqlite", "postgresql"):
        raise DatabaseError(f"{url}: sqlite:///FILE or postgresql://… is wanted")
    if made.get_backend_name() == "sqlite" and not made.database:
        raise DatabaseError(f"{url}: a file is wanted, sqlite:///FILE")
    return Register(engine(made.render_as_string(hide_password=False)))
