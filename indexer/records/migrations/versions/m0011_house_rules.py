"""The rules that people write for their collections, and their claims looked up by rule."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """Makes the table and the indexes."""
    op.create_table(
        "house_rules",
        sa.Column("seq", sa.Integer(), primary_key=True, autoincrement=True),
        sa.Column("rule", sa.String(16), nullable=False, index=True),
        sa.Column("collection", sa.String(64), sa.ForeignKey("collections.name"), nullable=False, index=True),
        sa.Column("action", sa.String(16), nullable=False),
        sa.Column("label", sa.String(128), nullable=False),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("probability", sa.Float(), nullable=False),
        sa.Column("right", sa.Integer(), nullable=False),
        sa.Column("judged", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("by", sa.String(100), nullable=False),
        sa.Column("at", sa.String(24), nullable=False),
        sqlite_autoincrement=True,
    )
    for name, table, columns, condition in (
        ("predictions_house", "predictions", ["label", "chunk"], "source = 'house'"),
        ("decisions_of_house", "decisions", ["seen_model"], "seen_source = 'house'"),
    ):
        where = sa.text(condition)
        op.create_index(name, table, columns, sqlite_where=where, postgresql_where=where)
