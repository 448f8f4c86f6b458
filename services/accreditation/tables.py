"""accreditation's tables: the lists, and the last judgement of every key."""

from __future__ import annotations

import sqlalchemy as sa

from credstream.storage.cursors import cursor_table
from credstream.storage.tables import METADATA

ACCREDITATIONS = sa.Table(
    "accreditations",
    METADATA,
    sa.Column("id", sa.String(200), primary_key=True),
    sa.Column("as_of", sa.BigInteger, nullable=False),
    sa.Column("record", sa.LargeBinary, nullable=False),
)


# Tokens stay when an accreditation loses them: its awards must still be found.
TOKENS = sa.Table(
    "accreditation_tokens",
    METADATA,
    sa.Column("token", sa.String(300), primary_key=True),
    sa.Column("id", sa.String(200), primary_key=True),
)


JUDGED = sa.Table(
    "judged",
    METADATA,
    sa.Column("key", sa.String(60), primary_key=True),
    sa.Column("record", sa.LargeBinary, nullable=False),
)


JUDGED_TOKENS = sa.Table(
    "judged_tokens",
    METADATA,
    sa.Column("token", sa.String(300), primary_key=True),
    sa.Column("key", sa.String(60), primary_key=True),
)


# How far the awards of bodies with a token have been asked for again, by the token.
CURSORS = cursor_table("judged_cursors")
