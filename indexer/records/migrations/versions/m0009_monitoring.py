"""Checks of silence, and what is measured of a classifier at work: profiles, measurements, alarms."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Makes the tables."""
    op.create_table(
        "silence_checks",
        sa.Column("seq", sa.Integer(), primary_key=True, autoincrement=True),
        sa.Column("id", sa.String(64), nullable=False, unique=True),
        sa.Column("act", sa.String(64), nullable=False, index=True),
        sa.Column("document", sa.String(32), sa.ForeignKey("documents.id"), nullable=False, index=True),
        sa.Column("chunk", sa.String(64), nullable=False),
        sa.Column("text_hash", sa.LargeBinary(16), nullable=False, index=True),
        sa.Column("stratum", sa.String(8), nullable=False),
        sa.Column("missed", sa.Integer()),
        sa.Column("labelled_by", sa.String(160), nullable=False),
        sa.Column("by", sa.String(100), nullable=False),
        sa.Column("at", sa.String(24), nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "document_profiles",
        sa.Column("document", sa.String(32), sa.ForeignKey("documents.id"), primary_key=True),
        sa.Column("made_from", sa.String(200), nullable=False),
        sa.Column("labelled_by", sa.String(160), nullable=False),
        sa.Column("passages", sa.Integer(), nullable=False),
        sa.Column("characters", sa.Integer(), nullable=False),
        sa.Column("digits", sa.Integer(), nullable=False),
        sa.Column("labels", sa.Text(), nullable=False),
        sa.Column("centroid", sa.LargeBinary()),
    )
    op.create_table(
        "monitor_rounds",
        sa.Column("seq", sa.Integer(), primary_key=True, autoincrement=True),
        sa.Column("at", sa.String(24), nullable=False, index=True),
        sa.Column("state", sa.String(160), nullable=False),
        sa.Column("seconds", sa.Float(), nullable=False),
        sqlite_autoincrement=True,
    )
    _measurements()
    op.create_table(
        "alarms",
        sa.Column("seq", sa.Integer(), primary_key=True, autoincrement=True),
        sa.Column("pack", sa.String(64), nullable=False),
        sa.Column("collection", sa.String(64), nullable=False),
        sa.Column("source", sa.String(200), nullable=False),
        sa.Column("metric", sa.String(32), nullable=False),
        sa.Column("label", sa.String(128), nullable=False),
        sa.Column("began_at", sa.String(24), nullable=False),
        sa.Column("ended_at", sa.String(24), index=True),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sqlite_autoincrement=True,
    )


def _measurements() -> None:
    op.create_table(
        "measurements",
        sa.Column("round", sa.Integer(), sa.ForeignKey("monitor_rounds.seq"), primary_key=True),
        sa.Column("pack", sa.String(64), primary_key=True),
        sa.Column("collection", sa.String(64), primary_key=True),
        sa.Column("source", sa.String(200), primary_key=True),
        sa.Column("metric", sa.String(32), primary_key=True),
        sa.Column("label", sa.String(128), primary_key=True),
        sa.Column("value", sa.Float(), nullable=False),
        sa.Column("low", sa.Float()),
        sa.Column("high", sa.Float()),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("before", sa.Float()),
        sa.Column("before_n", sa.Integer()),
        sa.Column("distance", sa.Float()),
        sa.Column("chance", sa.Float()),
        sa.Column("model", sa.String(96), nullable=False),
    )
    op.create_index("measurements_by_series", "measurements", ["metric", "collection", "round"])
