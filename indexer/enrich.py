"""Says of a document what the models know: its type, its date, and the labels of its passages."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from indexer.documents import Chunk, Document
from indexer.ids import text_hash
from indexer.labelling import Labelling, Labels
from models.dates import agreement_date
from models.labels import Passage
from models.packs import Pack

Readings = Mapping[bytes, NDArray[np.float32]]


@dataclass(frozen=True, slots=True)
class Enrichment:
    """What the models say of a document.

    Attributes:
        labels: One entry per passage, all that is said of it.
        labelled_by: Fingerprint of what said it; empty where it is to be said anew.
        unfamiliar: Number of passages in words that the classifier did not learn from.
    """

    document_type: str
    date: date | None
    labels: tuple[Labels, ...]
    labelled_by: str
    unfamiliar: int


def enrich(
    document: Document, chunks: Sequence[Chunk], pack: Pack, labelling: Labelling, readings: Readings
) -> Enrichment:
    """Returns type, date and labels of a document, as its pack sees them.

    Args:
        document: What was extracted.
        chunks: All its passages, in order.
        pack: That of its collection.
        labelling: What labels by that pack.
        readings: Those of the passages by the hash of their text, as the records keep them; not looked at
            where the labelling needs none. Where one is missing, the rules speak alone until it is there.
    """
    passages = [Passage(chunk.text, chunk.section) for chunk in chunks]
    complete = True
    if labelling.encoder:
        found = [readings.get(text_hash(passage.text)) for passage in passages]
        complete = all(each is not None for each in found)
        passages = [
            Passage(each.text, each.section, read) for each, read in zip(passages, found, strict=True)
        ]
    speaking = labelling if complete else Labelling(labelling.rules, house=labelling.house)
    said = speaking.label(passages)
    return Enrichment(
        document_type=pack.document_type(document.title, document.text),
        date=document.date or agreement_date(document.text),
        labels=tuple(said.labels),
        labelled_by=labelling.fingerprint if complete else "",
        unfamiliar=said.unfamiliar,
    )
