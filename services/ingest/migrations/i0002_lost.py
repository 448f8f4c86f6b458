"""Keys whose last content is accepted once more."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "i0002"
down_revision = "i0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table("lost", sa.Column("key", sa.String(60), primary_key=True))


def downgrade() -> None:
    op.drop_table("lost")
