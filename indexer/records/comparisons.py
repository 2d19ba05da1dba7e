"""The table of comparisons of two rankers on real searches."""

from sqlalchemy import Column, Integer, String, Table, Text

from indexer.records.metadata import metadata

# Two rankers take turns in the hits of searches from started_at to ended_at; NULL while they do.
interleavings = Table(
    "interleavings",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("champion", String(96), nullable=False),
    Column("challenger", String(96), nullable=False),
    Column("promotes", Integer, nullable=False),  # 1 where the challenger takes over once surely better
    Column("started_at", String(24), nullable=False),
    Column("started_by", String(100), nullable=False),
    Column("ended_at", String(24)),
    Column("outcome", Text, nullable=False),  # as a sentence; empty while they take turns
    sqlite_autoincrement=True,
)
