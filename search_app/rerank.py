"""Reranks the first fused candidates by a learned ranker; the others keep their order behind them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Protocol, overload

import numpy as np
from numpy.typing import NDArray

from indexer.index.protocol import Order
from indexer.passages import StoredPassage
from models.ranker.linear import LinearRanker, Ranked
from models.ranker.pool import Pool
from search_app.fuse import Fused, Fusion, Learned
from search_app.occurrences import Occurrences
from search_app.retrieve import Question

# Constant, whatever page is asked for: places must not move while a person pages.
RERANKED = 70

Passages = Callable[[Sequence[int]], Mapping[int, StoredPassage]]
_NOTHING = StoredPassage("", None)


class Orders(Protocol):
    """What gives the candidates of a question their order."""

    @property
    def version(self) -> str:
        """The version of the ranker, or of those that take turns."""
        ...

    def ranks(self, question: Question) -> bool:
        """Whether a question has a learned order."""
        ...

    def reranked(self, question: Question, fusion: Fusion) -> Sequence[Fused]:
        """Returns every fused candidate once."""
        ...


class Reranking(Protocol):
    """Who knows what reranks at this moment."""

    def current(self) -> Orders | None:
        """Returns it; None where the order of the fusion stays."""
        ...


class Reranker:
    """Gives the candidates of a question their learned order."""

    def __init__(self, ranker: LinearRanker, passages: Passages) -> None:
        self._ranker = ranker
        self._passages = passages

    @property
    def version(self) -> str:
        """The version of the ranker."""
        return self._ranker.version

    def current(self) -> "Reranker":
        """Returns itself."""
        return self

    def ranks(self, question: Question) -> bool:
        """Whether a question has a learned order: words and meaning are asked for, by relevance."""
        both = question.lexical is not None and question.vector is not None
        return both and question.order is Order.RELEVANCE

    def reranked(self, question: Question, fusion: Fusion) -> Sequence[Fused]:
        """Returns every fused candidate once: the first ``RERANKED`` by their learned scores, ties as fused.

        A candidate that the records do not hold any more ranks by what is known of its places.
        """
        first = fusion[:RERANKED]
        if not first or not self.ranks(question):
            return fusion
        found = self._ranker.rank(pool_of(question, first, self._passages))
        return Reranked(first, found, fusion, self.version)


class Reranked(Sequence[Fused]):
    """A reranked fusion; what a ranker says of a candidate is gathered when it is asked for."""

    def __init__(self, first: Sequence[Fused], found: Ranked, fusion: Fusion, version: str) -> None:
        self._version = version
        self._first, self._found, self._fusion = first, found, fusion
        self._order = np.argsort(-found.scores, kind="stable").tolist()

    def __len__(self) -> int:
        return len(self._fusion)

    @overload
    def __getitem__(self, place: int) -> Fused: ...
    @overload
    def __getitem__(self, place: slice) -> list[Fused]: ...
    def __getitem__(self, place: int | slice) -> Fused | list[Fused]:
        """Returns the candidate at a 0-based place, or those of a stretch."""
        places = range(len(self))[place]
        if isinstance(places, int):
            return self._at(places)
        return [self._at(each) for each in places]

    def _at(self, place: int) -> Fused:
        if place >= len(self._order):
            return self._fusion[place]
        before: int = self._order[place]
        learned = Learned(
            score=float(self._found.scores[before]),
            before=before + 1,
            after=place + 1,
            shares={ground: float(share[before]) for ground, share in self._found.shares.items()},
            ranker=self._version,
        )
        return replace(self._first[before], learned=learned)


def pool_of(question: Question, first: Sequence[Fused], passages: Passages) -> Pool:
    """Returns what a ranker sees of the first candidates of a question that has a vector."""
    stored = passages([item.key for item in first])
    held = [stored.get(item.key, _NOTHING) for item in first]
    vector = question.vector() if callable(question.vector) else question.vector
    assert vector is not None
    words = Occurrences(question.text)
    return Pool(
        terms=len(words),
        hits=[words.of(passage.text) for passage in held],
        lengths=[len(passage.text) for passage in held],
        vector=vector,
        vectors=_stacked([passage.vector for passage in held], len(vector)),
        fused=np.array([item.score for item in first]),
    )


def _stacked(vectors: Sequence[NDArray[np.float32] | None], dimension: int) -> NDArray[np.float32]:
    missing = np.full(dimension, np.nan, np.float32)
    return np.stack([missing if vector is None else vector for vector in vectors])
