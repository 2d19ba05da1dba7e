"""The same corpus and queries in LanceDB, side by side.

python benchmarks/lancedb_peer.py DUMP.npz QUERIES.npz

Run with an interpreter that has lancedb; it needs nothing of this project. The two files are written by
``clausewatch bench search --dump FOLDER``. Times are those of the library calls alone, without HTTP and
without encoding the query.
"""

import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Mapping

import lancedb
import numpy as np
import pyarrow as pa
from lancedb.rerankers import RRFReranker

SCHEMA_TEXT = pa.string()


def build(dump: Mapping[str, np.ndarray], folder: str) -> lancedb.table.Table:
    """Creates the table with its full-text and vector indexes, as its manual recommends for this size."""
    vectors = dump["vectors"].astype(np.float32)
    values = pa.array(vectors.ravel())
    table = pa.table(
        {
            "key": pa.array(dump["keys"]),
            "text": pa.array(dump["texts"].tolist(), type=SCHEMA_TEXT),
            "label": pa.array(dump["labels"].tolist(), type=SCHEMA_TEXT),
            "vector": pa.FixedSizeListArray.from_arrays(values, vectors.shape[1]),
        }
    )
    made = lancedb.connect(folder).create_table("chunks", table)
    made.create_fts_index("text")
    made.create_scalar_index("label", index_type="BITMAP")
    made.create_index(metric="cosine", index_type="IVF_HNSW_SQ", vector_column_name="vector")
    return made


def timed(name: str, calls: list[Callable[[], object]]) -> None:
    """Prints the median and the 95th percentile over the calls, the first twenty left out."""
    took = []
    for call in calls:
        started = time.perf_counter()
        call()
        took.append((time.perf_counter() - started) * 1000)
    took = took[20:]
    print(f"{name}: p50 {statistics.median(took):.1f} ms, p95 {statistics.quantiles(took, n=20)[18]:.1f} ms")


def main() -> None:
    """Builds, then measures hybrid queries without and with a filter."""
    dump, asked = np.load(sys.argv[1], allow_pickle=False), np.load(sys.argv[2], allow_pickle=False)
    with tempfile.TemporaryDirectory() as folder:
        started = time.perf_counter()
        table = build(dump, folder)
        print(f"build: {time.perf_counter() - started:.1f} s for {len(dump['keys'])} chunks")
        reranker = RRFReranker()

        def hybrid(text: str, vector: np.ndarray, where: str | None) -> object:
            query = table.search(query_type="hybrid").vector(vector).text(text).rerank(reranker).limit(10)
            return (query.where(where, prefilter=True) if where else query).select(["key"]).to_list()

        pairs = list(zip(asked["texts"].tolist(), asked["vectors"], strict=True))
        label = str(asked["label"])
        timed("hybrid top 10", [lambda t=t, v=v: hybrid(t, v, None) for t, v in pairs])
        where = f"label = '{label}'"
        timed(f"hybrid top 10, {where}", [lambda t=t, v=v: hybrid(t, v, where) for t, v in pairs])


if __name__ == "__main__":
    main()
