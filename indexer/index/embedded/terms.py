"""Which of some rows match plain words, told without a search: the distinct words of each row as hashes.

Asking tantivy which of two hundred chunks match costs as much as asking for all that match. Hashes have
32 bits: that a word is taken for another in 200 rows of 50 words has a probability of 2e-6.
"""

import zlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from indexer.index import analysis
from indexer.index.protocol import IndexedChunk
from indexer.index.query import AllOf, AnyOf, Node, TextField, Without, Word

Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Terms:
    """The words of rows: what the analysis leaves of text, title and section, each once.

    Attributes:
        hashes: uint32, shape (n,): those of all rows, one row after the other.
        ends: int64, shape (rows,): where each row's end.
    """

    hashes: NDArray[np.uint32]
    ends: NDArray[np.int64]

    def take(self, rows: NDArray[np.int64]) -> "Terms":
        """Returns some rows, in the given order; ``rows`` of shape (k,)."""
        lengths = self._lengths(rows)
        ends = np.cumsum(lengths)
        first = np.repeat(self.ends[rows] - ends, lengths)
        return Terms(self.hashes[first + np.arange(len(first))], ends)

    def same(self, rows: NDArray[np.int64], other: "Terms", others: NDArray[np.int64]) -> Mask:
        """Returns for each pair of a row here and a row of ``other`` whether their words are the same."""
        same: Mask = self._lengths(rows) == other._lengths(others)
        alike = np.flatnonzero(same)
        ours, theirs = self.take(rows[alike]), other.take(others[alike])
        owner = np.repeat(alike, self._lengths(rows[alike]))
        same[owner[ours.hashes != theirs.hashes]] = False
        return same

    def having(self, hashed: int) -> Mask:
        """Returns which rows have a word with this hash."""
        found = np.zeros(len(self.ends), np.bool_)
        found[np.searchsorted(self.ends, np.flatnonzero(self.hashes == hashed), side="right")] = True
        return found

    def _lengths(self, rows: NDArray[np.int64]) -> NDArray[np.int64]:
        return self.ends[rows] - np.where(rows > 0, self.ends[rows - 1], 0)


def terms_of(chunks: Sequence[IndexedChunk]) -> Terms:
    """Returns the words of some chunks, each row ascending."""
    rows = [
        sorted({_hash(term) for text in _searched(each) for term in analysis.stems(text)}) for each in chunks
    ]
    hashes = np.array([hashed for row in rows for hashed in row], np.uint32)
    return Terms(hashes, np.cumsum([len(row) for row in rows], dtype=np.int64))


def joined(parts: Sequence[Terms]) -> Terms:
    """Returns the rows of all parts, one part after the other."""
    starts = np.cumsum([0, *(len(each.hashes) for each in parts)])
    return Terms(
        np.concatenate([np.empty(0, np.uint32), *(each.hashes for each in parts)]),
        np.concatenate(
            [np.empty(0, np.int64), *(each.ends + start for each, start in zip(parts, starts, strict=False))]
        ),
    )


def matches(node: Node, terms: Terms) -> Mask | None:
    """Returns which rows match a tree; None where that takes more than knowing which words are there.

    Args:
        node: Normal, as ``translate.normal`` returns it.
        terms: Of the rows.
    """
    if isinstance(node, Word):
        found = analysis.terms(node.text, analysis.STEMMED)
        if node.field is not TextField.TEXT or len(found) != 1:
            return None
        return terms.having(_hash(found[0][1]))
    if isinstance(node, Without):
        kept = matches(node.kept, terms) if node.kept else np.ones(len(terms.ends), np.bool_)
        removed = matches(node.removed, terms)
        return None if kept is None or removed is None else kept & ~removed
    if not isinstance(node, AllOf | AnyOf):
        return None
    parts = [matches(each, terms) for each in node.parts]
    masks = [each for each in parts if each is not None]
    if len(masks) < len(parts):
        return None
    needed = max(node.minimum, 1) if isinstance(node, AnyOf) else len(masks)
    matching: Mask = np.sum(masks, axis=0) >= min(needed, len(masks))
    return matching


def _searched(chunk: IndexedChunk) -> tuple[str, ...]:
    return chunk.text, chunk.title, chunk.section


def _hash(term: str) -> int:
    return zlib.crc32(term.encode("utf-8", "surrogatepass"))
