"""normalise's tables: definitions in force, awards as last normalised, and who is who."""

from __future__ import annotations

import sqlalchemy as sa

from credstream.storage.cursors import cursor_table
from credstream.storage.tables import METADATA

DEFINITIONS = sa.Table(
    "definitions",
    METADATA,
    sa.Column("key", sa.String(60), primary_key=True),
    sa.Column("since", sa.String(10), primary_key=True),
    sa.Column("registered", sa.Boolean, nullable=False),
    sa.Column("record", sa.LargeBinary, nullable=False),
)


AWARDS = sa.Table(
    "awards",
    METADATA,
    sa.Column("key", sa.String(60), primary_key=True),
    sa.Column("definition_key", sa.String(60), nullable=False),
    sa.Column("waiting", sa.Boolean, nullable=False),
    sa.Column("issued_on", sa.String(10), nullable=False),
    sa.Column("learner", sa.String(64), nullable=False),
    sa.Column("alike", sa.String(64), nullable=False),
    # The strongest identifier that the award has of its learner.
    sa.Column("identifier", sa.String(64), nullable=False),
    sa.Column("record", sa.LargeBinary, nullable=False),
)


# What each format said of an award: the same award in two formats is one.
SOURCES = sa.Table(
    "sources",
    METADATA,
    sa.Column("key", sa.String(60), primary_key=True),
    sa.Column("format", sa.String(20), primary_key=True),
    sa.Column("record", sa.LargeBinary, nullable=False),
)


# Which identifier of a person leads to which stronger one, as HMACs, and which provider said so. A
# row that an operator took back stays, so that the provider's next award does not bring it back.
LINKS = sa.Table(
    "person_links",
    METADATA,
    sa.Column("identifier", sa.String(64), primary_key=True),
    sa.Column("provider", sa.String(40), primary_key=True),
    sa.Column("target", sa.String(64), primary_key=True),
    sa.Column("trusted", sa.Boolean, nullable=False),
    sa.Column("taken_back", sa.Boolean, nullable=False, default=False),
    sa.Column("said_at", sa.BigInteger, nullable=False),
)


# Learners whose keys were deleted, by key id: a vault from before the deletion is told by it.
ERASED = sa.Table(
    "erased",
    METADATA,
    sa.Column("learner", sa.String(64), primary_key=True),
    sa.Column("erased_at", sa.BigInteger, nullable=False),
)


# How far the awards of a definition that changed, or of an identifier that leads to another person,
# have been asked for again.
CURSORS = cursor_table("definition_cursors")
