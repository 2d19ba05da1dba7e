"""When each job of the worker ran last, and how it went."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Makes the table."""
    op.create_table(
        "job_runs",
        sa.Column("name", sa.String(64), primary_key=True),
        sa.Column("seconds", sa.Float(), nullable=False),
        sa.Column("started", sa.String(24), nullable=False),
        sa.Column("finished", sa.String(24)),
        sa.Column("failure", sa.Text(), nullable=False),
    )
