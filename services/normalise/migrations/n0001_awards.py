"""Definitions in force, awards as last normalised, and links of persons' identifiers."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "n0001"
down_revision = None
branch_labels = ("normalise",)
depends_on = None


def upgrade() -> None:
    op.create_table(
        "definitions",
        sa.Column("key", sa.String(60), primary_key=True),
        sa.Column("registered", sa.Boolean, nullable=False),
        sa.Column("record", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "awards",
        sa.Column("key", sa.String(60), primary_key=True),
        sa.Column("definition_key", sa.String(60), nullable=False),
        sa.Column("waiting", sa.Boolean, nullable=False),
        sa.Column("record", sa.LargeBinary, nullable=False),
    )
    op.create_index("awards_definition", "awards", ["definition_key", "waiting"])
    op.create_table(
        "links",
        sa.Column("hmac", sa.String(64), primary_key=True),
        sa.Column("learner", sa.String(64), nullable=False),
    )


def downgrade() -> None:
    for name in ("links", "awards", "definitions"):
        op.drop_table(name)
