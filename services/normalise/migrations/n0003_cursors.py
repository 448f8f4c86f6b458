"""How far the awards of a changed definition have been asked for again, and an index to page by."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "n0003"
down_revision = "n0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "definition_cursors",
        sa.Column("key", sa.String(300), primary_key=True),
        sa.Column("cause", sa.String(60), nullable=False),
        sa.Column("detail", sa.String(300), nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("scope", sa.String(60), nullable=False),
        sa.Column("after", sa.String(60), nullable=False),
        sa.Column("until", sa.String(60), nullable=False),
        sa.Column("wrapped", sa.Boolean, nullable=False),
    )
    # The same first columns: the version before finds awards by it as well.
    op.create_index("awards_paged", "awards", ["definition_key", "waiting", "key"])
    op.drop_index("awards_definition", "awards")


def downgrade() -> None:
    op.create_index("awards_definition", "awards", ["definition_key", "waiting"])
    op.drop_index("awards_paged", "awards")
    op.drop_table("definition_cursors")
