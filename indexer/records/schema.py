"""The tables, as SQLAlchemy Core metadata; migrations create them, tests compare the two.

Times are UTC ISO 8601 strings with milliseconds ("2026-01-31T09:00:00.000Z"), so that SQLite and
PostgreSQL hold and order them alike.
"""

from sqlalchemy import (
    BigInteger,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from indexer.records.comparisons import interleavings
from indexer.records.event_sums import event_days, event_progress, query_passages, query_texts, search_days
from indexer.records.experiments import experiment_results, experiments
from indexer.records.feedback import changed_decisions, decisions, reviewers, ubi_events, ubi_queries
from indexer.records.house_rules import house_rules, rule_reports
from indexer.records.imports import imported_grades, imported_queries, imported_texts, imports
from indexer.records.intake import run_files, runs, watches
from indexer.records.lessons import datasets, learning_runs
from indexer.records.metadata import metadata
from indexer.records.model_tables import model_figures, model_journal, model_versions
from indexer.records.monitoring import alarms, document_profiles, measurements, monitor_rounds, silence_checks
from indexer.records.shadows import shadow_documents, shadow_labels, shadows
from indexer.records.work import heartbeats, job_runs

__all__ = [
    "alarms",
    "changed_decisions",
    "chunks",
    "collections",
    "datasets",
    "decisions",
    "document_pages",
    "document_profiles",
    "document_texts",
    "documents",
    "event_days",
    "event_progress",
    "experiment_results",
    "experiments",
    "heartbeats",
    "house_rules",
    "imported_grades",
    "imported_queries",
    "imported_texts",
    "imports",
    "interleavings",
    "job_runs",
    "learning_runs",
    "measurements",
    "metadata",
    "model_figures",
    "model_journal",
    "model_versions",
    "monitor_rounds",
    "outbox",
    "predictions",
    "query_passages",
    "query_texts",
    "reviewers",
    "rule_reports",
    "run_files",
    "runs",
    "search_days",
    "shadow_documents",
    "shadow_labels",
    "shadows",
    "silence_checks",
    "source_versions",
    "sources",
    "ubi_events",
    "ubi_queries",
    "vectors",
    "watches",
]

collections = Table(
    "collections",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("pack", String(64), nullable=False),
    Column("created_at", String(24), nullable=False),
)

# A document's id is derived from its collection and its bytes. status: active (searchable),
# superseded (a newer version stands at its source), removed (no source has it any more).
documents = Table(
    "documents",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("collection", ForeignKey("collections.name"), nullable=False),
    Column("digest", String(64), nullable=False, index=True),
    Column("parent", ForeignKey("documents.id"), index=True),
    Column("title", Text, nullable=False),
    Column("file_name", Text, nullable=False),
    Column("media_type", String(128), nullable=False),
    Column("document_type", String(64), nullable=False),
    Column("document_date", String(10)),
    Column("pages", Integer, nullable=False),
    Column("characters", Integer, nullable=False),
    Column("bytes", BigInteger, nullable=False),
    Column("warnings", Text, nullable=False),  # JSON list of sentences
    Column("facts", Text, nullable=False),  # JSON object of strings: From, To, Author
    Column("extractor", String(32), nullable=False),
    Column("chunker", String(32), nullable=False),
    # Versions of the classifier, if any, and of the rules; empty where it is unknown. What differs from
    # those in force is stale.
    Column("labelled_by", String(160), nullable=False, server_default=""),
    # Passages in words that the classifier did not learn from.
    Column("unfamiliar", Integer, nullable=False, server_default="0"),
    Column("status", String(16), nullable=False),
    Column("created_at", String(24), nullable=False),
    Index("documents_by_collection", "collection", "status"),
    Index("documents_by_labels", "collection", "status", "labelled_by"),
)

document_texts = Table(
    "document_texts",
    metadata,
    Column("document", ForeignKey("documents.id"), primary_key=True),
    Column("text", Text, nullable=False),
    Column("blocks", LargeBinary, nullable=False),  # zlib of a JSON list [kind, start, end, page, level]
)

document_pages = Table(
    "document_pages",
    metadata,
    Column("document", ForeignKey("documents.id"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("start", Integer, nullable=False),
    Column("end", Integer, nullable=False),
    Column("width", Float, nullable=False),
    Column("height", Float, nullable=False),
    Column("boxes", LargeBinary, nullable=False),  # zlib of int16, shape (end - start, 4)
)

# Where a document was found. The row stays when the file goes (gone_at), so that history can be told.
sources = Table(
    "sources",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("collection", ForeignKey("collections.name"), nullable=False),
    Column("uri", Text, nullable=False),
    Column("parent", ForeignKey("sources.id"), index=True),  # of an attachment: the mail's row
    Column("document", ForeignKey("documents.id"), nullable=False, index=True),
    Column("version", Integer, nullable=False),
    Column("bytes", BigInteger, nullable=False),
    Column("modified_ns", BigInteger, nullable=False),
    Column("first_seen", String(24), nullable=False),
    Column("last_seen", String(24), nullable=False),
    Column("gone_at", String(24)),
    UniqueConstraint("collection", "uri"),
)

source_versions = Table(
    "source_versions",
    metadata,
    Column("source", ForeignKey("sources.id"), primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("document", ForeignKey("documents.id"), nullable=False),
    Column("seen_at", String(24), nullable=False),
)

chunks = Table(
    "chunks",
    metadata,
    Column("key", BigInteger, primary_key=True, autoincrement=False),
    Column("id", String(64), nullable=False, unique=True),
    Column("document", ForeignKey("documents.id"), nullable=False),
    Column("ordinal", Integer, nullable=False),
    Column("start", Integer, nullable=False),
    Column("end", Integer, nullable=False),
    Column("page", Integer),
    Column("section", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("text_hash", LargeBinary(16), nullable=False),
    UniqueConstraint("document", "ordinal"),
    Index("chunks_by_text", "text_hash"),
)

# Keyed by the text, not the chunk: boilerplate that recurs is encoded and stored once.
vectors = Table(
    "vectors",
    metadata,
    Column("text_hash", LargeBinary(16), primary_key=True),
    Column("encoder", String(64), primary_key=True),
    Column("vector", LargeBinary, nullable=False),  # float16, little-endian, shape (dimension,)
    Column("readings", LargeBinary),  # log-odds of the reader's labels, float16; NULL without a reader
)

predictions = Table(
    "predictions",
    metadata,
    Column("chunk", ForeignKey("chunks.key"), primary_key=True),
    Column("label", String(128), primary_key=True),
    Column("source", String(8), primary_key=True),
    Column("probability", Float, nullable=False),
    Column("model", String(64), nullable=False),
    Column("triggers", Text, nullable=False),  # JSON list [start, end] within the chunk's text
    # speaks, unsure, outvoted, denied
    Column("standing", String(8), nullable=False, server_default="speaks"),
    Column("sentence", String(24)),  # "start,end" within the chunk's text; null for all of it
    Index(
        "predictions_unsure",
        "label",
        "chunk",
        sqlite_where=text("standing = 'unsure'"),
        postgresql_where=text("standing = 'unsure'"),
    ),
    Index(
        "predictions_outvoted",
        "label",
        "chunk",
        sqlite_where=text("standing = 'outvoted'"),
        postgresql_where=text("standing = 'outvoted'"),
    ),
    Index(
        "predictions_house",
        "label",
        "chunk",
        sqlite_where=text("source = 'house'"),
        postgresql_where=text("source = 'house'"),
    ),
    Index(
        "predictions_claims",
        "label",
        "probability",
        "chunk",
        sqlite_where=text("standing = 'speaks'"),
        postgresql_where=text("standing = 'speaks'"),
    ),
)

# What changed, in order. The applier reads the document's present state: active means upsert, anything
# else means remove. Of each document the newest row stays, so that an older generation can catch up.
outbox = Table(
    "outbox",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("document", ForeignKey("documents.id"), nullable=False, index=True),
    Column("created_at", String(24), nullable=False),
    sqlite_autoincrement=True,
)
