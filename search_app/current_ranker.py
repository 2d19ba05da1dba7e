"""Reranks by the ranker in use, whichever that is at the moment of a search."""

import threading
import time

from sqlalchemy import Engine

from indexer.ranking.interleaving import Interleaving, running
from indexer.registry import Rankers
from indexer.registry.rankers import SECONDS
from models.errors import RankerError
from search_app.interleaved import Interleaved
from search_app.rerank import Orders, Passages, Reranker


class CurrentReranker:
    """Follows promotions, rollbacks and comparisons of other processes; threads may share it."""

    def __init__(self, rankers: Rankers, passages: Passages, engine: Engine) -> None:
        self._rankers = rankers
        self._passages = passages
        self._engine = engine
        self._lock = threading.Lock()
        self._known: tuple[float, Interleaving | None] | None = None

    def current(self) -> Orders | None:
        """Returns what reranks now; None where the order of the fusion stays."""
        ranker = self._rankers.current()
        if ranker is None:
            return None
        champion = Reranker(ranker, self._passages)
        compared = self._running()
        if compared is None or compared.champion != ranker.version:
            return champion
        try:
            challenger = self._rankers.usable(compared.challenger)
        except RankerError:  # its file is gone; the comparison stands still
            return champion
        return Interleaved(compared.id, champion, Reranker(challenger, self._passages))

    def _running(self) -> Interleaving | None:
        with self._lock:
            if self._known is None or time.monotonic() - self._known[0] > SECONDS:
                with self._engine.connect() as connection:
                    self._known = (time.monotonic(), running(connection))
            return self._known[1]
