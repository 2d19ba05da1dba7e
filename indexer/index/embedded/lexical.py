"""Ordered lists of keys from tantivy: by relevance, risk or date, ties always by key."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import tantivy
from numpy.typing import NDArray

from indexer.index.embedded.filters import integers
from indexer.index.encoding import MILLION
from indexer.index.protocol import Candidate, Order

# Hits looked through for one wanted: of 142 real queries one had too few that passed; with two, seven.
SIFTED_HITS = 4
# Hits fetched beyond the wanted ones to see whether the last ties with more.
MARGIN = 32
# A tie wider than this at the end of a page is cut by tantivy's own order.
WIDEST_TIE = 100_000

# tantivy adds the scores of terms in an order that varies between segments, so that equal chunks can
# differ in the last bits; scores are equal when they are to this many decimals.
DECIMALS = 4

Hit = tuple[float, tantivy.DocAddress]
_ORDER_FIELDS = {Order.RISK: "risk", Order.NEWEST: "day"}


def ranked(
    searcher: tantivy.Searcher, query: tantivy.Query, limit: int, offset: int, *, count: bool
) -> tuple[tuple[Candidate, ...], int | None]:
    """Returns hits by BM25, highest first, ties by key, and, where asked, how many chunks match.

    Counting with the ranking costs less than counting afterwards, but no match can be passed over.
    """
    wanted = offset + limit
    hits, matching = _complete(searcher, query, wanted, count)
    keys, scores = _by_key(searcher, hits)
    return _candidates(keys[offset:wanted], scores[offset:wanted]), matching


def sifted(
    searcher: tantivy.Searcher,
    query: tantivy.Query,
    passing: Callable[[NDArray[np.int64]], NDArray[np.bool_]],
    wanted: int,
) -> tuple[Candidate, ...] | None:
    """Returns the first ``wanted`` hits by BM25, ties by key, that pass; None where they lie deeper.

    Args:
        searcher: The state to search in.
        query: Matches more than what passes.
        passing: Says of keys, shape (n,), which pass.
        wanted: How many, from 1.
    """
    asked = SIFTED_HITS * wanted + MARGIN
    hits: list[Hit] = searcher.search(query, asked, count=False).hits
    keys, scores = _by_key(searcher, hits)
    places = np.flatnonzero(passing(keys))[:wanted]
    # What ties with the last hit may go on behind it.
    enough = len(places) == wanted and scores[places[-1]] > scores[-1]
    return _candidates(keys[places], scores[places]) if enough or len(hits) < asked else None


def ordered(
    searcher: tantivy.Searcher, query: tantivy.Query, order: Order, limit: int, offset: int
) -> tuple[Candidate, ...]:
    """Returns hits by a field, highest first, ties by key; the score is risk in [0, 3] or a day number.

    Ties can be as many as all chunks (those without a label), so the last group is fetched in the
    order of keys instead of to its end.
    """
    field = _ORDER_FIELDS[order]
    wanted = offset + limit
    hits = searcher.search(query, wanted, count=False, order_by_field=field).hits
    if not hits:
        return ()
    last = hits[-1][0]
    front = _candidates(*_by_key(searcher, [each for each in hits if each[0] != last]))
    tied = tantivy.Query.boolean_query(
        [(tantivy.Occur.Must, query), (tantivy.Occur.Must, integers(field, last, last))]
    )
    rest = searcher.search(
        tied, wanted - len(front), count=False, order_by_field="key", order=tantivy.Order.Asc
    ).hits
    scale = MILLION if order is Order.RISK else 1
    found = [*front, *(Candidate(key, last) for key, _ in rest)]
    return tuple(Candidate(each.key, each.score / scale) for each in found[offset:wanted])


def by_key(
    searcher: tantivy.Searcher, query: tantivy.Query, limit: int, offset: int
) -> tuple[Candidate, ...]:
    """Returns hits that are all equally good, in the order of keys, with score 0."""
    hits = searcher.search(
        query, limit, count=False, offset=offset, order_by_field="key", order=tantivy.Order.Asc
    ).hits
    return tuple(Candidate(key, 0.0) for key, _ in hits)


def number(searcher: tantivy.Searcher, query: tantivy.Query) -> int:
    """Returns how many chunks match."""
    found: Any = searcher.search(query, 1, count=True)
    return int(found.count)


def few_keys(searcher: tantivy.Searcher, query: tantivy.Query, limit: int) -> NDArray[np.int64] | None:
    """Returns the keys of all matches, in no particular order; None where they are more than ``limit``."""
    hits = searcher.search(tantivy.Query.const_score_query(query, 1.0), limit + 1, count=False).hits
    if len(hits) > limit:
        return None
    return np.array(searcher.fast_field_values("key", [address for _, address in hits]), dtype=np.int64)


def addresses(searcher: tantivy.Searcher, query: tantivy.Query, matching: int) -> list[tantivy.DocAddress]:
    """Returns where all ``matching`` chunks of a query are, in no particular order."""
    if not matching:
        return []
    hits = searcher.search(tantivy.Query.const_score_query(query, 1.0), matching, count=False).hits
    return [address for _, address in hits]


def keys(searcher: tantivy.Searcher, query: tantivy.Query, matching: int) -> NDArray[np.int64]:
    """Returns the keys of all ``matching`` chunks of a query, in no particular order."""
    return np.array(searcher.fast_field_values("key", addresses(searcher, query, matching)), dtype=np.int64)


def complement(query: tantivy.Query) -> tantivy.Query:
    """Matches what a query does not."""
    return tantivy.Query.boolean_query(
        [(tantivy.Occur.Must, tantivy.Query.all_query()), (tantivy.Occur.MustNot, query)]
    )


def _complete(
    searcher: tantivy.Searcher, query: tantivy.Query, wanted: int, count: bool
) -> tuple[list[Hit], int | None]:
    """Fetches so many hits that every hit that ties with the last wanted one is there."""
    asked = wanted + MARGIN
    while True:
        found: Any = searcher.search(query, asked, count=count)
        hits: list[Hit] = found.hits
        complete = len(hits) < asked or _rounded(hits[-1][0]) < _rounded(hits[wanted - 1][0])
        if complete or asked >= wanted + WIDEST_TIE:
            return hits, found.count
        asked = min(asked * 4, wanted + WIDEST_TIE)


def _by_key(searcher: tantivy.Searcher, hits: Sequence[Hit]) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Returns keys and rounded scores, shape (n,), best first, ties by key."""
    keys = np.array(searcher.fast_field_values("key", [address for _, address in hits]), np.int64)
    scores: NDArray[np.float64] = np.round([score for score, _ in hits], DECIMALS).astype(np.float64)
    order = np.lexsort((keys, -scores))
    return keys[order], scores[order]


def _candidates(keys: NDArray[np.int64], scores: NDArray[np.float64]) -> tuple[Candidate, ...]:
    return tuple(Candidate(key, score) for key, score in zip(keys.tolist(), scores.tolist(), strict=True))


def _rounded(score: float) -> float:
    return round(score, DECIMALS)
