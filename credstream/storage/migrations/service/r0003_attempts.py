"""Messages that a worker died with in hand, and how often."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "r0003"
down_revision = "r0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "attempts",
        sa.Column("topic", sa.String(249), primary_key=True),
        sa.Column("partition", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("offset", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("deaths", sa.Integer, nullable=False),
        sa.Column("phase", sa.String(20), nullable=False),
    )


def downgrade() -> None:
    op.drop_table("attempts")
