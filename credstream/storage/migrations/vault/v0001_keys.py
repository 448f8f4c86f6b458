"""The vault's table of wrapped keys."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "v0001"
down_revision = None
branch_labels = ("vault",)
depends_on = None


def upgrade() -> None:
    op.create_table(
        "keys",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("wrapped", sa.LargeBinary),
    )


def downgrade() -> None:
    op.drop_table("keys")
