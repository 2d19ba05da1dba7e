"""The tables of experiments and of what came of them."""

from sqlalchemy import Column, Float, ForeignKey, Integer, String, Table, Text

from indexer.records.metadata import metadata

# state: waiting, running, done, stopped, failed.
experiments = Table(
    "experiments",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("name", String(80), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("definition", Text, nullable=False),  # JSON
    Column("state", String(16), nullable=False),
    Column("step", Text, nullable=False),  # what it is at, or how it ended, as a sentence
    Column("asked_at", String(24), nullable=False),
    Column("asked_by", String(100), nullable=False),
    Column("started_at", String(24)),
    Column("finished_at", String(24)),
    Column("data", String(64)),  # fingerprint of what it measures on
    sqlite_autoincrement=True,
)

# Append-only: what came of the settings in use (place 0) and of each variant.
experiment_results = Table(
    "experiment_results",
    metadata,
    Column("experiment", ForeignKey("experiments.id"), primary_key=True),
    Column("place", Integer, primary_key=True, autoincrement=False),
    Column("parameters", Text, nullable=False),  # JSON, as the rest
    Column("started_at", String(24), nullable=False),
    Column("seconds", Float, nullable=False),
    Column("figures", Text, nullable=False),
    Column("units", Text, nullable=False),  # by document or query, what later variants are compared with
    Column("differences", Text, nullable=False),
    Column("changes", Text, nullable=False),
    Column("error", Text, nullable=False),  # why there are no figures; else empty
    Column("code", String(64), nullable=False),
)
