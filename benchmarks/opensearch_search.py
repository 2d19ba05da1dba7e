"""Hybrid search over HTTP beside a bare ``_msearch``, and how alike both indexes of the product answer."""

import http.client
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray
from opensearchpy import OpenSearch

from benchmarks.http_search import Latency, ask, sample_queries, summary
from benchmarks.large import frequent_label, serving, texts
from indexer.index import analysis
from indexer.index.opensearch.schema import VECTOR
from search_app.compose import Parts
from search_app.results import SearchRequest
from search_app.settings import Settings

WARMING = 50
TOP = 10
NEIGHBOURS = 100


def latencies_of(
    settings: Settings, client: OpenSearch, parts: Parts, kinds: Mapping[str, list[str]]
) -> Iterator[Latency]:
    """Yields for every kind of query, with a label filter and without, the bare server's times and ours.

    Each query is asked of both, by turns the one and the other first; every server has encoded none before.
    """
    label = frequent_label(settings.home)
    environment = {
        f"CLAUSEWATCH_{key}": str(getattr(settings, key.lower()))
        for key in ("INDEX", "OPENSEARCH_URL", "OPENSEARCH_PREFIX", "OPENSEARCH_ENGINE")
    }
    warming = sample_queries(texts(settings.home), WARMING, seed=11)
    for name, queries in kinds.items():
        asked = warming + queries
        vectors = parts.encoder.encode(asked)
        for wanted in (None, label):
            lines = [bare_lines(text, each, wanted) for text, each in zip(asked, vectors, strict=True)]
            parameters = [("facets", "0"), *([("label", wanted)] if wanted else [])]
            with serving(settings.home, environment) as address:
                connection = http.client.HTTPConnection(*address, timeout=60)
                bare, ours = _by_turns(
                    [partial(client.msearch, body=each) for each in lines],
                    [partial(ask, connection, each, parameters) for each in asked],
                )
            title = f"{name}, label {wanted}" if wanted else name
            yield summary(f"bare _msearch, {title}", bare[WARMING:])
            yield summary(title, ours[WARMING:])


def _by_turns(
    some: Sequence[Callable[[], object]], others: Sequence[Callable[[], object]]
) -> tuple[list[float], list[float]]:
    """Does each of the one and of the others, in changing order; returns their milliseconds."""
    times: tuple[list[float], list[float]] = ([], [])
    for number, pair in enumerate(zip(some, others, strict=True)):
        for which in (0, 1) if number % 2 else (1, 0):
            started = time.perf_counter()
            pair[which]()
            times[which].append((time.perf_counter() - started) * 1000)
    return times


def bare_lines(text: str, vector: NDArray[np.float32], label: str | None) -> list[dict[str, Any]]:
    """Returns the _msearch for words in the text and the nearest, as anyone would ask for them."""
    restriction = [{"term": {"label": label}}] if label else []
    lean = {"size": NEIGHBOURS, "_source": False}
    stems = " ".join(term for _, term in analysis.terms(text, analysis.STEMMED))
    words = {"match": {"text": {"query": stems, "analyzer": "whitespace"}}}
    near: dict[str, Any] = {"vector": vector.tolist(), "k": NEIGHBOURS}
    if restriction:
        near["filter"] = {"bool": {"filter": restriction}}
    return [
        {"index": "bench-chunks"},
        {"query": {"bool": {"must": [words], "filter": restriction}}, **lean},
        {"index": "bench-chunks"},
        {"query": {"knn": {VECTOR: near}}, **lean},
    ]


def overlap(one: Parts, other: Parts, text: str) -> float:
    """Returns the share of the one's best passages that are among the other's."""
    request = SearchRequest(text, limit=TOP, facets=False)
    first, second = ({hit.chunk for hit in each.searcher.search(request).hits} for each in (one, other))
    return len(first & second) / len(first) if first else float(not second)
