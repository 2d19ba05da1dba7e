"""Makes the hits of a page: a record of a passage, its labels, its marks and the grounds for its place."""

from collections.abc import Mapping

from indexer.index.query import Node
from indexer.records.read import ChunkRecord
from models.labels import LabelPrediction, Severity
from models.packs import Pack
from search_app.explain import explain, found_words
from search_app.fuse import Fused
from search_app.highlight import Highlighter
from search_app.results import Hit, HitLabel


class HitMaker:
    """Makes the hits of one query."""

    def __init__(self, query: Node | None, packs: Mapping[str, Pack]) -> None:
        self._highlighter = Highlighter(query)
        self._packs = packs
        self._known: dict[str, Pack | None] = {}

    def hit(self, rank: int, item: Fused, record: ChunkRecord) -> Hit:
        """Returns a hit; ``rank`` is its 1-based place over all pages."""
        if record.collection not in self._known:
            self._known[record.collection] = self._packs.get(record.collection)
        labels = hit_labels(record.labels, self._known[record.collection])
        marks = self._highlighter.marks(record.text)
        words = found_words(record.text, marks)
        heading = f"{record.title} › {record.section}"
        in_heading = () if words else found_words(heading, self._highlighter.marks(heading))
        return Hit(
            rank=rank,
            score=item.score,
            key=record.key,
            chunk=record.id,
            collection=record.collection,
            document=record.document,
            title=record.title,
            source=record.source,
            document_type=record.document_type,
            date=record.date,
            section=record.section,
            page=record.page,
            start=record.start,
            end=record.end,
            text=record.text,
            labels=labels,
            marks=marks,
            why=explain(item, words, in_heading, labels),
        )


def hit_labels(predictions: tuple[LabelPrediction, ...], pack: Pack | None) -> tuple[HitLabel, ...]:
    """Returns labels as shown, the gravest and surest first; one that the pack lacks keeps its name."""
    shown = []
    for item in predictions:
        definition = pack.labels.get(item.label) if pack else None
        shown.append(
            HitLabel(
                label=item.label,
                title=definition.title if definition else item.label,
                severity=definition.severity if definition else Severity.LOW,
                probability=item.probability,
                source=item.source,
                model=item.model,
                triggers=item.triggers,
            )
        )
    return tuple(sorted(shown, key=lambda label: (-label.severity * label.probability, label.label)))
