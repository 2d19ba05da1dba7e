"""An OpenSearch server under the product, beside what the bare server does with the same bytes.

python -m benchmarks.opensearch HOME --url URL [--queries queries.jsonl] [--chunks N] [--json]

HOME has records and an embedded index (``clausewatch bench search --folder`` keeps one). Indexes of the
prefixes ``bench`` and ``bare`` are made in the cluster, and deleted at the end. The bare server is given the
very bytes that the product sends, made ready beforehand, by as many threads. Searches and relabellings go to
both by turns, since other work on the machine comes and goes.
"""

import argparse
import json
import os
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import asdict, dataclass, replace
from functools import partial
from itertools import chain, islice
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from opensearchpy import OpenSearch

from benchmarks.http_search import Latency, real_queries, sample_queries
from benchmarks.large import texts
from benchmarks.opensearch_search import latencies_of, overlap
from indexer.index.opensearch import Connection, OpenSearchIndex, bulk
from indexer.index.opensearch.documents import print_of, to_relabelled, to_source
from indexer.index.opensearch.schema import index_body
from indexer.index.protocol import Filters, IndexedChunk, IndexedLabel, Retrieval
from indexer.index.query import Word
from indexer.project import all_indexed_chunks
from models.labels import LabelSource, Severity
from models.packs import load_pack
from search_app.compose import Parts, compose
from search_app.settings import Settings

RELABELLED = 10_000
ROUNDS = 6
MERGING_SECONDS = 600
# Of the two small rebuilds during which searches go on.
UNDER_LOAD = 20_000


@dataclass(frozen=True, slots=True)
class Ratio:
    """Seconds that the product and the bare server took for the same number of chunks."""

    chunks: int
    ours: float
    bare: float

    @property
    def ratio(self) -> float:
        """Time of the product in units of the bare server's."""
        return self.ours / self.bare


@dataclass(frozen=True, slots=True)
class Figures:
    """What was measured.

    Attributes:
        failed: Searches that failed while generations were built and the alias was flipped.
        asked: Searches during that time.
        overlap: Mean share of the embedded index's ten best that are among OpenSearch's, by kind of query.
        lowest: The queries with the smallest share, for a person to look at.
    """

    build: Ratio
    relabel: Ratio
    failed: int
    asked: int
    latencies: tuple[Latency, ...]
    overlap: dict[str, float]
    lowest: tuple[tuple[float, str], ...]


def run(home: Path, url: str, queries: Path | None, wanted: int, requests: int) -> Figures:
    """Measures everything once."""
    settings = Settings(
        home=home,
        index="opensearch",
        opensearch_url=url,
        opensearch_prefix="bench",
        opensearch_engine="lucene",
        opensearch_replicas=0,
    )
    connection = Connection((url,), prefix="bench", engine="lucene", replicas=0)
    parts, embedded = compose(settings), compose(Settings(home=home))
    client = connection.client()
    index = OpenSearchIndex(connection, parts.encoder.version, parts.encoder.dimension)
    fragments = sample_queries(texts(home), requests)
    real = real_queries(load_pack("contracts"), queries, requests)
    kinds = {"real queries": real, "fragments": fragments}
    try:
        index.apply([], [], 0)
        with Load(index, parts.encoder.encode(real)) as load:
            _rebuild(parts, index, UNDER_LOAD)
            _rebuild(parts, index, UNDER_LOAD)
        build = _build(parts, client, connection, index, wanted)
        print(build, file=sys.stderr, flush=True)
        latencies = tuple(latencies_of(settings, client, parts, kinds))
        print(latencies, file=sys.stderr, flush=True)
        shares = {
            name: [(overlap(embedded, parts, each), each) for each in asked] for name, asked in kinds.items()
        }
        relabel = _relabel(parts, client, index)
        print(relabel, file=sys.stderr, flush=True)
    finally:
        # Merges that go on are waited for.
        client.indices.delete(index="bench-*,bare-*", request_timeout=MERGING_SECONDS)
    return Figures(
        build=build,
        relabel=relabel,
        failed=load.failed,
        asked=load.asked,
        latencies=latencies,
        overlap={name: statistics.mean(share for share, _ in found) for name, found in shares.items()},
        lowest=tuple(sorted(chain.from_iterable(shares.values()))[:10]),
    )


class Load:
    """Searches without a pause in a thread of its own, and counts."""

    def __init__(self, index: OpenSearchIndex, vectors: NDArray[np.float32]) -> None:
        self.asked = self.failed = 0
        self._index, self._vectors = index, vectors
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._search)

    def __enter__(self) -> "Load":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _search(self) -> None:
        while not self._stop.wait(0.2):
            vector = self._vectors[self.asked % len(self._vectors)]
            self.asked += 1
            try:
                self._index.retrieve(Retrieval(Word("liability"), vector, Filters()))
            except Exception as error:  # noqa: BLE001 - whatever it is, it is counted
                print(f"a search failed: {error}")
                self.failed += 1


def _build(
    parts: Parts, client: OpenSearch, connection: Connection, index: OpenSearchIndex, wanted: int
) -> Ratio:
    """Rebuilds from the records, and sends the same documents without the product."""
    encoder = parts.encoder
    ours = _rebuild(parts, index, wanted)
    client.indices.create(
        index="bare-chunks", body=index_body(connection, encoder.version, encoder.dimension)
    )
    with tempfile.TemporaryFile() as file:
        lengths = []
        for chunk in _chunks(parts, wanted):
            content = bulk.put(chunk.key, to_source(chunk)).content
            lengths.append(len(content))
            file.write(content)
        file.seek(0)
        started = time.perf_counter()
        _send(client, "bare-chunks", (file.read(each) for each in lengths))
        client.indices.refresh(index="bare-chunks")
        bare = time.perf_counter() - started
    return Ratio(len(lengths), ours, bare)


def _rebuild(parts: Parts, index: OpenSearchIndex, wanted: int) -> float:
    started = time.perf_counter()
    with index.rebuild(parts.encoder.version, parts.encoder.dimension) as builder:
        builder.add(_chunks(parts, wanted))
        builder.finish(1)
    return time.perf_counter() - started


def _chunks(parts: Parts, wanted: int) -> Iterator[IndexedChunk]:
    pages = all_indexed_chunks(parts.engine, parts.packs, parts.encoder.version)
    return islice(chain.from_iterable(pages), wanted)


def _send(client: OpenSearch, index: str, contents: Iterable[bytes]) -> None:
    taken = iter(contents)
    bodies = iter(lambda: b"".join(islice(taken, bulk.MOST_ITEMS)), b"")
    with ThreadPoolExecutor(bulk.PARALLEL) as pool:
        under_way: list[Future[dict[str, object]]] = []
        for body in bodies:
            if len(under_way) == bulk.PARALLEL:
                _taken(under_way.pop(0).result())
            under_way.append(
                pool.submit(client.bulk, body=body, index=index, request_timeout=MERGING_SECONDS)
            )
        for each in under_way:
            _taken(each.result())


def _taken(answer: dict[str, object]) -> None:
    if answer["errors"]:
        raise RuntimeError("the bare server refused a document")


def _relabel(parts: Parts, client: OpenSearch, index: OpenSearchIndex) -> Ratio:
    """Changes the labels of whole documents, by turns with the product and without; medians."""
    documents: dict[str, list[IndexedChunk]] = {}
    for chunk in _chunks(parts, 10**9):
        documents.setdefault(chunk.document, []).append(chunk)
    chosen: list[IndexedChunk] = []
    for found in documents.values():
        if len(chosen) >= RELABELLED:
            break
        chosen += found
    ours, bare = [], []
    for number in range(ROUNDS):
        first, second = (_labelled(chosen, 2 * number + each) for each in (1, 2))
        product = partial(_relabel_ours, index, first, number + 2)
        peer = partial(_relabel_bare, client, second)
        for times, change in ((ours, product), (bare, peer))[:: -1 if number % 2 else 1]:
            _settle(client)
            times.append(change())
    return Ratio(len(chosen), statistics.median(ours), statistics.median(bare))


def _settle(client: OpenSearch) -> None:
    """Waits for the merges that earlier changes began; with graphs of vectors they take minutes."""
    while client.indices.stats(metric="merge")["_all"]["total"]["merges"]["current"]:
        time.sleep(1)


def _relabel_ours(index: OpenSearchIndex, chunks: list[IndexedChunk], position: int) -> float:
    started = time.perf_counter()
    index.apply(chunks, [], position)
    return time.perf_counter() - started


def _relabel_bare(client: OpenSearch, chunks: list[IndexedChunk]) -> float:
    contents = [bulk.update(each.key, to_relabelled(each, print_of(each))).content for each in chunks]
    started = time.perf_counter()
    _send(client, "bench-chunks", contents)
    client.indices.refresh(index="bench-chunks")
    return time.perf_counter() - started


def _labelled(chunks: list[IndexedChunk], number: int) -> list[IndexedChunk]:
    label = IndexedLabel("Audit Rights", number / 100, LabelSource.MODEL, Severity.HIGH, "benchmark")
    return [replace(each, labels=(label,)) for each in chunks]


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("home", type=Path)
    parser.add_argument("--url", default=os.environ.get("OPENSEARCH_URL", "http://127.0.0.1:9200"))
    parser.add_argument("--queries", type=Path)
    parser.add_argument("--chunks", type=int, default=10**9)
    parser.add_argument("--requests", type=int, default=200)
    given = parser.parse_args()
    figures = run(given.home, given.url, given.queries, given.chunks, given.requests)
    print(json.dumps(asdict(figures), indent=2))
    print(f"build: {figures.build.ratio:.2f} times the bare bulk; relabel: {figures.relabel.ratio:.2f} times")


if __name__ == "__main__":
    main()
