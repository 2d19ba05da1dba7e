"""Which approximate index for a big segment: recall, latency and time to build, on real vectors.

Passages of the contracts are encoded once (kept in the cache directory), then varied and repeated: a
vector moved by noise of a quarter of its length. The queries are passages that were kept out.

    python -m benchmarks.vectors --contracts ../shared/data/cuad/contracts --cache var/bench --rows 250000
"""

import argparse
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import faiss
import numpy as np
from numpy.typing import NDArray

from indexer.chunk import chunk
from indexer.extract import extract
from models.encoder import load_encoder

NOISE = 0.25
QUERIES = 200
SEED = 7


def encoded(contracts: Path, cache: Path, wanted: int) -> NDArray[np.float32]:
    """Returns the vectors of ``wanted`` passages spread over all contracts."""
    path = cache / f"vectors-{wanted}.npy"
    if not path.exists():
        cache.mkdir(parents=True, exist_ok=True)
        encoder = load_encoder("", "onnx", cache / "models")
        files = sorted(contracts.iterdir())
        texts: list[str] = []
        for number, file in enumerate(files):
            document = extract(file.read_bytes(), file.name)
            passages = chunk(document, lambda text: len(text) // 4, encoder.max_tokens)
            share = wanted * (number + 1) // len(files) - len(texts)
            texts += [each.text for each in passages[:: max(1, len(passages) // max(share, 1))][:share]]
        np.save(path, encoder.encode(texts))
    return np.load(path)


def varied(real: NDArray[np.float32], rows: int) -> NDArray[np.float32]:
    """Returns ``rows`` unit vectors: the real ones, repeated with noise."""
    rng = np.random.default_rng(SEED)
    made = np.empty((rows, real.shape[1]), np.float32)
    for start in range(0, rows, len(real)):
        part = made[start : start + len(real)]
        noise = rng.standard_normal(part.shape).astype(np.float32)
        noise *= NOISE / np.linalg.norm(noise, axis=1, keepdims=True)
        part[:] = real[: len(part)] + (noise if start else 0)
    return made / np.linalg.norm(made, axis=1, keepdims=True)


def settings(rows: int) -> Iterator[tuple[str, list[int]]]:
    """Yields FAISS descriptions and the values of efSearch or nprobe to try."""
    lists = 2 ** round(np.log2(2 * np.sqrt(rows)))
    for count in (lists, 2 * lists, 4 * lists):
        yield f"IVF{count},SQ8", [16, 32, 64, 128, 256]
    yield "HNSW32,SQ8", [64, 128, 256]


def parameters(kind: str, value: int, selector: faiss.IDSelector | None) -> faiss.SearchParameters:
    """Returns the search parameters of a kind of index."""
    if kind.startswith("HNSW"):
        return faiss.SearchParametersHNSW(efSearch=value, sel=selector)
    return faiss.SearchParametersIVF(nprobe=value, sel=selector)


def measure(kind: str, values: list[int], base: NDArray[np.float32], queries: NDArray[np.float32]) -> None:
    """Builds one index and prints a line per setting and share of rows that a filter leaves."""
    index = faiss.index_factory(base.shape[1], kind, faiss.METRIC_INNER_PRODUCT)
    began = time.perf_counter()
    index.train(base[np.random.default_rng(SEED).choice(len(base), min(len(base), 100_000), replace=False)])
    index.add(base)
    built = time.perf_counter() - began
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / "index.faiss"
        faiss.write_index(index, str(path))
        opened = faiss.read_index(str(path), faiss.IO_FLAG_MMAP_IFC)
        for share in (1.0, 0.25, 0.1):
            mask = np.random.default_rng(SEED).random(len(base)) < share
            truth = exact(base, queries, mask)
            bits = np.packbits(mask, bitorder="little")
            selector = None if share == 1.0 else faiss.IDSelectorBitmap(bits)
            for value in values:
                recalls, times = timed(opened, queries, truth, base, parameters(kind, value, selector))
                p50, p95 = np.percentile(times, [50, 95]) * 1000
                print(
                    f"| {kind} | {built:.0f} | {value} | {share:.2f} | {recalls[0]:.3f} | {recalls[1]:.3f} "
                    f"| {p50:.2f} | {p95:.2f} | {path.stat().st_size / 1e6:.0f} |",
                    flush=True,
                )


def exact(
    base: NDArray[np.float32], queries: NDArray[np.float32], mask: NDArray[np.bool_]
) -> NDArray[np.int64]:
    """Returns the 100 nearest of the rows in the mask for each query."""
    rows = np.flatnonzero(mask)
    flat = faiss.IndexFlatIP(base.shape[1])
    flat.add(base[rows])
    return rows[flat.search(queries, 100)[1]]


def timed(
    index: faiss.Index,
    queries: NDArray[np.float32],
    truth: NDArray[np.int64],
    base: NDArray[np.float32],
    search: faiss.SearchParameters,
) -> tuple[tuple[float, float], list[float]]:
    """Returns recall@10 and recall@100 after comparing 400 candidates exactly, and seconds per query."""
    hits = np.zeros(2)
    times = []
    for query, best in zip(queries, truth, strict=True):
        began = time.perf_counter()
        _, found = index.search(query[None, :], 400, params=search)
        times.append(time.perf_counter() - began)
        rows = found[0][found[0] >= 0]
        order = rows[np.argsort(-(base[rows] @ query))]
        hits += [len(np.intersect1d(order[:k], best[:k])) / k for k in (10, 100)]
    return (hits[0] / len(queries), hits[1] / len(queries)), times


def main() -> None:
    """Prints the table of docs/decisions/0005-embedded-index.md."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--contracts", type=Path, required=True)
    parser.add_argument("--cache", type=Path, required=True)
    parser.add_argument("--rows", type=int, default=250_000)
    parser.add_argument("--real", type=int, default=4_000, help="passages to encode")
    parser.add_argument("--kinds", default="", help="only the kinds that start with this")
    options = parser.parse_args()
    faiss.omp_set_num_threads(2)
    real = encoded(options.contracts, options.cache, options.real)
    kept_out = np.random.default_rng(SEED).choice(len(real), QUERIES, replace=False)
    queries = real[kept_out]
    base = varied(np.delete(real, kept_out, axis=0), options.rows)
    print("| index | build s | probes | share | recall@10 | recall@100 | p50 ms | p95 ms | MB |")
    print("|---|---|---|---|---|---|---|---|---|")
    for kind, values in settings(options.rows):
        if kind.startswith(options.kinds):
            measure(kind, values, base, queries)


if __name__ == "__main__":
    main()
