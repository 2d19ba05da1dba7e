"""What classifiers learned from: datasets, the runs that used them, and the dataset of each model version."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Makes the tables and adds the column."""
    op.create_table(
        "datasets",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("pack", sa.String(64), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("upto", sa.Integer(), nullable=False),
        sa.Column("documents", sa.Integer(), nullable=False),
        sa.Column("decisions", sa.Integer(), nullable=False),
        sa.Column("left_out", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.String(24), nullable=False),
    )
    op.create_table(
        "learning_runs",
        sa.Column("id", sa.Integer(), primary_key=True, autoincrement=True),
        sa.Column("pack", sa.String(64), nullable=False, index=True),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("asked_at", sa.String(24), nullable=False),
        sa.Column("asked_by", sa.String(100), nullable=False),
        sa.Column("why", sa.String(16), nullable=False),
        sa.Column("started_at", sa.String(24)),
        sa.Column("finished_at", sa.String(24)),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("upto", sa.Integer(), nullable=False),
        sa.Column("champion", sa.String(96)),
        sa.Column("dataset", sa.String(64), sa.ForeignKey("datasets.id")),
        sa.Column("version", sa.String(96)),
        sa.Column("report", sa.Text(), nullable=False),
        sqlite_autoincrement=True,
    )
    op.add_column("model_versions", sa.Column("dataset", sa.String(64)))
