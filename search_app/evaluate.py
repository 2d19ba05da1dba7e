"""Measures search on judged data, through the product's own analysis, encoder, index and fusion."""

import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TypedDict

import numpy as np

from indexer.chunk import chunk
from indexer.documents import Document
from indexer.ids import chunk_key
from indexer.index.embedded import EmbeddedIndex
from indexer.index.protocol import ChunkIndex, Filters, IndexedChunk
from models.evaluation.retrieval import Judged, measure, read_judged
from models.protocols import Encoder
from search_app.fuse import fuse
from search_app.query.parser import parse
from search_app.results import Mode
from search_app.retrieve import Question, retrieve

Report = Callable[[int, int], None]
Run = dict[str, dict[str, float]]


class Measured(TypedDict):
    """The means of each metric over the queries, by mode."""

    queries: int
    keyword: dict[str, float]
    semantic: dict[str, float]
    hybrid: dict[str, float]


_BATCH = 512


@dataclass(frozen=True, slots=True)
class _Passage:
    key: int
    document: str
    text: str


def evaluate_retrieval(directory: Path, split: str | None, encoder: Encoder, report: Report) -> Measured:
    """Ranks for each query the documents that are judged for it, all of them, by each mode.

    A document longer than the encoder's window is cut into passages; its best passage counts. The
    index lives in a temporary folder.

    Args:
        directory: A BEIR folder: corpus.jsonl, queries.jsonl, qrels/*.tsv.
        split: Name of one file of judgements; None for all of them.
        encoder: Of passages and queries.
        report: Called with the steps done and their number.

    Returns:
        The number of queries, and for each mode each metric in [0, 1].

    Raises:
        EvaluationError: The folder is missing or malformed.
    """
    judged = read_judged(directory, split)
    passages = list(_passages(judged.corpus, encoder))
    steps = len(passages) + len(judged.qrels)
    with tempfile.TemporaryDirectory(prefix="clausewatch-evaluate-") as folder:
        index = EmbeddedIndex(Path(folder), encoder.version, encoder.dimension)
        with index.rebuild(encoder.version, encoder.dimension) as builder:
            builder.add(_encoded(passages, encoder, lambda done: report(done, steps)))
            builder.finish(1)
        runs = _runs(judged, passages, index, encoder, lambda done: report(len(passages) + done, steps))
    found = {mode: measure(judged.qrels, runs[mode]) for mode in Mode}
    return Measured(
        queries=len(judged.qrels),
        keyword=found[Mode.KEYWORD],
        semantic=found[Mode.SEMANTIC],
        hybrid=found[Mode.HYBRID],
    )


def _passages(corpus: Mapping[str, str], encoder: Encoder) -> Iterator[_Passage]:
    for document, text in corpus.items():
        if encoder.count_tokens(text) <= encoder.max_tokens:
            pieces = [text]
        else:
            whole = Document(text=text, title="", media_type="text/plain")
            pieces = [piece.text for piece in chunk(whole, encoder.count_tokens, encoder.max_tokens)]
        for ordinal, piece in enumerate(pieces):
            yield _Passage(chunk_key(f"{document}-{ordinal}"), document, piece)


def _encoded(
    passages: Iterable[_Passage], encoder: Encoder, report: Callable[[int], None]
) -> Iterator[IndexedChunk]:
    rest, done = iter(passages), 0
    while batch := list(islice(rest, _BATCH)):
        vectors = encoder.encode([passage.text for passage in batch])
        for passage, vector in zip(batch, vectors, strict=True):
            yield IndexedChunk(
                key=passage.key,
                document=passage.document,
                collection="evaluation",
                title="",
                section="",
                text=passage.text,
                document_type="",
                date=None,
                labels=(),
                vector=np.asarray(vector, np.float32),
            )
        done += len(batch)
        report(done)


def _runs(
    judged: Judged,
    passages: Iterable[_Passage],
    index: ChunkIndex,
    encoder: Encoder,
    report: Callable[[int], None],
) -> dict[Mode, Run]:
    documents = {passage.key: passage.document for passage in passages}
    keys = defaultdict(set)
    for key, document in documents.items():
        keys[document].add(key)
    runs: dict[Mode, Run] = {mode: {} for mode in Mode}
    for done, (query, judgements) in enumerate(judged.qrels.items(), start=1):
        allowed = frozenset(key for document in judgements for key in keys[document])
        question = _question(judged.queries[query], allowed, encoder)
        for mode, ranked in _rankings(index, question).items():
            runs[mode][query] = _best(ranked, documents)
        report(done)
    return runs


def _question(text: str, allowed: frozenset[int], encoder: Encoder) -> Question:
    parsed = parse(text)
    return Question(
        lexical=parsed.tree,
        condition=parsed.condition,
        vector=encoder.encode([parsed.semantic_text])[0] if parsed.semantic_text else None,
        filters=Filters(keys=allowed),
        floor=-1.0,
        depth=len(allowed),
    )


def _rankings(index: ChunkIndex, question: Question) -> dict[Mode, list[tuple[int, float]]]:
    found = retrieve(index, question)
    fused = fuse(found)
    return {
        Mode.KEYWORD: [(item.key, item.score) for item in found.lexical],
        Mode.SEMANTIC: [(item.key, item.score) for item in found.nearest],
        Mode.HYBRID: [(item.key, item.score) for item in fused],
    }


def _best(ranked: Iterable[tuple[int, float]], documents: Mapping[int, str]) -> dict[str, float]:
    """The score of a document is that of its best passage."""
    best: dict[str, float] = {}
    for key, score in ranked:
        best[documents[key]] = max(score, best.get(documents[key], score))
    return best
