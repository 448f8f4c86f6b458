"""How far the awards that a changed list concerns have been asked for again."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "a0002"
down_revision = "a0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "judged_cursors",
        sa.Column("key", sa.String(300), primary_key=True),
        sa.Column("cause", sa.String(60), nullable=False),
        sa.Column("detail", sa.String(300), nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("scope", sa.String(60), nullable=False),
        sa.Column("after", sa.String(60), nullable=False),
        sa.Column("until", sa.String(60), nullable=False),
        sa.Column("wrapped", sa.Boolean, nullable=False),
    )


def downgrade() -> None:
    op.drop_table("judged_cursors")
