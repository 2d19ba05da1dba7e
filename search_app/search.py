"""Answers a search: parse, retrieve, fuse, count, explain, highlight."""

import time
import uuid
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import lru_cache, partial

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, Engine

from indexer.errors import UnknownDocumentError
from indexer.index.protocol import Candidates, ChunkIndex, Counts, Detail, Filters, Order
from indexer.index.query import Node, Without
from indexer.records.read import chunk_documents, chunk_records
from models.packs import Pack
from models.protocols import Encoder
from search_app.facets import facets
from search_app.flagged import among, with_differences
from search_app.fuse import Fused, fuse
from search_app.hits import HitMaker
from search_app.labels import Cards
from search_app.query.parser import ParsedQuery, parse
from search_app.ranking import Ranking
from search_app.rerank import RERANKED, Reranking
from search_app.results import Hit, Mode, SearchPage, SearchRequest
from search_app.retrieve import Question, count, count_inside, retrieve
from search_app.suggest import suggestions

_NOTHING = Counts(chunks=0, documents=0, by_words=0, facets={})
# Paging and every change of a filter ask for the same words again.
_REMEMBERED_QUERIES = 512
_COUNTING = ThreadPoolExecutor(8, thread_name_prefix="count")


class Searcher:
    """The search of the pages, the API and the command line; threads may share one."""

    def __init__(
        self,
        index: ChunkIndex,
        encoder: Encoder,
        engine: Engine,
        packs: Mapping[str, Pack],
        cards: Cards | None = None,
        *,
        reranking: Reranking | None = None,
    ) -> None:
        self._index = index
        self._encoder = encoder
        self._engine = engine
        self._packs = packs
        self._cards = cards
        self._reranking = reranking
        self._vector = lru_cache(_REMEMBERED_QUERIES)(self._encode)

    def search(self, request: SearchRequest) -> SearchPage:
        """Returns one page of answers. Raises IndexUnavailableError and RecordsUnavailableError."""
        started = time.perf_counter()
        parsed = parse(request.text)
        told: tuple[str, ...] = ()
        if request.flagged is not None:
            with self._engine.connect() as connection:
                request, told = among(connection, request)
        question, notices = self._question(request, parsed)
        notices = (*notices, *told)
        if question is None:
            return _page((), _NOTHING, request, started, notices)
        reranker = self._reranking.current() if self._reranking else None
        reranker = reranker if reranker and reranker.ranks(question) else None
        ranking = Ranking(self._index, question, reranker.reranked if reranker else None)
        found = ranking.candidates
        counted = partial(count, self._index, question, found, _detail(request))
        # The number of passages is known from listing them; all else is counted while the hits are made.
        known = _detail(request) is Detail.CHUNKS
        counting = counted if known else _COUNTING.submit(counted).result
        with self._engine.connect() as connection:
            items = self._items(connection, ranking, request)
            hits = self._hits(connection, items, parsed.tree, request.offset)
        counts = counting()
        if request.group:
            hits = self._with_others(hits, question, found)
        page = replace(
            _page(hits, counts, request, started, notices),
            ranker=reranker.version if reranker else "",
            generation=ranking.generation,
        )
        if request.facets:
            recount = partial(self._recount, question)
            page = replace(page, facets=facets(counts, request.filters, self._packs, recount))
        if not counts.chunks:
            page = replace(page, suggestions=suggestions(request, self._packs, self._total))
        return replace(page, milliseconds=_elapsed(started))

    def similar(self, key: int, filters: Filters, limit: int = 10) -> SearchPage:
        """Returns the passages nearest in meaning to a passage, itself left out.

        Raises:
            UnknownDocumentError: No passage with this key is in the index.
        """
        started = time.perf_counter()
        vector = self._index.vectors([key]).get(key)
        if vector is None:
            raise UnknownDocumentError(f"There is no passage {key} in the search index")
        question = Question(None, None, vector, filters)
        found = retrieve(self._index, question)
        found = replace(found, nearest=tuple(item for item in found.nearest if item.key != key))
        items = [
            Fused(item.key, item.score, semantic_rank=rank, cosine=item.score)
            for rank, item in enumerate(found.nearest[:limit], start=1)
        ]
        with self._engine.connect() as connection:
            hits = self._hits(connection, items, None, 0)
        counts = count(self._index, question, found, Detail.DOCUMENTS)
        page = _page(hits, counts, SearchRequest("", limit=limit, mode=Mode.SEMANTIC), started, ())
        return replace(page, generation=found.generation)

    def candidates(self, request: SearchRequest) -> tuple[Question, list[Fused]] | None:
        """Returns the fused candidates that a ranker would order; None where none would."""
        question, _ = self._question(request, parse(request.text))
        if question is None or question.lexical is None or question.vector is None:
            return None
        return question, fuse(retrieve(self._index, question))[:RERANKED]

    def _question(
        self, request: SearchRequest, parsed: ParsedQuery
    ) -> tuple[Question | None, tuple[str, ...]]:
        """Returns what to ask the index, None where the text holds no word, and what to tell."""
        if parsed.tree is None and request.text.strip():
            return None, parsed.notices
        by_meaning = request.mode is not Mode.KEYWORD and bool(parsed.semantic_text)
        notices = parsed.notices
        if request.mode is Mode.SEMANTIC and not by_meaning and parsed.tree is not None:
            notices = (*notices, "Nothing here can be compared by meaning; it is searched by words.")
        question = Question(
            lexical=None if request.mode is Mode.SEMANTIC and by_meaning else parsed.tree,
            condition=parsed.condition,
            vector=partial(self._vector, parsed.semantic_text) if by_meaning else None,
            filters=request.filters,
            order=_order(request.order, parsed.tree),
            text=parsed.semantic_text,
            person=request.person,
        )
        return question, notices

    def _encode(self, text: str) -> NDArray[np.float32]:
        vector: NDArray[np.float32] = self._encoder.encode([text])[0]
        return vector

    def _items(self, connection: Connection, ranking: Ranking, request: SearchRequest) -> list[Fused]:
        start, stop = request.offset, request.offset + request.limit
        if request.group:
            return ranking.best_of_documents(partial(chunk_documents, connection), start, stop)
        return ranking.stretch(start, stop)

    def _hits(
        self, connection: Connection, items: Sequence[Fused], query: Node | None, offset: int
    ) -> tuple[Hit, ...]:
        """A passage that the records do not hold any more (its document has just gone) is left out."""
        records = chunk_records(connection, [item.key for item in items])
        maker = HitMaker(query, self._packs, self._cards)
        hits = [
            maker.hit(rank, item, records[item.key])
            for rank, item in enumerate(items, start=offset + 1)
            if item.key in records
        ]
        return with_differences(connection, hits, self._packs)

    def _with_others(self, hits: Sequence[Hit], question: Question, found: Candidates) -> tuple[Hit, ...]:
        """Says of each hit how many more passages of its document the search finds."""
        result = []
        for hit in hits:
            passages = count_inside(self._index, question, found, hit.document)
            result.append(replace(hit, more_in_document=max(passages - 1, 0)))
        return tuple(result)

    def _recount(self, question: Question, filters: Filters) -> Counts:
        other = replace(question, filters=filters)
        return count(self._index, other, retrieve(self._index, other), Detail.FACETS)

    def _total(self, request: SearchRequest) -> int:
        question, _ = self._question(request, parse(request.text))
        if question is None:
            return 0
        return count(self._index, question, retrieve(self._index, question), Detail.CHUNKS).chunks


def _detail(request: SearchRequest) -> Detail:
    if request.facets:
        return Detail.FACETS
    return Detail.DOCUMENTS if request.group else Detail.CHUNKS


def _order(asked: Order, tree: Node | None) -> Order:
    """Without words that could be more or less relevant, the riskiest come first."""
    unranked = tree is None or (isinstance(tree, Without) and tree.kept is None)
    return Order.RISK if unranked and asked is Order.RELEVANCE else asked


def _page(
    hits: tuple[Hit, ...], counts: Counts, request: SearchRequest, started: float, notices: tuple[str, ...]
) -> SearchPage:
    listing = not request.text.strip() and request.mode is not Mode.SEMANTIC
    return SearchPage(
        query_id=uuid.uuid4().hex,
        hits=hits,
        total=(counts.documents or 0) if request.group else counts.chunks,
        documents=counts.documents,
        by_words=0 if listing else counts.by_words,
        by_meaning=0 if listing else counts.chunks - counts.by_words,
        facets={},
        notices=notices,
        milliseconds=_elapsed(started),
    )


def _elapsed(started: float) -> float:
    return (time.perf_counter() - started) * 1000
