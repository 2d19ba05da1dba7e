"""Which rows match a query, told without the engine.

tantivy takes 45 ns for each place of a word where "at least three of five words" is asked, ten times what
it takes for "any of them", and as long again to say which of some chunks are among the matches. Here
both cost less than 2 ns (docs/decisions/0005-embedded-index.md).
"""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from indexer.index import analysis
from indexer.index.embedded.recent import Recent
from indexer.index.embedded.terms import Postings, term_hash
from indexer.index.query import AllOf, AnyOf, Node, Phrase, TextField, Wildcard, Without, Word

Mask = NDArray[np.bool_]
Leaf = Word | Phrase | Wildcard
# A word in more than one of so many rows is remembered as bits: adding those up is ten times as fast.
FREQUENT = 32
REMEMBERED_BITS = 256


class SegmentWords:
    """The words of an opened segment; remembers where the frequent ones are, as bits.

    Attributes:
        postings: The words.
        rows: How many rows there are.
    """

    def __init__(self, postings: Postings) -> None:
        self.postings = postings
        self.rows = len(postings.prints)
        self._bits = Recent(REMEMBERED_BITS)

    def having(self, word: int) -> NDArray[np.int32]:
        """Returns the rows that hold the word with this hash."""
        return self.postings.having(word)

    def frequent(self, word: int) -> bool:
        """Whether bits take less time than adding up rows."""
        return len(self.having(word)) * FREQUENT > self.rows

    def mask(self, word: int) -> Mask:
        """Returns which rows hold the word with this hash."""
        if not self.frequent(word):
            return self._marked(word)
        bits = self._bits.get(word, lambda: np.packbits(self._marked(word)))
        return np.unpackbits(bits, count=self.rows).view(np.bool_)

    def all_rows(self) -> Mask:
        """Returns a mask of every row."""
        return np.ones(self.rows, np.bool_)

    def _marked(self, word: int) -> Mask:
        mask = np.zeros(self.rows, np.bool_)
        mask[self.having(word)] = True
        return mask


def told_elsewhere(node: Node) -> set[Leaf]:
    """Returns the leaves of a tree that words alone cannot decide: phrases, wildcards, single fields."""
    if isinstance(node, Without):
        return told_elsewhere(node.removed) | (told_elsewhere(node.kept) if node.kept else set())
    if isinstance(node, AllOf | AnyOf):
        return set().union(*map(told_elsewhere, node.parts))
    return {node} if _term(node) is None else set()


def matches(node: Node, words: SegmentWords, told: Mapping[Leaf, Mask]) -> Mask:
    """Returns which rows match a tree.

    Args:
        node: As ``translate.normal`` returns it.
        words: The words of the rows.
        told: Which rows match each of ``told_elsewhere``.
    """
    if isinstance(node, Without):
        kept = words.all_rows() if node.kept is None else matches(node.kept, words, told)
        return kept & ~matches(node.removed, words, told)
    if isinstance(node, AllOf | AnyOf):
        needed = max(node.minimum, 1) if isinstance(node, AnyOf) else len(node.parts)
        votes = np.zeros(words.rows, np.uint16)
        for part in node.parts:
            term = _term(part)
            if term is None or words.frequent(term):
                votes += matches(part, words, told)
            else:
                votes[words.having(term)] += 1
        return votes >= min(needed, len(node.parts))
    term = _term(node)
    return told[node] if term is None else words.mask(term)


def _term(node: Node) -> int | None:
    """Returns the hash of the one term that a leaf looks for in all fields; None for any other node."""
    if not isinstance(node, Word) or node.field is not TextField.TEXT:
        return None
    found = analysis.terms(node.text, analysis.STEMMED)
    return term_hash(found[0][1]) if len(found) == 1 else None
