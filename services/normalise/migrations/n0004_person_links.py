"""Links of identifiers have the provider that said them, and awards their learner's identifier."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "n0004"
down_revision = "n0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "person_links",
        sa.Column("identifier", sa.String(64), primary_key=True),
        sa.Column("provider", sa.String(40), primary_key=True),
        sa.Column("target", sa.String(64), primary_key=True),
        sa.Column("trusted", sa.Boolean, nullable=False),
        sa.Column("taken_back", sa.Boolean, nullable=False),
        sa.Column("said_at", sa.BigInteger, nullable=False),
    )
    op.create_index("person_links_target", "person_links", ["target"])
    # Nobody knows any more who said them: their provider is empty.
    op.execute(
        "INSERT INTO person_links (identifier, provider, target, trusted, taken_back, said_at) "
        "SELECT hmac, '', learner, false, false, 0 FROM links"
    )
    op.drop_table("links")
    # An award from before does not tell which identifier it came with: it stays where it is.
    op.add_column(
        "awards", sa.Column("identifier", sa.String(64), nullable=False, server_default="")
    )
    op.create_index("awards_identifier", "awards", ["identifier", "key"])


def downgrade() -> None:
    op.create_table(
        "links",
        sa.Column("hmac", sa.String(64), primary_key=True),
        sa.Column("learner", sa.String(64), nullable=False),
    )
    op.execute(
        "INSERT INTO links (hmac, learner) "
        "SELECT identifier, min(target) FROM person_links WHERE provider = '' GROUP BY identifier"
    )
    op.drop_table("person_links")
    op.drop_index("awards_identifier", "awards")
    op.drop_column("awards", "identifier")
