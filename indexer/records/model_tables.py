"""The tables of model versions, of what was done with them, and of what commands measured."""

from sqlalchemy import Column, Float, Integer, String, Table, Text

from indexer.records.metadata import metadata

# Append-only. The registry keeps versions; here is what leaves none behind: evaluations, and files of models.
model_figures = Table(
    "model_figures",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("kind", String(32), nullable=False),  # evaluate-retrieval, evaluate-classifier, train-ranker, …
    Column("subject", String(160), nullable=False),  # the version that was measured or made
    Column("started_at", String(24), nullable=False),
    Column("seconds", Float, nullable=False),
    Column("code", String(64), nullable=False),
    Column("data", String(160), nullable=False),  # what it was measured on or made from, for people
    Column("parameters", Text, nullable=False),  # JSON, text by name
    Column("figures", Text, nullable=False),  # JSON, numbers by name
    sqlite_autoincrement=True,
)

# The file of each version lies among the stored files, under its digest.
model_versions = Table(
    "model_versions",
    metadata,
    Column("version", String(96), primary_key=True),
    Column("kind", String(16), nullable=False),  # classifier
    Column("pack", String(64), nullable=False),
    Column("digest", String(64), nullable=False),
    Column("origin", String(16), nullable=False),  # starter, trained, thresholds
    Column("parent", String(96)),  # the version that it was made from
    Column("created_at", String(24), nullable=False),
    Column("card", Text, nullable=False),  # JSON of ClassifierCard
    Column("dataset", String(64)),  # the decisions that it learned from; NULL for one that learned from none
    Column("code", String(64)),  # that made it (indexer.code_version); NULL where that was not kept yet
)

# Append-only: what was registered and which version labels from when on. action: register, promote, rollback.
model_journal = Table(
    "model_journal",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("pack", String(64), nullable=False, index=True),
    Column("action", String(16), nullable=False),
    Column("version", String(96), nullable=False),
    Column("previous", String(96)),
    Column("at", String(24), nullable=False),
    Column("by", String(64), nullable=False),
    Column("reason", Text, nullable=False),
    sqlite_autoincrement=True,
)
