"""Makes the hits of a page: a record of a passage, its labels, its marks and the grounds for its place."""

from collections.abc import Mapping

from indexer.index.query import Node
from indexer.records.read import ChunkRecord
from models.packs import Pack
from search_app.explain import explain, found_words
from search_app.fuse import Fused
from search_app.highlight import Highlighter
from search_app.labels import Cards, LabelMaker
from search_app.results import Hit


class HitMaker:
    """Makes the hits of one query."""

    def __init__(self, query: Node | None, packs: Mapping[str, Pack], cards: Cards | None = None) -> None:
        self._highlighter = Highlighter(query)
        self._packs = packs
        self._cards = cards
        self._known: dict[str, LabelMaker] = {}

    def hit(self, rank: int, item: Fused, record: ChunkRecord) -> Hit:
        """Returns a hit; ``rank`` is its 1-based place over all pages."""
        if record.collection not in self._known:
            pack = self._packs.get(record.collection)
            self._known[record.collection] = LabelMaker(pack, self._cards)
        shown = self._known[record.collection].of(record)
        marks = self._highlighter.marks(record.text)
        words = found_words(record.text, marks)
        heading = f"{record.title} › {record.section}"
        in_heading = () if words else found_words(heading, self._highlighter.marks(heading))
        return Hit(
            rank=rank,
            score=item.learned.score if item.learned else item.score,
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
            labels=shown.labels,
            marks=marks,
            why=explain(item, words, in_heading, shown.labels),
            unsure=shown.unsure,
            outvoted=shown.outvoted,
            denied=shown.denied,
        )
