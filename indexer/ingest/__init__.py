"""Ingest: files in, searchable passages out."""

from indexer.ingest.ingest import DEFAULT_COLLECTION, Ingest, Limits
from indexer.ingest.values import Failure, Origin, Outcome, RunSummary
from indexer.runs import enqueue_upload

__all__ = [
    "DEFAULT_COLLECTION",
    "Failure",
    "Ingest",
    "Limits",
    "Origin",
    "Outcome",
    "RunSummary",
    "enqueue_upload",
]
