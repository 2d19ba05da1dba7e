"""Counts and times the searches of this process."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from prometheus_client import CollectorRegistry, Counter, Histogram, PlatformCollector, ProcessCollector
from prometheus_client.registry import Collector

from indexer.index.protocol import Filters
from search_app.pages.site import Searching
from search_app.results import Mode, SearchPage, SearchRequest

SIMILAR, NO_RANKER = "similar", "none"
SECONDS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


class Measured:
    """A searcher that counts what it answers, and how long that takes.

    Attributes:
        registry: Where it is counted.
    """

    def __init__(self, searcher: Searching) -> None:
        self._searcher = searcher
        self.registry = CollectorRegistry()
        self._answered = Counter(
            "clausewatch_searches",
            "Searches answered, by mode and by the learned ranker that ordered their hits.",
            ["mode", "ranker"],
            registry=self.registry,
        )
        self._failed = Counter(
            "clausewatch_search_errors", "Searches that failed.", ["mode"], registry=self.registry
        )
        self._seconds = Histogram(
            "clausewatch_search_duration_seconds",
            "Seconds until a search was answered.",
            ["mode"],
            buckets=SECONDS,
            registry=self.registry,
        )
        for mode in (*Mode, SIMILAR):  # zero from the start, so that the first one is seen as an increase
            self._answered.labels(str(mode), NO_RANKER)
            self._failed.labels(str(mode))
            self._seconds.labels(str(mode))

    def search(self, request: SearchRequest) -> SearchPage:
        """Returns one page of answers."""
        with self._timed(request.mode):
            page = self._searcher.search(request)
        self._answered.labels(request.mode, page.ranker or NO_RANKER).inc()
        return page

    def similar(self, key: int, filters: Filters, limit: int) -> SearchPage:
        """Returns the passages nearest in meaning to a passage."""
        with self._timed(SIMILAR):
            page = self._searcher.similar(key, filters, limit)
        self._answered.labels(SIMILAR, NO_RANKER).inc()
        return page

    @contextmanager
    def _timed(self, mode: str) -> Iterator[None]:
        started = time.perf_counter()
        try:
            yield
        except BaseException:
            self._failed.labels(mode).inc()
            raise
        self._seconds.labels(mode).observe(time.perf_counter() - started)


def registry_of(measured: Measured, facts: Collector) -> CollectorRegistry:
    """Returns all that is shown: the searches, the facts, and how the process and the platform are."""
    measured.registry.register(facts)
    ProcessCollector(registry=measured.registry)
    PlatformCollector(registry=measured.registry)
    return measured.registry
