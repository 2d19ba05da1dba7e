"""The faster index of a big segment: proposes rows, whose cosines are then computed exactly.

An inverted file of one-byte codes; docs/decisions/0005-embedded-index.md has the measurements that
chose it.
"""

import math
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
OVERSAMPLING = 4
TRAINING_PER_LIST = 50
BLOCK_ROWS = 65_536
SEED = 7
# Part of the lists that is searched without a filter, and how many at least.
PROBED_SHARE = 1 / 16
LEAST_PROBES = 64


def factory(rows: int) -> str:
    """Returns the FAISS description of the index for so many rows."""
    lists = 2 ** round(math.log2(2 * math.sqrt(rows)))
    return f"IVF{lists},SQ8"


class Approximate:
    """An opened approximate index; positions are the rows of its segment."""

    def __init__(self, index: Swig) -> None:
        self._index = index
        self._lists: int = faiss.extract_index_ivf(index).nlist

    def propose(
        self, query: NDArray[np.float32], count: int, allowed: NDArray[np.bool_] | None
    ) -> NDArray[np.int64]:
        """Returns at most ``count`` rows near a query, in no particular order.

        Args:
            query: Shape (dimension,), unit length.
            count: How many.
            allowed: Shape (rows,); None allows all.
        """
        share = 1.0 if allowed is None else float(allowed.mean())
        parameters = faiss.SearchParametersIVF(nprobe=self._probes(share))
        if allowed is not None:
            parameters.sel = selector = only(allowed)  # noqa: F841  # keeps it alive during the search
        _, rows = self._index.search(query[None, :], count, params=parameters)
        return np.asarray(rows[0][rows[0] >= 0], dtype=np.int64)

    def _probes(self, share: float) -> int:
        """The nearest allowed rows are spread over more lists the fewer are allowed."""
        probes = max(self._lists * PROBED_SHARE, LEAST_PROBES)
        return min(self._lists, int(probes / math.sqrt(max(share, 0.01))))


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
    kind = factory(rows)
    index = faiss.index_factory(dimension, kind, faiss.METRIC_INNER_PRODUCT)
    wanted = min(rows, faiss.extract_index_ivf(index).nlist * TRAINING_PER_LIST)
    sample = np.sort(np.random.default_rng(SEED).choice(rows, wanted, replace=False))
    index.train(codes[sample].astype(np.float32))
    for start in range(0, rows, BLOCK_ROWS):
        index.add(codes[start : start + BLOCK_ROWS].astype(np.float32))
    faiss.write_index(index, str(path))
    return kind


def open_approximate(path: Path) -> Approximate:
    """Opens the approximate index of a segment, memory-mapped."""
    return Approximate(faiss.read_index(str(path), faiss.IO_FLAG_MMAP | faiss.IO_FLAG_READ_ONLY))
