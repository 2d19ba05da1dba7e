"""The tables of what classifiers learned from."""

from sqlalchemy import Column, ForeignKey, Integer, String, Table, Text

from indexer.records.metadata import metadata

# A dataset never changes; its content, texts and decisions, lies among the stored files under its digest.
datasets = Table(
    "datasets",
    metadata,
    Column("id", String(64), primary_key=True),  # SHA-256 of its content, before it is packed
    Column("pack", String(64), nullable=False),
    Column("digest", String(64), nullable=False),
    Column("upto", Integer, nullable=False),  # number of the newest decision that was looked at
    Column("documents", Integer, nullable=False),
    Column("decisions", Integer, nullable=False),
    Column("left_out", Integer, nullable=False),
    Column("created_at", String(24), nullable=False),
)

# state: waiting, running, promoted, approval (passed the gate, waits for a person), refused, nothing, failed.
learning_runs = Table(
    "learning_runs",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("pack", String(64), nullable=False, index=True),
    Column("state", String(16), nullable=False),
    Column("asked_at", String(24), nullable=False),
    Column("asked_by", String(100), nullable=False),
    Column("why", String(16), nullable=False),  # demand, count
    Column("started_at", String(24)),
    Column("finished_at", String(24)),
    Column("step", Text, nullable=False),  # what it is at, or how it ended, as a sentence
    Column("upto", Integer, nullable=False),  # number of the newest decision that it looked at
    Column("champion", String(96)),
    Column("dataset", ForeignKey("datasets.id")),
    Column("version", String(96)),
    Column("report", Text, nullable=False),  # JSON of the gate's report; empty before it
    sqlite_autoincrement=True,
)
