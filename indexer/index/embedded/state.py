"""One state of the index, opened for reading; it answers the same until it is dropped."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Lock
from typing import TypeVar

import numpy as np
import tantivy
from numpy.typing import NDArray

from indexer.errors import IndexUnavailableError
from indexer.index.embedded import lexical
from indexer.index.embedded.counts import counted
from indexer.index.embedded.filters import Clause, clauses, keys_query, within
from indexer.index.embedded.layout import REBUILD, Layout, Manifest, Pointer
from indexer.index.embedded.schema import register_analyzers
from indexer.index.embedded.terms import matches
from indexer.index.embedded.translate import normal, translate
from indexer.index.embedded.vectors import VectorSet
from indexer.index.protocol import Candidate, Candidates, Counts, Detail, Filters, Order, Retrieval
from indexer.index.query import Node

CACHED_COUNTS = 512
# tantivy lets other threads run while it searches, so that words and vectors are searched side by side.
_BESIDE = ThreadPoolExecutor(8, thread_name_prefix="words")
CACHED_MASKS = 64

_Value = TypeVar("_Value")


class _Recent:
    """The most recently used values, for several threads."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._values: OrderedDict[Hashable, object] = OrderedDict()
        self._lock = Lock()

    def get(self, key: Hashable, make: Callable[[], _Value]) -> _Value:
        """Returns the value under a key, made by ``make`` if it is not there."""
        with self._lock:
            if key in self._values:
                self._values.move_to_end(key)
                return self._values[key]  # type: ignore[return-value]  # put there by the same kind of key
        value = make()
        self.put(key, value)
        return value

    def put(self, key: Hashable, value: object) -> None:
        """Remembers a value under a key."""
        with self._lock:
            self._values[key] = value
            while len(self._values) > self._size:
                self._values.popitem(last=False)


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
        self._masks = _Recent(CACHED_MASKS)
        self._counts = _Recent(CACHED_COUNTS)
        self._matching = _Recent(CACHED_COUNTS)

    def retrieve(self, request: Retrieval) -> Candidates:
        """Answers a retrieval. Raises ValueError for a vector of another dimension."""
        restrictions = clauses(request.filters)
        limit, offset = max(request.limit, 0), max(request.offset, 0)
        if not limit:
            return Candidates((), ())
        if request.vector is None:
            return Candidates(self._lexical(request, restrictions, limit, offset), ())
        words = _BESIDE.submit(self._lexical, request, restrictions, limit, offset)
        nearest = self.vectors.search(self._query_vector(request), limit, self._allowed(restrictions))
        both = self._both(request.lexical, [each.key for each in nearest])
        return Candidates(words.result(), nearest, both)

    def count(self, node: Node | None, filters: Filters, also: frozenset[int], detail: Detail) -> Counts:
        """Counts matches; remembered, as each page of results asks for the same numbers."""
        asked = (*_matched(node, filters), also, detail)
        return self._counts.get(asked, lambda: self._count(node, filters, also, detail))

    def _count(self, node: Node | None, filters: Filters, also: frozenset[int], detail: Detail) -> Counts:
        words = translate(node) if node is not None else None
        restrictions = clauses(filters)
        every = within(words or tantivy.Query.all_query(), restrictions)
        by_words = self._matching.get(_matched(node, filters), lambda: lexical.number(self.searcher, every))
        present = self._present(also, restrictions)
        return counted(
            self.searcher, words, restrictions, also, by_words=by_words, allowed_also=present, detail=detail
        )

    def _present(self, keys: frozenset[int], restrictions: list[Clause]) -> int:
        """Returns how many of some chunks are there and pass the filters; every chunk has a vector."""
        if not keys:
            return 0
        allowed = self._allowed(restrictions)
        wanted = np.sort(np.fromiter(keys, np.int64))
        rows = [each.live_rows(wanted) for each in self.vectors.segments]
        if allowed is None:
            return sum(map(len, rows))
        return sum(int(np.count_nonzero(mask[some])) for mask, some in zip(allowed, rows, strict=True))

    def _query_vector(self, request: Retrieval) -> NDArray[np.float32]:
        vector = request.vector() if callable(request.vector) else request.vector
        dimension = self.manifest.dimension
        if vector is None or vector.shape != (dimension,):
            shape = None if vector is None else vector.shape
            raise ValueError(f"The query vector has shape {shape}, expected ({dimension},).")
        return vector

    def _both(self, node: Node | None, keys: list[int]) -> frozenset[int]:
        """Returns those of some live chunks that match the words."""
        telling = normal(node) if node is not None else None
        if telling is None or not keys:
            return frozenset()
        rows, terms = self.vectors.terms(keys)
        found = matches(telling, terms)
        if found is None:
            words = [(tantivy.Occur.Must, each) for each in (keys_query(keys), translate(telling))]
            rows = lexical.keys(self.searcher, tantivy.Query.boolean_query(words), len(keys))
            return frozenset(rows.tolist())
        return frozenset(rows[found].tolist())

    def _lexical(
        self, request: Retrieval, restrictions: list[Clause], limit: int, offset: int
    ) -> tuple[Candidate, ...]:
        if request.lexical is None and not request.everything:
            return ()
        query = translate(request.lexical) if request.lexical is not None else tantivy.Query.all_query()
        query = within(query, restrictions)
        if request.order is not Order.RELEVANCE:
            return lexical.ordered(self.searcher, query, request.order, limit, offset)
        if request.lexical is None:
            return lexical.by_key(self.searcher, query, limit, offset)
        found, matching = lexical.ranked(self.searcher, query, limit, offset)
        self._matching.put(_matched(request.lexical, request.filters), matching)
        return found

    def _allowed(self, restrictions: list[Clause]) -> list[NDArray[np.bool_]] | None:
        """Returns for each vector segment which rows pass all clauses; None where there is none."""
        allowed: list[NDArray[np.bool_]] | None = None
        for clause in restrictions:
            masks = self._masks.get(clause.part, partial(self._clause_masks, clause))
            allowed = masks if allowed is None else [a & b for a, b in zip(allowed, masks, strict=True)]
        return allowed

    def _clause_masks(self, clause: Clause) -> list[NDArray[np.bool_]]:
        if clause.part.keys is not None:
            return self.vectors.masks(np.fromiter(clause.part.keys, np.int64))
        matching = lexical.number(self.searcher, clause.query)
        if 2 * matching <= self.searcher.num_docs:
            return self.vectors.masks(lexical.keys(self.searcher, clause.query, matching))
        others = lexical.complement(clause.query)
        keys = lexical.keys(self.searcher, others, self.searcher.num_docs - matching)
        return [~each for each in self.vectors.masks(keys)]


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
