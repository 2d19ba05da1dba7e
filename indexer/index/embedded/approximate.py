"""The faster index of a big segment: proposes rows, whose cosines are then computed exactly.

Vectors lie in lists around the centres of clusters, each as one 4-bit code for two dimensions (H. Jégou,
M. Douze, C. Schmid, "Product Quantization for Nearest Neighbor Search", 2011), so that the codes of a list
are compared 32 at a time within registers (F. André, A.-M. Kermarrec, N. Le Scouarnec, "Cache locality is not
enough: High-Performance Nearest Neighbor Search with Product Quantization Fast Scan", 2015);
docs/decisions/0005-embedded-index.md has the measurements that chose it.
"""

import math
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
# Candidates per wanted row, compared exactly afterwards, and candidates at least.
OVERSAMPLING = 3
LEAST_CANDIDATES = 300
# Rows that centres and codes are learned from.
TRAINING_ROWS = 65_536
BLOCK_ROWS = 65_536
SEED = 7
# The share of lists that are looked through; those with the nearest centres.
PROBED = 0.5


class Approximate:
    """An opened approximate index; positions are the rows of its segment."""

    def __init__(self, index: Swig) -> None:
        self._index = index

    def propose(
        self, query: NDArray[np.float32], count: int, allowed: NDArray[np.bool_] | None
    ) -> NDArray[np.int64]:
        """Returns ``count`` rows near a query, in no particular order; fewer where there are no more.

        Args:
            query: Shape (dimension,), unit length.
            count: How many.
            allowed: Shape (rows,); None allows all.
        """
        lists = int(self._index.nlist)
        found = self._search(query, count, allowed, _probed(lists, allowed))
        # All that a filter allows may lie far away.
        return found if len(found) == count else self._search(query, count, allowed, lists)

    def _search(
        self, query: NDArray[np.float32], count: int, allowed: NDArray[np.bool_] | None, probed: int
    ) -> NDArray[np.int64]:
        parameters = faiss.SearchParametersIVF(nprobe=probed)
        if allowed is not None:
            parameters.sel = selector = only(allowed)  # noqa: F841  # keeps it alive during the search
        _, rows = self._index.search(query[None, :], count, params=parameters)
        return np.asarray(rows[0][rows[0] >= 0], dtype=np.int64)


def _probed(lists: int, allowed: NDArray[np.bool_] | None) -> int:
    """The fewer rows are allowed, the farther the nearest of them lie."""
    share = 1.0 if allowed is None else max(float(allowed.mean()), 0.01)
    return min(math.ceil(PROBED * lists / math.sqrt(math.sqrt(share))), lists)


def only(allowed: NDArray[np.bool_]) -> Swig:
    """Returns the selector of the rows that a mask allows."""
    return faiss.IDSelectorBitmap(np.packbits(allowed, bitorder="little"))


def description(rows: int, dimension: int) -> str:
    """Returns FAISS's description of the index: about the root of ``rows`` lists, two dimensions a code."""
    lists = 2 ** round(math.log2(rows) / 2)
    return f"IVF{lists},PQ{dimension // 2 if dimension % 2 == 0 else dimension}x4fs"


def build_approximate(codes: NDArray[np.float16], path: Path) -> str:
    """Writes the approximate index for the rows of a segment; returns its FAISS description.

    Args:
        codes: Shape (rows, dimension).
        path: Where to.
    """
    rows, dimension = codes.shape
    kind = description(rows, dimension)
    index = faiss.index_factory(dimension, kind, faiss.METRIC_INNER_PRODUCT)
    sample = np.sort(np.random.default_rng(SEED).choice(rows, min(rows, TRAINING_ROWS), replace=False))
    faiss.omp_set_num_threads(os.cpu_count() or 1)
    index.train(codes[sample].astype(np.float32))
    for start in range(0, rows, BLOCK_ROWS):
        index.add(codes[start : start + BLOCK_ROWS].astype(np.float32))
    faiss.omp_set_num_threads(1)
    faiss.write_index(index, str(path))
    return kind


def open_approximate(path: Path) -> Approximate:
    """Opens the approximate index of a segment; it is read into memory, 104 bytes a row of 384 dimensions."""
    return Approximate(faiss.read_index(str(path)))
