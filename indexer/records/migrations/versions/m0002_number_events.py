"""Numbers search events in the order of their commits, so that a reader can go on where it was."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

_SHARED = ("application", "client_id", "timestamp", "user_query")
_QUERIES = ("query_id", *_SHARED, "query_response_id", "query_response_hit_ids", "query_attributes")
_EVENTS = ("event_id", *_SHARED, "action_name", "query_id", "session_id", "message_type", "event_attributes")


def upgrade() -> None:
    """Makes both tables anew, since SQLite gives no existing table another key."""
    op.drop_index("ix_ubi_queries_timestamp", "ubi_queries")
    op.drop_index("ix_ubi_events_timestamp", "ubi_events")
    op.drop_index("ix_ubi_events_query_id", "ubi_events")
    for name in ("ubi_queries", "ubi_events"):
        op.rename_table(name, f"{name}_unnumbered")
    _queries()
    _events()
    for name, columns in (("ubi_queries", _QUERIES), ("ubi_events", _EVENTS)):
        listed = ", ".join(columns)
        op.execute(
            f"INSERT INTO {name} ({listed}) SELECT {listed} FROM {name}_unnumbered "  # noqa: S608 - our names
            f"ORDER BY timestamp, {columns[0]}"
        )
        op.drop_table(f"{name}_unnumbered")


def _queries() -> None:
    op.create_table(
        "ubi_queries",
        sa.Column("seq", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("query_id", sa.String(length=100), nullable=False),
        sa.Column("application", sa.String(length=100), nullable=False),
        sa.Column("client_id", sa.String(length=100), nullable=False),
        sa.Column("timestamp", sa.String(length=24), nullable=False),
        sa.Column("user_query", sa.Text(), nullable=False),
        sa.Column("query_response_id", sa.String(length=100), nullable=False),
        sa.Column("query_response_hit_ids", sa.Text(), nullable=False),
        sa.Column("query_attributes", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("seq"),
        sa.UniqueConstraint("query_id"),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_ubi_queries_timestamp"), "ubi_queries", ["timestamp"], unique=False)


def _events() -> None:
    op.create_table(
        "ubi_events",
        sa.Column("seq", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("event_id", sa.String(length=100), nullable=False),
        sa.Column("application", sa.String(length=100), nullable=False),
        sa.Column("action_name", sa.String(length=100), nullable=False),
        sa.Column("query_id", sa.String(length=100), nullable=True),
        sa.Column("client_id", sa.String(length=100), nullable=False),
        sa.Column("session_id", sa.String(length=100), nullable=False),
        sa.Column("timestamp", sa.String(length=24), nullable=False),
        sa.Column("message_type", sa.String(length=100), nullable=True),
        sa.Column("user_query", sa.Text(), nullable=True),
        sa.Column("event_attributes", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("seq"),
        sa.UniqueConstraint("event_id"),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_ubi_events_query_id"), "ubi_events", ["query_id"], unique=False)
    op.create_index(op.f("ix_ubi_events_timestamp"), "ubi_events", ["timestamp"], unique=False)
