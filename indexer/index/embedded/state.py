"""One state of the index, opened for reading; it answers the same until it is dropped."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial

import numpy as np
import tantivy
from numpy.typing import NDArray

from indexer.errors import IndexUnavailableError
from indexer.index import analysis
from indexer.index.embedded import lexical
from indexer.index.embedded.counts import counted
from indexer.index.embedded.filters import FEW_KEYS, Clause, clauses, keys_query, within
from indexer.index.embedded.layout import REBUILD, Layout, Manifest, Pointer
from indexer.index.embedded.matching import Leaf, Mask, matches, told_elsewhere
from indexer.index.embedded.recent import Recent
from indexer.index.embedded.schema import register_analyzers
from indexer.index.embedded.translate import translate
from indexer.index.embedded.vectors import VectorSet
from indexer.index.normal import normal
from indexer.index.protocol import Candidate, Candidates, Counts, Detail, Filters, Order, Retrieval
from indexer.index.query import AnyOf, Node, Word

CACHED_COUNTS = 512
# tantivy lets other threads run while it searches, so that words and vectors are searched side by side.
_BESIDE = ThreadPoolExecutor(8, thread_name_prefix="words")
CACHED_MASKS = 64
CACHED_HOLDINGS = 16
CACHED_LEAVES = 32
# Listing more chunks that match a phrase or a wildcard takes longer than what is gained by it.
LISTED = 30_000


class State:
    """An opened state.

    Attributes:
        pointer: The generation it belongs to, and the previous.
        manifest: What belongs to it.
        vectors: Its vector segments.
    """

    def __init__(self, layout: Layout, pointer: Pointer, manifest: Manifest, older: "State | None") -> None:
        self.pointer = pointer
        self.manifest = manifest
        same = older is not None and older.pointer.generation == pointer.generation
        self.index: tantivy.Index = (
            older.index
            if older is not None and same and older.manifest.lexical == manifest.lexical
            else open_lexical(layout, pointer.generation, manifest.lexical)
        )
        self.index.reload()
        self.searcher = self.index.searcher()
        self.vectors: VectorSet = VectorSet(
            layout.vectors(pointer.generation), manifest.segments, older.vectors if older and same else None
        )
        self._masks = Recent(CACHED_MASKS)
        self._counts = Recent(CACHED_COUNTS)
        self._matching = Recent(CACHED_COUNTS)
        self._holdings = Recent(CACHED_HOLDINGS)
        self._leaves = Recent(CACHED_LEAVES)

    def retrieve(self, request: Retrieval) -> Candidates:
        """Answers a retrieval. Raises ValueError for a vector of another dimension."""
        restrictions = clauses(request.filters)
        limit, offset = max(request.limit, 0), max(request.offset, 0)
        if not limit:
            return Candidates((), ())
        if request.vector is None:
            listed = self._lexical(request, restrictions, limit, offset)
            return Candidates(listed, (), generation=self.pointer.generation)
        words = _BESIDE.submit(self._lexical, request, restrictions, limit, offset)
        nearest = self._nearest(request, self._allowed(restrictions), limit)
        both = self._matching_of(request.lexical, nearest)
        return Candidates(words.result(), nearest, both, generation=self.pointer.generation)

    def _nearest(self, request: Retrieval, allowed: list[Mask] | None, limit: int) -> tuple[Candidate, ...]:
        vector = self._query_vector(request)
        if request.condition is None:
            return self.vectors.search(vector, limit, allowed)
        holding = self._holding(request.condition)
        if holding is not None:
            return self.vectors.search(vector, limit, _intersected(holding, allowed))
        nearest = self.vectors.search(vector, limit, allowed)
        matching = self._matching_of(request.condition, nearest)
        return tuple(each for each in nearest if each.key in matching)

    def count(self, node: Node | None, filters: Filters, also: frozenset[int], detail: Detail) -> Counts:
        """Counts matches; remembered, as each page of results asks for the same numbers."""
        asked = (*_matched(node, filters), also, detail)
        return self._counts.get(asked, lambda: self._count(node, filters, also, detail))

    def _count(self, node: Node | None, filters: Filters, also: frozenset[int], detail: Detail) -> Counts:
        restrictions = clauses(filters)
        by_words = chunks = self._number(node, filters, restrictions)
        if node is not None and also:  # every chunk has a vector
            keys = np.fromiter(also, np.int64)
            chunks += int(np.count_nonzero(self.vectors.among(keys, self._allowed(restrictions))))
        if detail is Detail.CHUNKS:
            return Counts(chunks, None, by_words, {})
        words = translate(node) if node is not None else None
        return counted(
            self.searcher, words, restrictions, also, chunks=chunks, by_words=by_words, detail=detail
        )

    def _number(self, node: Node | None, filters: Filters, restrictions: list[Clause]) -> int:
        """Returns how many chunks match the words and pass the filters."""
        holding = self._holding(node)
        if holding is None:
            query = within(translate(node) if node else tantivy.Query.all_query(), restrictions)
            return self._matching.get(_matched(node, filters), lambda: lexical.number(self.searcher, query))
        allowed = _intersected(holding, self._allowed(restrictions))
        return sum(
            int(np.count_nonzero(each.live & mask))
            for each, mask in zip(self.vectors.segments, allowed, strict=True)
        )

    def _query_vector(self, request: Retrieval) -> NDArray[np.float32]:
        vector = request.vector() if callable(request.vector) else request.vector
        dimension = self.manifest.dimension
        if vector is None or vector.shape != (dimension,):
            shape = None if vector is None else vector.shape
            raise ValueError(f"The query vector has shape {shape}, expected ({dimension},).")
        return vector

    def _matching_of(self, node: Node | None, candidates: Sequence[Candidate]) -> frozenset[int]:
        """Returns the keys of those of some live chunks that match the words."""
        if node is None or not candidates:
            return frozenset()
        holding = self._holding(node)
        keys = [each.key for each in candidates]
        if holding is None:
            words = [(tantivy.Occur.Must, each) for each in (keys_query(keys), translate(node))]
            found = lexical.keys(self.searcher, tantivy.Query.boolean_query(words), len(keys))
        else:
            wanted = np.array(keys, np.int64)
            found = wanted[self.vectors.among(wanted, holding)]
        return frozenset(found.tolist())

    def _holding(self, node: Node | None) -> list[Mask] | None:
        """Returns for each vector segment which rows match the words; None where only tantivy can tell."""
        telling = normal(node) if node is not None else None
        if telling is None:
            return None
        return self._holdings.get(telling, lambda: self._held(telling))

    def _held(self, node: Node) -> list[Mask] | None:
        told: list[dict[Leaf, Mask]] = [{} for _ in self.vectors.segments]
        for leaf in told_elsewhere(node):
            masks = self._leaves.get(leaf, partial(self._leaf_masks, leaf))
            if masks is None:
                return None
            for here, mask in zip(told, masks, strict=True):
                here[leaf] = mask
        return [
            matches(node, each.words, here) for each, here in zip(self.vectors.segments, told, strict=True)
        ]

    def _leaf_masks(self, leaf: Leaf) -> list[Mask] | None:
        """Asks tantivy for all that match a phrase or the like; None where that would take long."""
        if isinstance(leaf, Word) and not analysis.terms(leaf.text, analysis.STEMMED):
            return None  # a stop word stands nearly everywhere
        keys = lexical.few_keys(self.searcher, translate(leaf), LISTED)
        return None if keys is None else self.vectors.masks(keys)

    def _lexical(
        self, request: Retrieval, restrictions: list[Clause], limit: int, offset: int
    ) -> tuple[Candidate, ...]:
        node = request.lexical
        if node is None and not request.everything:
            return ()
        query = within(translate(node) if node else tantivy.Query.all_query(), restrictions)
        if request.order is not Order.RELEVANCE:
            return lexical.ordered(self.searcher, query, request.order, limit, offset)
        if node is None:
            return lexical.by_key(self.searcher, query, limit, offset)
        found = self._some_of_several(node, request.filters, restrictions, offset + limit)
        if found is not None:
            return found[offset : offset + limit]
        counting = self._holding(node) is None
        found, matching = lexical.ranked(self.searcher, query, limit, offset, count=counting)
        if matching is not None:
            self._matching.put(_matched(node, request.filters), matching)
        return found

    def _some_of_several(
        self, node: Node, filters: Filters, restrictions: list[Clause], wanted: int
    ) -> tuple[Candidate, ...] | None:
        """Returns the first hits of "some of these words" by way of "any of them", which is faster.

        Where few chunks match, these are ranked; else the hits are sifted. None where it is not such a
        query, or where the hits lie deeper.
        """
        telling, holding = normal(node), self._holding(node)
        if holding is None or not isinstance(telling, AnyOf) or not 1 < telling.minimum < len(telling.parts):
            return None
        anything = translate(replace(telling, minimum=1))
        if self._number(node, filters, restrictions) > FEW_KEYS:
            return lexical.sifted(
                self.searcher,
                within(anything, restrictions),
                lambda keys: self.vectors.among(keys, holding),
                wanted,
            )
        keys = self.vectors.keys(_intersected(holding, self._allowed(restrictions)))
        these = within(anything, [Clause(Filters(keys=frozenset(keys)), keys_query(keys))])
        return lexical.ranked(self.searcher, these, wanted, 0, count=False)[0]

    def _allowed(self, restrictions: list[Clause]) -> list[Mask] | None:
        """Returns for each vector segment which rows pass all clauses; None where there is none."""
        allowed: list[Mask] | None = None
        for clause in restrictions:
            masks = self._masks.get(clause.part, partial(self._clause_masks, clause))
            allowed = _intersected(masks, allowed)
        return allowed

    def _clause_masks(self, clause: Clause) -> list[Mask]:
        if clause.part.keys is not None:
            return self.vectors.masks(np.fromiter(clause.part.keys, np.int64))
        matching = lexical.number(self.searcher, clause.query)
        if 2 * matching <= self.searcher.num_docs:
            return self.vectors.masks(lexical.keys(self.searcher, clause.query, matching))
        others = lexical.complement(clause.query)
        keys = lexical.keys(self.searcher, others, self.searcher.num_docs - matching)
        return [~each for each in self.vectors.masks(keys)]


def _intersected(masks: list[Mask], others: list[Mask] | None) -> list[Mask]:
    return masks if others is None else [a & b for a, b in zip(masks, others, strict=True)]


def _matched(node: Node | None, filters: Filters) -> tuple[bool, Node | None, Filters]:
    """Returns what decides which chunks match."""
    return node is None, normal(node) if node is not None else None, filters


def open_lexical(layout: Layout, generation: str, name: str) -> tantivy.Index:
    """Opens the words of a generation. Raises IndexUnavailableError."""
    path = layout.generation(generation) / name
    try:
        index = tantivy.Index.open(str(path))
    except (ValueError, OSError) as error:
        raise IndexUnavailableError(
            f"The search index {path} cannot be opened: {error}. {REBUILD}"
        ) from error
    index.config_reader("manual")
    register_analyzers(index)
    return index
