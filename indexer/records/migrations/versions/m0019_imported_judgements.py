"""Judgements that were made elsewhere, and passages by what they read."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    """Makes the tables and the index."""
    op.create_table(
        "imported_queries",
        sa.Column("digest", sa.String(64), primary_key=True),
        sa.Column("number", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
    )
    op.create_table(
        "imported_texts",
        sa.Column("digest", sa.String(64), primary_key=True),
        sa.Column("number", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("passage", sa.LargeBinary(16), nullable=False),
    )
    op.create_table(
        "imported_grades",
        sa.Column("digest", sa.String(64), primary_key=True),
        sa.Column("query", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("text", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("grade", sa.Integer(), nullable=False),
    )
    op.create_index("chunks_by_text", "chunks", ["text_hash"])
