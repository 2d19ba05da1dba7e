"""For each word the rows that hold it, beside the vectors of these rows."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from indexer.index import analysis
from indexer.index.protocol import IndexedChunk

REMEMBERED = 100_000


@dataclass(frozen=True, slots=True)
class Postings:
    """The words of rows: what the analysis leaves of text, title and section.

    Attributes:
        words: uint64, shape (words,): the hash of each word, ascending.
        ends: int64, shape (words,): where the rows of each word end.
        rows: int32, shape (n,): the rows of all words, one word after the other, each row once for a word.
        prints: uint64, shape (rows,): the sum of the hashes of a row's words; equal where these are.
    """

    words: NDArray[np.uint64]
    ends: NDArray[np.int64]
    rows: NDArray[np.int32]
    prints: NDArray[np.uint64]

    def take(self, rows: NDArray[np.int64]) -> "Postings":
        """Returns some rows, numbered in the given order; ``rows`` of shape (k,), each once."""
        numbers = np.full(len(self.prints), -1, np.int32)
        numbers[rows] = np.arange(len(rows), dtype=np.int32)
        renumbered = numbers[self.rows]
        kept = renumbered >= 0
        return _grouped(self.words, self._owners()[kept], renumbered[kept], self.prints[rows])

    def having(self, word: int) -> NDArray[np.int32]:
        """Returns the rows that hold the word with this hash."""
        at = int(np.searchsorted(self.words, np.uint64(word)))
        if at == len(self.words) or self.words[at] != word:
            return self.rows[:0]
        return self.rows[self.ends[at - 1] if at else 0 : self.ends[at]]

    def _owners(self) -> NDArray[np.int32]:
        """The word, by its place in ``words``, that each of ``rows`` belongs to."""
        return np.repeat(np.arange(len(self.words), dtype=np.int32), np.diff(self.ends, prepend=0))


def postings_of(chunks: Sequence[IndexedChunk]) -> Postings:
    """Returns the words of some chunks, the chunks as rows."""
    hashes = [
        np.array(
            [term_hash(word) for word in frozenset().union(*map(analysis.stems, _searched(each)))], np.uint64
        )
        for each in chunks
    ]
    every = np.concatenate([np.empty(0, np.uint64), *hashes])
    rows = np.repeat(np.arange(len(chunks), dtype=np.int32), [len(each) for each in hashes])
    words, owners = np.unique(every, return_inverse=True)
    prints = np.array([each.sum(dtype=np.uint64) for each in hashes], np.uint64)
    return _grouped(words, owners.astype(np.int32), rows, prints)


def joined(parts: Sequence[Postings]) -> Postings:
    """Returns the rows of all parts, one part after the other."""
    words = np.unique(np.concatenate([np.empty(0, np.uint64), *(each.words for each in parts)]))
    owners, rows, before = [np.empty(0, np.int32)], [np.empty(0, np.int32)], 0
    for each in parts:
        owners.append(np.searchsorted(words, each.words).astype(np.int32)[each._owners()])
        rows.append(each.rows + np.int32(before))
        before += len(each.prints)
    prints = np.concatenate([np.empty(0, np.uint64), *(each.prints for each in parts)])
    return _grouped(words, np.concatenate(owners), np.concatenate(rows), prints)


def _grouped(
    words: NDArray[np.uint64], owners: NDArray[np.int32], rows: NDArray[np.int32], prints: NDArray[np.uint64]
) -> Postings:
    """Sorts rows by the words that they belong to; words without rows are left out."""
    order = np.argsort(owners, kind="stable")
    counts = np.bincount(owners, minlength=len(words))
    present = counts > 0
    return Postings(words[present], np.cumsum(counts[present]), rows[order], prints)


def _searched(chunk: IndexedChunk) -> tuple[str, ...]:
    return chunk.text, chunk.title, chunk.section


@lru_cache(REMEMBERED)
def term_hash(term: str) -> int:
    """Returns what stands for a term: 64 bits of BLAKE2b."""
    content = term.encode("utf-8", "surrogatepass")
    return int.from_bytes(hashlib.blake2b(content, digest_size=8).digest(), "big")
