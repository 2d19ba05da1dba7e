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

    The bare server is asked twice: for ids alone, and for what a search would show, the stored passages. Each
    query is asked of all three, each of them first in turn; every server has encoded none before.
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
            lines, full = (
                [
                    bare_lines(text, each, wanted, stored=stored)
                    for text, each in zip(asked, vectors, strict=True)
                ]
                for stored in (False, True)
            )
            parameters = [("facets", "0"), *([("label", wanted)] if wanted else [])]
            with serving(settings.home, environment) as address:
                connection = http.client.HTTPConnection(*address, timeout=60)
                bare, passages, ours = _by_turns(
                    [partial(client.msearch, body=each) for each in lines],
                    [partial(client.msearch, body=each) for each in full],
                    [partial(ask, connection, each, parameters) for each in asked],
                )
            title = f"{name}, label {wanted}" if wanted else name
            yield summary(f"bare _msearch of ids, {title}", bare[WARMING:])
            yield summary(f"bare _msearch of passages, {title}", passages[WARMING:])
            yield summary(title, ours[WARMING:])


def _by_turns(*peers: Sequence[Callable[[], object]]) -> tuple[list[float], ...]:
    """Does the same number of things of each peer, each of them first in turn; returns their milliseconds."""
    times: tuple[list[float], ...] = tuple([] for _ in peers)
    for number, together in enumerate(zip(*peers, strict=True)):
        for place in range(len(peers)):
            which = (place + number) % len(peers)
            started = time.perf_counter()
            together[which]()
            times[which].append((time.perf_counter() - started) * 1000)
    return times


def bare_lines(
    text: str, vector: NDArray[np.float32], label: str | None, *, stored: bool
) -> list[dict[str, Any]]:
    """Returns the _msearch for words in the text and the nearest, as anyone would ask for them.

    With ``stored``, the answer has all that is stored of the passages but their vectors.
    """
    restriction = [{"term": {"label": label}}] if label else []
    lean = {"size": NEIGHBOURS, "_source": {"excludes": [VECTOR]} if stored else False}
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
