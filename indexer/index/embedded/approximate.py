"""The faster index of a big segment: proposes rows, whose cosines are then computed exactly.

A navigable small-world graph over one-byte codes (Y. A. Malkov, D. A. Yashunin, "Efficient and robust
approximate nearest neighbor search using Hierarchical Navigable Small World graphs", 2016);
docs/decisions/0005-embedded-index.md has the measurements that chose it.
"""

import os
from pathlib import Path
from typing import Any

import faiss as faiss_stubs
import numpy as np
from numpy.typing import NDArray

# Its type stubs lack the Python arguments that its wrapper adds.
faiss: Any = faiss_stubs
Swig = Any

# A segment of more rows than this gets an approximate index; fewer are all compared.
EXACT_ROWS = 50_000
# Candidates per wanted row, compared exactly afterwards.
OVERSAMPLING = 2
KIND = "HNSW32,SQ8"
# Rows that the quantiser learns the range of each dimension from.
TRAINING_ROWS = 65_536
BLOCK_ROWS = 65_536
SEED = 7
# How many candidates the graph keeps in sight while it is built, and at least while it is searched.
BUILD_BREADTH = 120
SEARCH_BREADTH = 640


class Approximate:
    """An opened approximate index; positions are the rows of its segment."""

    def __init__(self, index: Swig) -> None:
        self._index = index

    def propose(
        self, query: NDArray[np.float32], count: int, allowed: NDArray[np.bool_] | None
    ) -> NDArray[np.int64]:
        """Returns at most ``count`` rows near a query, in no particular order.

        Args:
            query: Shape (dimension,), unit length.
            count: How many.
            allowed: Shape (rows,); None allows all.
        """
        parameters = faiss.SearchParametersHNSW(efSearch=max(_breadth(allowed), count))
        if allowed is not None:
            parameters.sel = selector = only(allowed)  # noqa: F841  # keeps it alive during the search
        _, rows = self._index.search(query[None, :], count, params=parameters)
        return np.asarray(rows[0][rows[0] >= 0], dtype=np.int64)


def _breadth(allowed: NDArray[np.bool_] | None) -> int:
    """The fewer rows are allowed, the more of the others stand between them."""
    share = 1.0 if allowed is None else max(float(allowed.mean()), 0.01)
    return int(SEARCH_BREADTH / share**0.25)


def only(allowed: NDArray[np.bool_]) -> Swig:
    """Returns the selector of the rows that a mask allows."""
    return faiss.IDSelectorBitmap(np.packbits(allowed, bitorder="little"))


def build_approximate(codes: NDArray[np.float16], path: Path) -> str:
    """Writes the approximate index for the rows of a segment; returns its FAISS description.

    Args:
        codes: Shape (rows, dimension).
        path: Where to.
    """
    rows, dimension = codes.shape
    index = faiss.index_factory(dimension, KIND, faiss.METRIC_INNER_PRODUCT)
    index.hnsw.efConstruction = BUILD_BREADTH
    sample = np.sort(np.random.default_rng(SEED).choice(rows, min(rows, TRAINING_ROWS), replace=False))
    faiss.omp_set_num_threads(os.cpu_count() or 1)
    index.train(codes[sample].astype(np.float32))
    for start in range(0, rows, BLOCK_ROWS):
        index.add(codes[start : start + BLOCK_ROWS].astype(np.float32))
    faiss.omp_set_num_threads(1)
    faiss.write_index(index, str(path))
    return KIND


def open_approximate(path: Path) -> Approximate:
    """Opens the approximate index of a segment, memory-mapped."""
    return Approximate(faiss.read_index(str(path), faiss.IO_FLAG_MMAP_IFC))
