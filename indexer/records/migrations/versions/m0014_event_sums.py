"""What recorded events add up to, and how far they are summed up."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    """Makes the tables."""
    op.create_table(
        "event_progress",
        sa.Column("name", sa.String(32), primary_key=True),
        sa.Column("seq", sa.Integer(), nullable=False),
    )
    op.create_table(
        "event_days",
        sa.Column("day", sa.String(10), primary_key=True),
        sa.Column("action", sa.String(100), primary_key=True),
        sa.Column("collection", sa.String(64), primary_key=True),
        sa.Column("ranker", sa.String(100), primary_key=True),
        sa.Column("classifier", sa.String(100), primary_key=True),
        sa.Column("position", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("robot", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("events", sa.Integer(), nullable=False),
    )
    op.create_table(
        "search_days",
        sa.Column("day", sa.String(10), primary_key=True),
        sa.Column("application", sa.String(100), primary_key=True),
        sa.Column("mode", sa.String(16), primary_key=True),
        sa.Column("latency", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("robot", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("searches", sa.Integer(), nullable=False),
        sa.Column("without_hits", sa.Integer(), nullable=False),
    )
    op.create_table(
        "query_texts",
        sa.Column("query", sa.String(32), primary_key=True),
        sa.Column("text", sa.Text()),
        sa.Column("asked_on", sa.String(10), nullable=False, index=True),
    )
    op.create_table(
        "query_passages",
        sa.Column("query", sa.String(32), primary_key=True),
        sa.Column("chunk", sa.String(64), primary_key=True),
        sa.Column("position", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("impressions", sa.Integer(), nullable=False),
        sa.Column("used", sa.Integer(), nullable=False),
        sa.Column("excused", sa.Integer(), nullable=False),
    )
