"""How many passages of a document are in words that its classifier did not learn from."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Adds the column; it is filled when documents are labelled."""
    op.add_column("documents", sa.Column("unfamiliar", sa.Integer(), nullable=False, server_default="0"))
