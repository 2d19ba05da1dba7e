"""Recall and time of approximate indexes on the vectors of a home: python -m benchmarks.vectors --home DIR.

The exact answers come from comparing the query with every vector. Queries are real ones (see
benchmarks.http_search) or, with --fragments, pieces of passages. Each kind is built over the same vectors;
what it proposes is compared exactly afterwards, as the product does.
"""

import argparse
import statistics
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import faiss as faiss_stubs
import numpy as np
from numpy.typing import NDArray
from sqlalchemy import select

from benchmarks.http_search import real_queries, sample_queries
from indexer.records.database import open_records
from indexer.records.schema import chunks, vectors
from models.encoder import load_encoder
from models.packs import load_pack

faiss: Any = faiss_stubs
CANDIDATES = 300
WANTED = 10


@dataclass(frozen=True, slots=True)
class Trial:
    """A kind of index, and how widely it is searched."""

    kind: str
    build_breadth: int
    breadths: tuple[int, ...]


TRIALS = (
    Trial("IVF512,SQ8", 0, (96, 205)),
    Trial("HNSW32,SQ8", 120, (320, 640)),
    Trial("IVF512,PQ128x4fs", 0, (205,)),
    Trial("IVF512,PQ192x4fs", 0, (81, 128, 205, 512)),
    Trial("IVF1024,PQ192x4fs", 0, (410,)),
)
SHARES = (1.0, 0.5, 0.1)


def main() -> None:
    """Prints one row a kind, breadth and share of allowed vectors."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--queries", type=Path, help="a queries.jsonl with more real queries")
    parser.add_argument("--fragments", type=int, default=0, help="ask so many fragments of passages instead")
    arguments = parser.parse_args()
    texts, data = load(arguments.home)
    real = real_queries(load_pack("contracts"), arguments.queries, 200)
    asked = sample_queries(texts[:5000], arguments.fragments) if arguments.fragments else real
    queries = load_encoder("", "auto", arguments.home / "models").encode(asked)
    masks = {share: np.random.default_rng(0).random(len(data)) < share for share in SHARES}
    exact = {share: [nearest(data, query, mask) for query in queries] for share, mask in masks.items()}
    print(f"{len(data)} vectors, {len(queries)} queries")
    print("kind | build s | breadth | share | recall@10 | p50 ms | p95 ms")
    for trial in TRIALS:
        index, seconds = build(trial, data)
        for breadth in trial.breadths:
            for share, mask in masks.items():
                found, took = ask(index, data, queries, breadth, None if share == 1 else mask)
                hits = [len(a & b) / WANTED for a, b in zip(found, exact[share], strict=True)]
                p95 = statistics.quantiles(took, n=20)[18]
                times = f"{statistics.median(took):.2f} | {p95:.2f}"
                name = f"{trial.kind}/{trial.build_breadth}"
                print(
                    f"{name} | {seconds:.0f} | {breadth} | {share} | {np.mean(hits):.3f} | {times}",
                    flush=True,
                )


def load(home: Path) -> tuple[list[str], NDArray[np.float32]]:
    """Returns texts and vectors, shape (n, dimension), of all chunks."""
    joined = chunks.join(vectors, vectors.c.text_hash == chunks.c.text_hash)
    query = select(chunks.c.text, vectors.c.vector).select_from(joined).order_by(chunks.c.key)
    with open_records(f"sqlite:///{home / 'records.sqlite'}").connect() as connection:
        rows = connection.execute(query).all()
    data = np.stack([np.frombuffer(row.vector, "<f2") for row in rows]).astype(np.float32)
    return [row.text for row in rows], data


def nearest(data: NDArray[np.float32], query: NDArray[np.float32], mask: NDArray[np.bool_]) -> set[int]:
    """Returns the ten allowed rows with the highest cosine."""
    scores = np.where(mask, data @ query, -2)
    return set(np.argpartition(-scores, WANTED)[:WANTED].tolist())


def build(trial: Trial, data: NDArray[np.float32]) -> tuple[Any, float]:
    """Builds an index over the vectors; returns it and the seconds."""
    index = faiss.index_factory(data.shape[1], trial.kind, faiss.METRIC_INNER_PRODUCT)
    if trial.build_breadth:
        index.hnsw.efConstruction = trial.build_breadth
    started = time.perf_counter()
    index.train(
        data[np.sort(np.random.default_rng(7).choice(len(data), min(len(data), 65_536), replace=False))]
    )
    index.add(data)
    return index, time.perf_counter() - started


def ask(
    index: Any,  # noqa: ANN401 - faiss has no types of its own
    data: NDArray[np.float32],
    queries: NDArray[np.float32],
    breadth: int,
    mask: NDArray[np.bool_] | None,
) -> tuple[list[set[int]], list[float]]:
    """Returns for each query the ten best rows among those proposed, and the milliseconds."""
    selector = None if mask is None else faiss.IDSelectorBitmap(np.packbits(mask, bitorder="little"))
    kind = faiss.SearchParametersHNSW if hasattr(index, "hnsw") else faiss.SearchParametersIVF
    name = "efSearch" if hasattr(index, "hnsw") else "nprobe"
    parameters = kind(**{name: breadth}, **({"sel": selector} if selector else {}))
    found, took = [], []
    for query in queries:
        started = time.perf_counter()
        rows = index.search(query[None], CANDIDATES, params=parameters)[1][0]
        rows = rows[rows >= 0]
        best = rows[np.argsort(-(data[rows] @ query), kind="stable")[:WANTED]]
        took.append((time.perf_counter() - started) * 1000)
        found.append(set(best.tolist()))
    return found, took


if __name__ == "__main__":
    main()
