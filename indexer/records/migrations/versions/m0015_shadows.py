"""Classifiers that label beside those in use, without being heard."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    """Makes the tables."""
    op.create_table(
        "shadows",
        sa.Column("pack", sa.String(64), primary_key=True),
        sa.Column("version", sa.String(96), nullable=False),
        sa.Column("since", sa.String(24), nullable=False),
        sa.Column("by", sa.String(100), nullable=False),
    )
    op.create_table(
        "shadow_documents",
        sa.Column("version", sa.String(96), primary_key=True),
        sa.Column("document", sa.String(32), primary_key=True),
        sa.Column("fingerprint", sa.String(320), nullable=False),
    )
    op.create_table(
        "shadow_labels",
        sa.Column("version", sa.String(96), primary_key=True),
        sa.Column("chunk", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("label", sa.String(128), primary_key=True),
        sa.Column("document", sa.String(32), nullable=False),
        sa.Column("gained", sa.Integer(), nullable=False),
    )
    op.create_index("shadow_labels_by_document", "shadow_labels", ["version", "document"])
    op.create_index("shadow_labels_by_chunk", "shadow_labels", ["chunk"])
