"""The tables that every service has: journal, epoch, breaker, reference, providers."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "r0001"
down_revision = None
branch_labels = ("runtime",)
depends_on = None


def upgrade() -> None:
    op.create_table(
        "journal",
        sa.Column("topic", sa.String(249), primary_key=True),
        sa.Column("partition", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("cluster_id", sa.String(100), nullable=False),
        sa.Column("since", sa.BigInteger),
        sa.Column("upto", sa.BigInteger, nullable=False),
        sa.Column("outputs", sa.LargeBinary, nullable=False),
    )
    epoch = op.create_table(
        "epoch",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("changes", sa.BigInteger, nullable=False),
    )
    op.bulk_insert(epoch, [{"id": 1, "changes": 0}])
    op.create_table(
        "breaker",
        sa.Column("worker", sa.String(60), primary_key=True),
        sa.Column("version", sa.String(40), nullable=False),
        sa.Column("reason", sa.String(200), nullable=False),
    )
    op.create_table(
        "reference",
        sa.Column("topic", sa.String(249), primary_key=True),
        sa.Column("partition", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("cluster_id", sa.String(100), nullable=False),
        sa.Column("upto", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "providers",
        sa.Column("id", sa.String(40), primary_key=True),
        sa.Column("record", sa.LargeBinary, nullable=False),
    )
    if op.get_bind().dialect.name == "postgresql":
        # Outputs are compressed already; the table is rewritten with every batch.
        op.execute("ALTER TABLE journal ALTER COLUMN outputs SET STORAGE EXTERNAL")
        op.execute(
            "ALTER TABLE journal SET (toast.autovacuum_vacuum_scale_factor = 0,"
            " toast.autovacuum_vacuum_threshold = 20000)"
        )


def downgrade() -> None:
    for name in ("providers", "reference", "breaker", "epoch", "journal"):
        op.drop_table(name)
