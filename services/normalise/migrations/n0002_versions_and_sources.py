"""Versions of a definition, the day and learner of an award, and what each format said of it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "n0002"
down_revision = "n0001"
branch_labels = None
depends_on = None

TEXTS = (("issued_on", 10), ("learner", 64), ("alike", 64))


def upgrade() -> None:
    op.rename_table("definitions", "definitions_before")
    op.create_table(
        "definitions",
        sa.Column("key", sa.String(60), primary_key=True),
        sa.Column("since", sa.String(10), primary_key=True),
        sa.Column("registered", sa.Boolean, nullable=False),
        sa.Column("record", sa.LargeBinary, nullable=False),
    )
    op.execute(
        "INSERT INTO definitions (key, since, registered, record) "
        "SELECT key, '', registered, record FROM definitions_before"
    )
    op.drop_table("definitions_before")
    for name, length in TEXTS:
        op.add_column(
            "awards", sa.Column(name, sa.String(length), nullable=False, server_default="")
        )
    op.create_index("awards_learner", "awards", ["learner"])
    op.create_table(
        "sources",
        sa.Column("key", sa.String(60), primary_key=True),
        sa.Column("format", sa.String(20), primary_key=True),
        sa.Column("record", sa.LargeBinary, nullable=False),
    )


def downgrade() -> None:
    op.drop_table("sources")
    op.drop_index("awards_learner", "awards")
    for name, _ in TEXTS:
        op.drop_column("awards", name)
    op.rename_table("definitions", "definitions_after")
    op.create_table(
        "definitions",
        sa.Column("key", sa.String(60), primary_key=True),
        sa.Column("registered", sa.Boolean, nullable=False),
        sa.Column("record", sa.LargeBinary, nullable=False),
    )
    op.execute(
        "INSERT INTO definitions (key, registered, record) "
        "SELECT key, registered, record FROM definitions_after d WHERE since = "
        "(SELECT max(since) FROM definitions_after e WHERE e.key = d.key)"
    )
    op.drop_table("definitions_after")
