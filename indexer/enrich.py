"""Says of a document what the models know: its type, its date, and the labels of its passages."""

import functools
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from indexer.documents import Chunk, Document
from models.dates import agreement_date
from models.labels import LabelPrediction, Passage
from models.packs import Pack
from models.rules import RuleLabeller


@dataclass(frozen=True, slots=True)
class Enrichment:
    """What the models say of a document; ``labels`` has one entry per passage."""

    document_type: str
    date: date | None
    labels: tuple[tuple[LabelPrediction, ...], ...]


def enrich(document: Document, chunks: Sequence[Chunk], pack: Pack) -> Enrichment:
    """Returns type, date and labels of a document, as its pack sees them."""
    passages = [Passage(chunk.text, chunk.section) for chunk in chunks]
    return Enrichment(
        document_type=pack.document_type(document.title, document.text),
        date=document.date or agreement_date(document.text),
        labels=tuple(_labeller(pack).label(passages)),
    )


@functools.lru_cache(maxsize=16)
def _labeller(pack: Pack) -> RuleLabeller:
    return RuleLabeller(pack)
