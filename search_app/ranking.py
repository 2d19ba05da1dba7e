"""The whole ranking of a question, of which pages are stretches: stable, complete, without doubles."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property

from indexer.index.protocol import Candidate, Candidates, ChunkIndex, Order
from search_app.fuse import Fused, Fusion, fuse
from search_app.retrieve import Question, listed, retrieve, sorted_among

DocumentsOf = Callable[[Sequence[int]], Mapping[int, str]]
Rerank = Callable[[Question, Fusion], Sequence[Fused]]
_STRETCH = 500


class Ranking:
    """Orders what a question finds.

    By relevance: the fused candidates, reranked where there is what reranks, then the rest of the list by
    words. By risk or date: whatever either list found, in that order.

    Attributes:
        generation: Of the index that was asked first; empty until something was found.
    """

    def __init__(self, index: ChunkIndex, question: Question, rerank: Rerank | None = None) -> None:
        self._index = index
        self._question = question
        self._rerank = rerank
        self.generation = ""

    @cached_property
    def candidates(self) -> Candidates:
        """The two lists that are fused, each at most as long as the question's depth."""
        return self._noted(retrieve(self._index, self._question))

    @cached_property
    def fused(self) -> Sequence[Fused]:
        """The fused candidates, the best first."""
        fusion = fuse(self.candidates)
        return self._rerank(self._question, fusion) if self._rerank else fusion

    def stretch(self, start: int, stop: int) -> list[Fused]:
        """Returns the places ``start`` to ``stop`` (0-based, ``stop`` not included), fewer at the end."""
        if self._question.vector is None:
            found = self._listed(start, stop - start)
            if self._question.lexical is None or self._question.order is not Order.RELEVANCE:
                return [Fused(candidate.key, candidate.score) for candidate in found]
            return _by_words(found, start)
        if self._question.order is not Order.RELEVANCE:
            return self._sorted(start, stop)
        return [*self.fused[start:stop], *self._rest(start, stop)]

    def best_of_documents(self, documents_of: DocumentsOf, start: int, stop: int) -> list[Fused]:
        """Returns the best passage of each document, places ``start`` to ``stop`` among documents."""
        best: dict[str, Fused] = {}
        for stretch in self._stretches():
            documents = documents_of([item.key for item in stretch])
            for item in stretch:
                if item.key in documents:
                    best.setdefault(documents[item.key], item)
            if len(best) >= stop:
                break
        return list(best.values())[start:stop]

    def _stretches(self) -> Iterator[list[Fused]]:
        start = 0
        while stretch := self.stretch(start, start + _STRETCH):
            yield stretch
            start += _STRETCH

    def _rest(self, start: int, stop: int) -> list[Fused]:
        """The list by words beyond the fused candidates, without what the meaning already found."""
        begin = max(start - len(self.fused), 0)
        needed, depth = stop - len(self.fused), self._question.depth
        if needed <= begin or len(self.candidates.lexical) < depth:
            return []
        shown = {candidate.key for candidate in self.candidates.nearest}
        found = self._listed(depth, needed + len(shown))
        left = [item for item in _by_words(found, depth) if item.key not in shown]
        return left[begin:needed]

    def _sorted(self, start: int, stop: int) -> list[Fused]:
        """The first ``stop`` of the union are among the first ``stop`` by words and all by meaning."""
        by_meaning = {candidate.key: place for place, candidate in enumerate(self.candidates.nearest, 1)}
        cosines = {candidate.key: candidate.score for candidate in self.candidates.nearest}
        lexical = self._question.lexical
        by_words = self._listed(0, stop) if lexical is not None else ()
        keys = frozenset(by_meaning) | {candidate.key for candidate in by_words}
        if not keys:
            return []
        return [
            Fused(
                candidate.key,
                candidate.score,
                semantic_rank=by_meaning.get(candidate.key),
                cosine=cosines.get(candidate.key),
            )
            for candidate in sorted_among(self._index, self._question, keys, stop)[start:]
        ]

    def _listed(self, offset: int, limit: int) -> tuple[Candidate, ...]:
        return self._noted(listed(self._index, self._question, offset, limit)).lexical

    def _noted(self, found: Candidates) -> Candidates:
        self.generation = self.generation or found.generation
        return found


def _by_words(found: Sequence[Candidate], offset: int) -> list[Fused]:
    return [
        Fused(candidate.key, candidate.score, keyword_rank=rank, keyword_score=candidate.score)
        for rank, candidate in enumerate(found, start=offset + 1)
    ]
