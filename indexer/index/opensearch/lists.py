"""The two lists: what is asked of OpenSearch, and the order of what it answers, ties by key."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from indexer.index.encoding import MILLION
from indexer.index.opensearch.asking import Answer, Body
from indexer.index.opensearch.filters import clauses, within
from indexer.index.opensearch.schema import DEEPEST, VECTOR
from indexer.index.opensearch.translate import EVERYTHING, Query, translate
from indexer.index.protocol import Candidate, Order, Retrieval

# Hits fetched beyond the wanted ones to see whether the last ties with more.
MARGIN = 32
# Scores are equal when they are to so many decimals: sums of terms differ in their last bits.
DECIMALS = 4
COSINE_DECIMALS = 6
# The graph of vectors is searched this widely at least; recall grows with it.
BREADTH = 256
MOST_NEIGHBOURS = 10_000
# Under this name a hit says that it matches the words.
WORDS = "words"

_ORDER_FIELDS = {Order.RISK: "risk", Order.NEWEST: "day"}
_LEAN: Body = {"_source": False, "stored_fields": "_none_"}


@dataclass(frozen=True, slots=True)
class Asked:
    """A list to ask for, in widening steps until its end is no tie.

    Attributes:
        body: The search for so many hits.
        score: Turns a hit's first sort value into the score.
        decimals: To which scores are equal.
        wanted: Length of the list, the offset included.
        most: Hits that can be asked for.
        sorted: Whether the server's order is final.
    """

    body: Callable[[int], Body]
    score: Callable[[float], float]
    decimals: int
    wanted: int
    most: int
    sorted: bool = False

    @property
    def first(self) -> int:
        """How many hits are asked for at first."""
        return min(self.wanted if self.sorted else self.wanted + MARGIN, self.most)

    def wider(self, asked: int, answer: Answer) -> int | None:
        """Returns how many hits to ask for instead; None where the list is complete."""
        hits = answer["hits"]["hits"]
        if self.sorted or len(hits) < asked or asked >= self.most:
            return None
        if self._rounded(hits[-1]) < self._rounded(hits[self.wanted - 1]):
            return None
        return min(asked * 4, self.most)

    def candidates(self, answer: Answer) -> list[Candidate]:
        """Returns the hits in order."""
        found = [(-self._rounded(hit), hit["sort"][-1]) for hit in answer["hits"]["hits"]]
        if not self.sorted:
            found.sort()
        return [Candidate(key, -score) for score, key in found[: self.wanted]]

    def _rounded(self, hit: dict[str, Any]) -> float:
        return round(self.score(hit["sort"][0]), self.decimals)


def by_words(request: Retrieval, wanted: int) -> Asked | None:
    """Returns the list by words; None where none is asked for.

    Beside a vector, where a search wants to know how many there are, it counts them: all scores are computed
    then, which takes a union of words no longer than to see which it may leave out.
    """
    if (request.lexical is None and not request.everything) or wanted > DEEPEST:
        return None
    query = within(translate(request.lexical) if request.lexical else EVERYTHING, clauses(request.filters))
    counted = request.vector is not None
    if request.order is not Order.RELEVANCE:
        sort = [{_ORDER_FIELDS[request.order]: "desc"}, {"key": "asc"}]
        scale = MILLION if request.order is Order.RISK else 1
        body = _search(query, sort, counted)
        return Asked(body, lambda value: value / scale, COSINE_DECIMALS, wanted, DEEPEST, True)
    if request.lexical is None:
        return Asked(_search(query, [{"key": "asc"}]), lambda _: 0.0, DECIMALS, wanted, DEEPEST, True)
    return Asked(_search(query, _BY_SCORE, counted), lambda score: score, DECIMALS, wanted, DEEPEST)


def by_meaning(request: Retrieval, vector: NDArray[np.float32], limit: int) -> Asked:
    """Returns the nearest list; its hits say whether they match the words."""
    restrictions = clauses(request.filters)
    if request.condition is not None:
        restrictions.append(translate(request.condition))
    words = translate(request.lexical) if request.lexical is not None else None
    # A filter that leaves no more than this many chunks is answered by comparing each of them.
    breadth = max(BREADTH, len(request.filters.keys or ()))

    def body(size: int) -> Body:
        near: dict[str, Any] = {"vector": vector, "k": min(max(size, breadth), MOST_NEIGHBOURS)}
        if restrictions:
            near["filter"] = {"bool": {"filter": restrictions}}
        return _search(_told({"knn": {VECTOR: near}}, words), _BY_SCORE)(size)

    return Asked(body, lambda score: 2 * score - 1, COSINE_DECIMALS, limit, MOST_NEIGHBOURS)


_BY_SCORE: list[Body] = [{"_score": "desc"}, {"key": "asc"}]


def _search(query: Query, sort: list[Body], counted: bool = False) -> Callable[[int], Body]:
    return lambda size: {"query": query, "sort": sort, "size": size, **_LEAN, "track_total_hits": counted}


def _told(query: Query, words: Query | None) -> Query:
    """Lets each hit say whether it matches the words, which changes neither hits nor scores."""
    if words is None:
        return query
    also = {"constant_score": {"filter": words, "boost": 0.0, "_name": WORDS}}
    return {"bool": {"must": [query], "should": [also]}}
