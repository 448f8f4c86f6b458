"""ingest's tables: the content that each key has, and all that it was ever received with."""

from __future__ import annotations

import sqlalchemy as sa

from credstream.storage.tables import METADATA

LAST = sa.Table(
    "last",
    METADATA,
    sa.Column("key", sa.String(60), primary_key=True),
    sa.Column("digest", sa.String(64), nullable=False),
)


SEEN = sa.Table(
    "seen",
    METADATA,
    sa.Column("key", sa.String(60), primary_key=True),
    sa.Column("digest", sa.String(64), primary_key=True),
    sa.Column("submission", sa.String(100), primary_key=True),
)


# Keys whose last content is accepted once more: what was sent of it was lost.
LOST = sa.Table("lost", METADATA, sa.Column("key", sa.String(60), primary_key=True))
