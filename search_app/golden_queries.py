"""Answers the packs' golden queries for the monitor, as a person's search would be answered."""

from collections.abc import Callable

from indexer.index.protocol import Filters
from search_app.results import SearchRequest
from search_app.search import Searcher


class GoldenAnswers:
    """Answers searches with the labels of the passages that are found.

    Args:
        searcher: Gives who searches; called at the first search, since an index is large.
    """

    def __init__(self, searcher: Callable[[], Searcher]) -> None:
        self._searcher = searcher

    def __call__(self, collection: str, text: str, limit: int) -> list[frozenset[str]]:
        """Returns the labels that are claimed of each of the first answers in a collection."""
        filters = Filters(collections=frozenset({collection}))
        request = SearchRequest(text, filters=filters, limit=limit, facets=False)
        found = self._searcher().search(request)
        return [frozenset(label.label for label in hit.labels) for hit in found.hits]
