"""Files of a run that several processes share: who has claimed which, and what they must have in common."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Adds the columns, and orders the index of outcomes by the files' places."""
    op.add_column("runs", sa.Column("stages", sa.String(length=160)))
    op.add_column("run_files", sa.Column("claimed_by", sa.String(length=80)))
    op.add_column("run_files", sa.Column("lease_until", sa.String(length=24)))
    op.drop_index("run_files_by_outcome", "run_files")
    op.create_index("run_files_by_outcome", "run_files", ["run", "outcome", "uri"])
