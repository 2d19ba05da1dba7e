"""Asks for the two lists side by side: the words are searched while the query is encoded."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from indexer.index.opensearch.asking import Reader
from indexer.index.opensearch.lists import Asked, by_meaning, by_words
from indexer.index.protocol import Candidate, Candidates, QueryVector, Retrieval

# What waits for a server beside the thread of a search; none of it waits for another.
BESIDE = ThreadPoolExecutor(32, thread_name_prefix="opensearch")


@dataclass(frozen=True, slots=True)
class _Listed:
    """A list that was asked for.

    Attributes:
        matching: Keys of those that say that they match the words.
        total: How many there are in all; None where that was not counted.
        index: Name of the index that its hits lie in; empty without hits.
    """

    candidates: tuple[Candidate, ...] = ()
    matching: frozenset[int] = frozenset()
    total: int | None = None
    index: str = ""


def retrieve(reader: Reader, request: Retrieval, *, shards: int, dimension: int) -> Candidates:
    """Returns the two lists; the generation is given as the name of its index.

    Raises ValueError for a vector of another dimension.
    """
    limit, offset = max(request.limit, 0), max(request.offset, 0)
    if not limit:
        return Candidates((), ())
    words = by_words(request, offset + limit)
    if request.vector is None:
        found = _listed(reader, words, shards)
        return Candidates(found.candidates[offset:], (), generation=found.index)
    listing = BESIDE.submit(_listed, reader, words, shards)
    nearest = _listed(reader, by_meaning(request, _vector(request.vector, dimension), limit), shards)
    found = listing.result()
    total = 0 if request.lexical is None and not request.everything else found.total
    return Candidates(
        found.candidates[offset:],
        nearest.candidates,
        nearest.matching,
        total,
        generation=found.index or nearest.index,
    )


def _listed(reader: Reader, asked: Asked | None, shards: int) -> _Listed:
    """Returns a list; one whose end ties with more is asked for again, wider, which is rare."""
    if asked is None:
        return _Listed()
    size: int | None = asked.first
    while size is not None:
        [answer] = reader.ask([asked.body(size)], shards)
        size = asked.wider(size, answer)
    candidates, hits = tuple(asked.candidates(answer)), answer["hits"]
    named = {hit["sort"][-1] for hit in hits["hits"] if "matched_queries" in hit}
    matching = frozenset(each.key for each in candidates if each.key in named)
    total = hits["total"]["value"] if "total" in hits else None
    return _Listed(candidates, matching, total, hits["hits"][0]["_index"] if hits["hits"] else "")


def _vector(given: QueryVector, dimension: int) -> NDArray[np.float32]:
    vector = given() if callable(given) else given
    if vector.shape != (dimension,):
        raise ValueError(f"The query vector has shape {vector.shape}, expected ({dimension},).")
    return np.ascontiguousarray(vector, np.float32)
