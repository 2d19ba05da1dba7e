"""Judgements to train or to measure on: of a folder, of what was imported, or of both."""

from pathlib import Path
from typing import NamedTuple

from sqlalchemy import Engine

from indexer.imports import imported_judgements
from models.evaluation.beir import Judged, read_judged
from models.evaluation.merged import merged


class Named(NamedTuple):
    """Judgements, and what they are called."""

    judged: Judged
    name: str


def judgements_of(engine: Engine, directory: Path | None, split: str, *, imported: bool) -> Named:
    """Returns judgements; where both grade the same, the folder counts.

    Args:
        engine: To the records.
        directory: A BEIR folder: corpus.jsonl, queries.jsonl, qrels/*.tsv; None for none.
        split: Name of one of its files of judgements; empty for all.
        imported: Whether those in the records are meant too.

    Raises:
        EvaluationError: The folder is missing or malformed.
        ImportingError: There are none in the records.
    """
    parts = imported_judgements(engine) if imported else []
    if directory:
        name = " ".join(filter(None, (directory.resolve().name, split)))
        parts.append((name, read_judged(directory, split or None)))
    return Named(merged(parts), ", ".join(name for name, _ in parts))
