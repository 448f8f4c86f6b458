"""Tables that every service's database has."""

from __future__ import annotations

import sqlalchemy as sa

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
    sa.Column("topic_id", sa.String(40), nullable=False, server_default=""),
    sa.Column("read", sa.BigInteger, nullable=False, server_default="0"),
    sa.Column("accepted", sa.Boolean, nullable=False, server_default=sa.false()),
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


# The last offset of each reference topic whose record is in the tables.
REFERENCE = sa.Table(
    "reference",
    METADATA,
    sa.Column("topic", sa.String(249), primary_key=True),
    sa.Column("partition", sa.Integer, primary_key=True),
    sa.Column("cluster_id", sa.String(100), nullable=False),
    sa.Column("upto", sa.BigInteger, nullable=False),
)


# How often a reference record could not be written to the tables, over restarts.
FAILURES = sa.Table(
    "failures",
    METADATA,
    sa.Column("topic", sa.String(249), primary_key=True),
    sa.Column("partition", sa.Integer, primary_key=True),
    sa.Column("offset", sa.BigInteger, primary_key=True),
    sa.Column("times", sa.Integer, nullable=False),
)


# Messages that a worker died with in hand, and how often it was their own code that ran.
ATTEMPTS = sa.Table(
    "attempts",
    METADATA,
    sa.Column("topic", sa.String(249), primary_key=True),
    sa.Column("partition", sa.Integer, primary_key=True),
    sa.Column("offset", sa.BigInteger, primary_key=True),
    sa.Column("deaths", sa.Integer, nullable=False),
    sa.Column("phase", sa.String(20), nullable=False),
)


PROVIDERS = sa.Table(
    "providers",
    METADATA,
    sa.Column("id", sa.String(40), primary_key=True),
    sa.Column("record", sa.LargeBinary, nullable=False),
)
