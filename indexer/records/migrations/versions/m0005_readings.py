"""What an encoder's reader reads of a text, beside its vector."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Adds the column; encoders without a reader leave it empty."""
    op.add_column("vectors", sa.Column("readings", sa.LargeBinary()))
