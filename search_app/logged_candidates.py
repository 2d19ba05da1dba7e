"""What a search that was logged would let a ranker choose from now."""

import json
from datetime import date

from indexer.index.protocol import Filters
from indexer.ranking import Pooled
from models.labels import Severity
from models.ranker.features import features
from search_app.rerank import Passages, pool_of
from search_app.results import SearchRequest
from search_app.search import Searcher

_SETS = ("collections", "labels", "document_types", "documents")
_DAYS = ("date_from", "date_to")


class LoggedCandidates:
    """Asks as a search would, so that features are those that the ranker sees online."""

    def __init__(self, searcher: Searcher, passages: Passages) -> None:
        self._searcher = searcher
        self._passages = passages

    def of(self, text: str, filters: str) -> Pooled | None:
        """Returns the candidates of a logged query; None where it has none that would be ranked."""
        found = self._searcher.candidates(SearchRequest(text, filters=logged_filters(filters)))
        if not found or not found[1]:
            return None
        question, first = found
        return Pooled(tuple(item.key for item in first), features(pool_of(question, first, self._passages)))


def logged_filters(recorded: str) -> Filters:
    """Returns the filters of a search as its event has them, a JSON object."""
    values = json.loads(recorded)
    severity = values.get("min_severity")
    collections, labels, types, documents = (frozenset(values.get(name, ())) for name in _SETS)
    first, last = (date.fromisoformat(values[name]) if values.get(name) else None for name in _DAYS)
    return Filters(
        collections=collections,
        labels=labels,
        min_probability=float(values.get("min_probability", 0.0)),
        min_severity=Severity[severity.upper()] if severity else None,
        document_types=types,
        documents=documents,
        date_from=first,
        date_to=last,
    )
