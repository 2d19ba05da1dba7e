"""What was measured, and the version of the code that made each model."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    """Makes the table and adds the column."""
    op.create_table(
        "model_figures",
        sa.Column("id", sa.Integer(), primary_key=True, autoincrement=True),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("subject", sa.String(160), nullable=False),
        sa.Column("started_at", sa.String(24), nullable=False),
        sa.Column("seconds", sa.Float(), nullable=False),
        sa.Column("code", sa.String(64), nullable=False),
        sa.Column("data", sa.String(160), nullable=False),
        sa.Column("parameters", sa.Text(), nullable=False),
        sa.Column("figures", sa.Text(), nullable=False),
        sqlite_autoincrement=True,
    )
    op.add_column("model_versions", sa.Column("code", sa.String(64)))
