"""Which rows match plain words, told without the engine: for each word the rows that hold it.

tantivy takes 45 ns for each place of a word where "at least three of five words" is asked, ten times what
it takes for "any of them", and as long again to say which of some chunks are among the matches. Here
both cost 2 ns (docs/decisions/0005-embedded-index.md).
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from indexer.index import analysis
from indexer.index.protocol import IndexedChunk
from indexer.index.query import AllOf, AnyOf, Node, TextField, Without, Word

Mask = NDArray[np.bool_]
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
            [_hash(word) for word in frozenset().union(*map(analysis.stems, _searched(each)))], np.uint64
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


def matches(node: Node, postings: Postings) -> Mask | None:
    """Returns which rows match a tree; None where that takes more than knowing which words are there.

    Args:
        node: As ``translate.normal`` returns it.
        postings: The words of the rows.
    """
    count = len(postings.prints)
    if isinstance(node, Word):
        rows = _rows_of(node, postings)
        return None if rows is None else np.bincount(rows, minlength=count) > 0
    if isinstance(node, Without):
        kept = np.ones(count, np.bool_) if node.kept is None else matches(node.kept, postings)
        removed = matches(node.removed, postings)
        return None if kept is None or removed is None else kept & ~removed
    if not isinstance(node, AllOf | AnyOf):
        return None
    votes = _votes(node.parts, postings)
    needed = max(node.minimum, 1) if isinstance(node, AnyOf) else len(node.parts)
    return None if votes is None else votes >= min(needed, len(node.parts))


def _votes(parts: Sequence[Node], postings: Postings) -> NDArray[np.int64] | None:
    """Returns how many of the parts each row matches."""
    places: list[NDArray[np.int32]] = []
    others: list[Mask] = []
    for part in parts:
        rows = _rows_of(part, postings) if isinstance(part, Word) else None
        mask = matches(part, postings) if not isinstance(part, Word) else None
        if rows is not None:
            places.append(rows)
        elif mask is not None:
            others.append(mask)
        else:
            return None
    every = np.concatenate([np.empty(0, np.int32), *places]).astype(np.intp)
    votes = np.bincount(every, minlength=len(postings.prints))
    for mask in others:
        votes += mask
    return votes


def _rows_of(word: Word, postings: Postings) -> NDArray[np.int32] | None:
    found = analysis.terms(word.text, analysis.STEMMED)
    if word.field is not TextField.TEXT or len(found) != 1:
        return None
    return postings.having(_hash(found[0][1]))


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
def _hash(term: str) -> int:
    content = term.encode("utf-8", "surrogatepass")
    return int.from_bytes(hashlib.blake2b(content, digest_size=8).digest(), "big")
