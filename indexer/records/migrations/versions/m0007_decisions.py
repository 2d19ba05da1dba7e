"""What people decided about labels, append-only, who they are, and decisions about older wordings."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Makes the tables."""
    op.create_table(
        "decisions",
        sa.Column("seq", sa.Integer(), primary_key=True, autoincrement=True),
        sa.Column("id", sa.String(64), nullable=False, unique=True),
        sa.Column("act", sa.String(64), nullable=False, index=True),
        sa.Column("action", sa.String(16), nullable=False),
        sa.Column("document", sa.String(32), sa.ForeignKey("documents.id"), nullable=False, index=True),
        sa.Column("chunk", sa.String(64), nullable=False),
        sa.Column("text_hash", sa.LargeBinary(16), nullable=False, index=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("section", sa.Text(), nullable=False),
        sa.Column("label", sa.String(128), nullable=False),
        sa.Column("applies", sa.Integer()),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("span", sa.String(24)),
        sa.Column("by", sa.String(100), nullable=False),
        sa.Column("origin", sa.String(16), nullable=False),
        sa.Column("seen_source", sa.String(8)),
        sa.Column("seen_model", sa.String(96)),
        sa.Column("seen_probability", sa.Float()),
        sa.Column("seen_standing", sa.String(8)),
        sa.Column("at", sa.String(24), nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "changed_decisions",
        sa.Column("chunk", sa.BigInteger(), sa.ForeignKey("chunks.key"), primary_key=True),
        sa.Column("label", sa.String(128), primary_key=True),
        sa.Column("decision", sa.Integer(), sa.ForeignKey("decisions.seq"), nullable=False),
        sa.Column("similarity", sa.Float(), nullable=False),
    )
    op.create_table(
        "reviewers",
        sa.Column("id", sa.String(100), primary_key=True),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("senior", sa.Integer(), nullable=False),
        sa.Column("since", sa.String(24), nullable=False),
    )
    for name, columns, standing in (
        ("predictions_outvoted", ["label", "chunk"], "outvoted"),
        ("predictions_claims", ["label", "probability", "chunk"], "speaks"),
    ):
        only = sa.text(f"standing = '{standing}'")
        op.create_index(name, "predictions", columns, sqlite_where=only, postgresql_where=only)
