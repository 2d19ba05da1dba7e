"""Reranks by the ranker in use, whichever that is at the moment of a search."""

from indexer.registry import Rankers
from search_app.rerank import Passages, Reranker


class CurrentReranker:
    """Follows promotions and rollbacks of other processes within seconds; threads may share it."""

    def __init__(self, rankers: Rankers, passages: Passages) -> None:
        self._rankers = rankers
        self._passages = passages

    def current(self) -> Reranker | None:
        """Returns what reranks now; None where the order of the fusion stays."""
        ranker = self._rankers.current()
        return Reranker(ranker, self._passages) if ranker else None
