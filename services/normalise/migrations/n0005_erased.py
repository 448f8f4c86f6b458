"""Learners whose keys were deleted are remembered beside the vault."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "n0005"
down_revision = "n0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "erased",
        sa.Column("learner", sa.String(64), primary_key=True),
        sa.Column("erased_at", sa.BigInteger, nullable=False),
    )


def downgrade() -> None:
    op.drop_table("erased")
