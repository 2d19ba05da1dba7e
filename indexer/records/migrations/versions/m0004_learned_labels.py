"""Labels of a learned classifier: their standing, what labelled a document, model versions, their journal."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Adds the columns and the tables; what labelled the documents that are there is unknown."""
    op.add_column(
        "predictions", sa.Column("standing", sa.String(length=8), nullable=False, server_default="speaks")
    )
    op.add_column("predictions", sa.Column("sentence", sa.String(length=24)))
    op.create_index(
        "predictions_unsure",
        "predictions",
        ["label", "chunk"],
        sqlite_where=sa.text("standing = 'unsure'"),
        postgresql_where=sa.text("standing = 'unsure'"),
    )
    op.add_column(
        "documents", sa.Column("labelled_by", sa.String(length=160), nullable=False, server_default="")
    )
    op.create_index("documents_by_labels", "documents", ["collection", "status", "labelled_by"])
    op.create_table(
        "model_versions",
        sa.Column("version", sa.String(length=96), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("pack", sa.String(length=64), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("origin", sa.String(length=16), nullable=False),
        sa.Column("parent", sa.String(length=96), nullable=True),
        sa.Column("created_at", sa.String(length=24), nullable=False),
        sa.Column("card", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("version"),
    )
    op.create_table(
        "model_journal",
        sa.Column("seq", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("pack", sa.String(length=64), nullable=False),
        sa.Column("action", sa.String(length=16), nullable=False),
        sa.Column("version", sa.String(length=96), nullable=False),
        sa.Column("previous", sa.String(length=96), nullable=True),
        sa.Column("at", sa.String(length=24), nullable=False),
        sa.Column("by", sa.String(length=64), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("seq"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_model_journal_pack", "model_journal", ["pack"])
