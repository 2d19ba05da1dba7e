"""What the rules of a collection were found to do."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    """Makes the table."""
    op.create_table(
        "rule_reports",
        sa.Column("collection", sa.String(64), sa.ForeignKey("collections.name"), primary_key=True),
        sa.Column("state", sa.String(160), nullable=False),
        sa.Column("at", sa.String(24), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
    )
