"""Whether a generation answers as it should, asked before anybody else may ask it."""

import random
from collections.abc import Iterator
from typing import Any

import numpy as np
from opensearchpy import OpenSearch

from indexer.errors import IndexerError
from indexer.index import analysis
from indexer.index.opensearch.documents import print_of
from indexer.index.opensearch.filters import values_query
from indexer.index.opensearch.schema import VECTOR
from indexer.index.opensearch.translate import Query, translate
from indexer.index.protocol import IndexedChunk
from indexer.index.query import AllOf, Word

SAMPLE = 16
WORDS = 5
# The nearest of a chunk's own vector: itself, or others that are as near as float32 can tell.
NEAREST = 10
SAME_COSINE = 0.999


class Sample:
    """Chunks drawn evenly from all that go by (reservoir sampling; Vitter 1985, algorithm R)."""

    def __init__(self) -> None:
        self.chunks: list[IndexedChunk] = []
        self._seen = 0
        self._random = random.Random(0)  # noqa: S311 - no secret

    def offer(self, chunk: IndexedChunk) -> None:
        """Takes a chunk in, perhaps."""
        self._seen += 1
        if len(self.chunks) < SAMPLE:
            self.chunks.append(chunk)
        elif (place := self._random.randrange(self._seen)) < SAMPLE:
            self.chunks[place] = chunk


def check_answers(client: OpenSearch, index: str, sample: Sample) -> None:
    """Finds each chunk by what is kept of it, by its words and by its vector.

    Raises:
        IndexerError: One is not found; the message names it.
    """
    asked = [(chunk, *each) for chunk in sample.chunks for each in _questions(chunk)]
    if not asked:
        return
    lines = [
        line
        for _, _, query, size in asked
        for line in ({"index": index}, {"query": query, "size": size, "_source": False})
    ]
    answers = client.msearch(body=lines)["responses"]
    for (chunk, means, _, _), answer in zip(asked, answers, strict=True):
        hits = answer.get("hits", {}).get("hits", [])
        if not any(_is_it(hit, chunk, means) for hit in hits):
            raise IndexerError(f"{index} does not find chunk {chunk.key} by its {means}.")


def _questions(chunk: IndexedChunk) -> Iterator[tuple[str, Query, int]]:
    """Yields what a chunk is found by, with the query and how many hits to look at."""
    itself = values_query("key", [chunk.key])
    yield "content", {"bool": {"filter": [itself, values_query("print", [print_of(chunk)])]}}, 1
    words = analysis.words(chunk.text).split()[:WORDS]
    if words:
        query = translate(AllOf(tuple(Word(each) for each in words)))
        yield "words", {"bool": {"must": [query], "filter": [itself]}}, 1
    if np.any(chunk.vector):
        near = {"vector": chunk.vector.astype(np.float64).tolist(), "k": NEAREST}
        yield "vector", {"knn": {VECTOR: near}}, NEAREST


def _is_it(hit: dict[str, Any], chunk: IndexedChunk, means: str) -> bool:
    if means == "vector":
        return 2 * float(hit["_score"]) - 1 >= SAME_COSINE
    return bool(hit["_id"] == str(chunk.key))
