"""One immutable segment of vectors: rows sorted by key, half-precision codes, optionally a faster index.

Half precision keeps a cosine within 1e-3 of the full one. Files, memory-mapped but for the last:

    <name>.keys.npy       int64, shape (rows,), ascending
    <name>.documents.npy  int64, shape (rows,), number of the document of each row
    <name>.codes.faiss    float16 codes of every row
    <name>.words.npy      these and three more: the words of the rows, as ``Postings`` describes
    <name>.near.faiss     approximate index over the rows, for a segment of more than EXACT_ROWS
"""

from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import faiss as faiss_stubs
import numpy as np
from numpy.typing import NDArray

from indexer.index.embedded.approximate import (
    EXACT_ROWS,
    LEAST_CANDIDATES,
    OVERSAMPLING,
    Approximate,
    Swig,
    build_approximate,
    only,
    open_approximate,
)
from indexer.index.embedded.layout import FLAT, SegmentEntry, sync
from indexer.index.embedded.matching import SegmentWords
from indexer.index.embedded.terms import Postings

# Its type stubs lack the Python arguments that its wrapper adds.
faiss: Any = faiss_stubs
# A query is answered by one thread; waking others for it takes longer than they save.
faiss.omp_set_num_threads(1)

# A filter that leaves at most so many rows is answered by comparing each of them exactly,
COMPARED_ROWS = 25_000
# and at most so many by copying them together first, which costs less than passing over the others.
GATHERED_ROWS = 1_000
BLOCK_ROWS = 65_536


@dataclass(frozen=True, slots=True)
class Rows:
    """Vectors in memory or on their way into a segment.

    Attributes:
        keys: int64, shape (n,), each once.
        documents: int64, shape (n,).
        codes: float16, shape (n, dimension).
        postings: The words of n rows.
    """

    keys: NDArray[np.int64]
    documents: NDArray[np.int64]
    codes: NDArray[np.float16]
    postings: Postings


@dataclass(frozen=True, slots=True)
class Found:
    """Rows of a segment and their cosines, best first, ties in the order of rows and so of keys.

    Attributes:
        rows: int64, shape (n,).
        scores: float32, shape (n,).
    """

    rows: NDArray[np.int64]
    scores: NDArray[np.float32]


class Segment:
    """An opened segment.

    Attributes:
        entry: What the manifest says of it.
        keys: int64, shape (rows,), ascending.
        documents: int64, shape (rows,).
        codes: float16, shape (rows, dimension).
        postings: The words of the rows.
        words: The same, for queries.
        live: bool, shape (rows,): not deleted.
    """

    def __init__(self, directory: Path, entry: SegmentEntry) -> None:
        self.entry = entry
        self.keys: NDArray[np.int64] = _mapped(directory / f"{entry.name}.keys.npy")
        self.documents: NDArray[np.int64] = _mapped(directory / f"{entry.name}.documents.npy")
        self.postings = Postings(
            *(_mapped(directory / f"{entry.name}.{each.name}.npy") for each in fields(Postings))
        )
        self.words = SegmentWords(self.postings)
        self._flat = faiss.read_index(str(directory / f"{entry.name}.codes.faiss"), faiss.IO_FLAG_MMAP_IFC)
        raw = faiss.rev_swig_ptr(self._flat.codes.data(), entry.rows * self._flat.d * 2)
        self.codes: NDArray[np.float16] = raw.view(np.float16).reshape(entry.rows, self._flat.d)
        self._approximate: Approximate | None = (
            None if entry.kind == FLAT else open_approximate(directory / f"{entry.name}.near.faiss")
        )
        if entry.live is None:
            self.live: NDArray[np.bool_] = np.ones(entry.rows, np.bool_)
        else:
            bits = np.fromfile(directory / entry.live, np.uint8)
            self.live = np.unpackbits(bits, count=entry.rows, bitorder="little").astype(np.bool_)

    def mask(self, keys: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Returns which rows have one of the keys; ``keys`` ascending, shape (n,)."""
        at = np.searchsorted(self.keys, keys)
        inside = at < len(self.keys)
        at = at[inside]
        mask = np.zeros(len(self.keys), np.bool_)
        mask[at[self.keys[at] == keys[inside]]] = True
        return mask

    def among(self, keys: NDArray[np.int64], allowed: NDArray[np.bool_] | None) -> NDArray[np.bool_]:
        """Returns which of some keys live here in an allowed row; ``keys`` of shape (n,)."""
        rows = np.minimum(np.searchsorted(self.keys, keys), len(self.keys) - 1)
        found: NDArray[np.bool_] = (self.keys[rows] == keys) & self.live[rows]
        return found if allowed is None else found & allowed[rows]

    def search(self, query: NDArray[np.float32], count: int, allowed: NDArray[np.bool_] | None) -> Found:
        """Returns the ``count`` nearest live rows, more where the last one ties with others.

        Args:
            query: Shape (dimension,), unit length.
            count: From 1.
            allowed: Shape (rows,); None allows all.
        """
        if allowed is not None:
            allowed = allowed & self.live
        elif self.entry.dead:
            allowed = self.live
        rows = self.entry.rows if allowed is None else int(np.count_nonzero(allowed))
        if rows == 0:
            return Found(np.empty(0, np.int64), np.empty(0, np.float32))
        if allowed is not None and rows <= GATHERED_ROWS:
            return self._compare(query, count, np.flatnonzero(allowed))
        if self._approximate is None or rows <= COMPARED_ROWS:
            return _best(self._flat, query, count, rows, allowed)
        proposed = self._approximate.propose(query, max(OVERSAMPLING * count, LEAST_CANDIDATES), allowed)
        return self._compare(query, count, np.sort(proposed))

    def _compare(self, query: NDArray[np.float32], count: int, rows: NDArray[np.int64]) -> Found:
        """Compares some rows one by one; ``rows`` ascending."""
        some = new_codes(self._flat.d)
        some.add_sa_codes(self.codes[rows].view(np.uint8))
        found = _best(some, query, count, len(rows), None)
        return Found(rows[found.rows], found.scores)


def _best(
    index: Swig,
    query: NDArray[np.float32],
    count: int,
    rows: int,
    allowed: NDArray[np.bool_] | None,
) -> Found:
    """Searches exactly, so far beyond ``count`` that all rows that tie with the last one are there."""
    selector = only(allowed) if allowed is not None else None
    parameters = faiss.SearchParameters(sel=selector) if selector else None
    asked = min(rows, count + 32)
    while True:
        scores, found = index.search(query[None, :], asked, params=parameters)
        if asked >= rows or scores[0][-1] < scores[0][count - 1]:
            break
        asked = min(rows, asked * 4)
    order = np.lexsort((found[0], -scores[0]))
    return Found(found[0][order], scores[0][order])


def _mapped(path: Path) -> NDArray[Any]:
    # A plain view: each slice of a memmap takes microseconds to know that it is one.
    mapped: NDArray[Any] = np.load(path, mmap_mode="r").view(np.ndarray)
    return mapped


def new_codes(dimension: int) -> Swig:
    """Returns an empty exact index of half-precision codes."""
    return faiss.IndexScalarQuantizer(dimension, faiss.ScalarQuantizer.QT_fp16, faiss.METRIC_INNER_PRODUCT)


def write_segment(directory: Path, name: str, rows: Rows) -> SegmentEntry:
    """Writes the files of a segment, in full before anything names it."""
    order = np.argsort(rows.keys, kind="stable")
    flat = new_codes(rows.codes.shape[1])
    for start in range(0, len(order), BLOCK_ROWS):
        flat.add_sa_codes(np.ascontiguousarray(rows.codes[order[start : start + BLOCK_ROWS]]).view(np.uint8))
    np.save(directory / f"{name}.keys.npy", rows.keys[order])
    np.save(directory / f"{name}.documents.npy", rows.documents[order])
    postings = rows.postings.take(order)
    for each in fields(Postings):
        np.save(directory / f"{name}.{each.name}.npy", getattr(postings, each.name))
    faiss.write_index(flat, str(directory / f"{name}.codes.faiss"))
    kind = FLAT
    if len(order) > EXACT_ROWS:
        raw = faiss.rev_swig_ptr(flat.codes.data(), flat.codes.size())
        codes = raw.view(np.float16).reshape(len(order), -1)
        kind = build_approximate(codes, directory / f"{name}.near.faiss")
    for path in directory.glob(f"{name}.*"):
        sync(path)
    return SegmentEntry(name=name, rows=len(order), kind=kind)


def write_live(directory: Path, entry: SegmentEntry, live: NDArray[np.bool_], serial: int) -> SegmentEntry:
    """Writes which rows live after a deletion; returns the entry that names the new bitmap."""
    path = directory / f"{entry.name}.{serial}.live"
    np.packbits(live, bitorder="little").tofile(path)
    sync(path)
    dead = entry.rows - int(np.count_nonzero(live))
    return SegmentEntry(name=entry.name, rows=entry.rows, live=path.name, dead=dead, kind=entry.kind)
