"""What the journal knows of a topic: its id, how far it was read, what an operator accepted."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "r0004"
down_revision = "r0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for column in (
        sa.Column("topic_id", sa.String(40), nullable=False, server_default=""),
        sa.Column("read", sa.BigInteger, nullable=False, server_default="0"),
        sa.Column("accepted", sa.Boolean, nullable=False, server_default=sa.false()),
    ):
        op.add_column("journal", column)


def downgrade() -> None:
    for name in ("topic_id", "read", "accepted"):
        op.drop_column("journal", name)
