"""Heads, versions and the outbox."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "p0001"
down_revision = None
branch_labels = ("publisher",)
depends_on = None


def upgrade() -> None:
    op.create_table(
        "heads",
        sa.Column("key", sa.String(60), primary_key=True),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("status", sa.String(20), nullable=False),
        sa.Column("outcome", sa.String(20)),
        sa.Column("source", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "versions",
        sa.Column("key", sa.String(60), primary_key=True),
        sa.Column("version", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("source", sa.LargeBinary, nullable=False),
        sa.Column("published", sa.LargeBinary, nullable=False),
        sa.Column("change", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "outbox",
        sa.Column("key", sa.String(60), primary_key=True),
        sa.Column("version", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("channel", sa.String(20), primary_key=True),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("due", sa.BigInteger, nullable=False),
        sa.Column("note", sa.String(500), nullable=False),
    )
    op.create_index("outbox_due", "outbox", ["channel", "state", "due"])


def downgrade() -> None:
    for name in ("outbox", "versions", "heads"):
        op.drop_table(name)
