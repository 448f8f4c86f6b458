"""publisher's tables: the head of each key, every version, and the outbox."""

from __future__ import annotations

import sqlalchemy as sa

from credstream.storage.tables import METADATA

HEADS = sa.Table(
    "heads",
    METADATA,
    sa.Column("key", sa.String(60), primary_key=True),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("digest", sa.String(64), nullable=False),
    sa.Column("status", sa.String(20), nullable=False),
    sa.Column("outcome", sa.String(20)),
    sa.Column("source", sa.LargeBinary, nullable=False),
)


VERSIONS = sa.Table(
    "versions",
    METADATA,
    sa.Column("key", sa.String(60), primary_key=True),
    sa.Column("version", sa.Integer, primary_key=True),
    sa.Column("source", sa.LargeBinary, nullable=False),
    sa.Column("published", sa.LargeBinary, nullable=False),
    sa.Column("change", sa.LargeBinary, nullable=False),
)


OUTBOX = sa.Table(
    "outbox",
    METADATA,
    sa.Column("key", sa.String(60), primary_key=True),
    sa.Column("version", sa.Integer, primary_key=True),
    sa.Column("channel", sa.String(20), primary_key=True),
    sa.Column("state", sa.String(20), nullable=False),
    sa.Column("attempts", sa.Integer, nullable=False),
    sa.Column("due", sa.BigInteger, nullable=False),
    sa.Column("note", sa.String(500), nullable=False),
)


WAITING, DELIVERED, WITHHELD, FAILED = "waiting", "delivered", "withheld", "failed"
