"""The content that each key has, and all that it was ever received with."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "i0001"
down_revision = None
branch_labels = ("ingest",)
depends_on = None


def upgrade() -> None:
    op.create_table(
        "last",
        sa.Column("key", sa.String(60), primary_key=True),
        sa.Column("digest", sa.String(64), nullable=False),
    )
    op.create_table(
        "seen",
        sa.Column("key", sa.String(60), primary_key=True),
        sa.Column("digest", sa.String(64), primary_key=True),
        sa.Column("submission", sa.String(100), primary_key=True),
    )


def downgrade() -> None:
    for name in ("seen", "last"):
        op.drop_table(name)
