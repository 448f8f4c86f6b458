"""The lists and the judgements."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "a0001"
down_revision = None
branch_labels = ("accreditation",)
depends_on = None


def upgrade() -> None:
    op.create_table(
        "accreditations",
        sa.Column("id", sa.String(200), primary_key=True),
        sa.Column("as_of", sa.BigInteger, nullable=False),
        sa.Column("record", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "accreditation_tokens",
        sa.Column("token", sa.String(300), primary_key=True),
        sa.Column("id", sa.String(200), primary_key=True),
    )
    op.create_table(
        "judged",
        sa.Column("key", sa.String(60), primary_key=True),
        sa.Column("record", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "judged_tokens",
        sa.Column("token", sa.String(300), primary_key=True),
        sa.Column("key", sa.String(60), primary_key=True),
    )
    op.create_index("accreditation_tokens_id", "accreditation_tokens", ["id"])


def downgrade() -> None:
    for name in ("judged_tokens", "judged", "accreditation_tokens", "accreditations"):
        op.drop_table(name)
