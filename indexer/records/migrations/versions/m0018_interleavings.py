"""Comparisons of two rankers that take turns in the hits of searches."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    """Makes the table."""
    op.create_table(
        "interleavings",
        sa.Column("id", sa.Integer(), primary_key=True, autoincrement=True),
        sa.Column("champion", sa.String(96), nullable=False),
        sa.Column("challenger", sa.String(96), nullable=False),
        sa.Column("promotes", sa.Integer(), nullable=False),
        sa.Column("started_at", sa.String(24), nullable=False),
        sa.Column("started_by", sa.String(100), nullable=False),
        sa.Column("ended_at", sa.String(24)),
        sa.Column("outcome", sa.Text(), nullable=False),
        sqlite_autoincrement=True,
    )
