"""The tables of what comes in: runs, what became of each of their files, and the folders that are watched."""

from sqlalchemy import BigInteger, Column, Float, ForeignKey, Index, Integer, String, Table, Text

from indexer.records.metadata import metadata

# state: queued (uploads waiting for the worker), running, done, interrupted.
runs = Table(
    "runs",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("collection", ForeignKey("collections.name"), nullable=False),
    Column("origin", String(16), nullable=False),  # command, upload, watch
    Column("state", String(16), nullable=False),
    Column("started_at", String(24), nullable=False),
    Column("finished_at", String(24)),
    Column("seconds", Float),
    # Of a run whose files several processes take: versions of extractor, chunker and encoder, for all alike.
    Column("stages", String(160)),
)

# Exactly one outcome per file: indexed, unchanged, duplicate, unsupported, failed; null while waiting.
run_files = Table(
    "run_files",
    metadata,
    Column("run", ForeignKey("runs.id"), primary_key=True),
    Column("uri", Text, primary_key=True),
    Column("digest", String(64)),
    Column("bytes", BigInteger, nullable=False),
    Column("outcome", String(16)),
    Column("code", String(32)),  # of a failure: encrypted, damaged, empty, …
    Column("reason", Text),
    Column("document", ForeignKey("documents.id")),
    Column("chunks", Integer, nullable=False),
    Column("seconds", Float),
    Column("claimed_by", String(80)),  # the process that works on it, or did
    Column("lease_until", String(24)),  # by the clock of the database; then others may take it
    Index("run_files_by_outcome", "run", "outcome", "uri"),
)

watches = Table(
    "watches",
    metadata,
    Column("collection", ForeignKey("collections.name"), primary_key=True),
    Column("path", Text, primary_key=True),
    Column("created_at", String(24), nullable=False),
)
