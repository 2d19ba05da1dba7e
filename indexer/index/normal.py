"""What counts of a tree of words, and what its leaves stand for: the same for every backend.

Words of which the analysis leaves nothing (stop words, punctuation) are passed over; a query of nothing
else looks for them unstemmed. A query has at most MAX_LEAVES words and MAX_DEPTH levels: what exceeds
them is passed over, the first words count.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import lru_cache

from indexer.index import analysis
from indexer.index.query import AllOf, AnyOf, Node, Phrase, Wildcard, Without, Word

MAX_LEAVES = 256
MAX_DEPTH = 32
MAX_SLOP = 1_000
# Pairs of words that proximity compares.
MAX_PAIRS = 45
# One search asks several times for the same tree.
REMEMBERED = 256
LITERALS_IN_FRONT = 2

_PIECES = re.compile(r"[\w*?.,']+")


def normal(node: Node) -> Node | None:
    """Returns the part of a tree that counts; None where nothing is left.

    It lies within the bounds of words and levels. Words of which the analysis leaves nothing are gone,
    unless there are no others.
    """
    pruned = _prune(node, iter(range(MAX_LEAVES)), MAX_DEPTH)
    return _normal(pruned) if pruned is not None else None


@lru_cache(REMEMBERED)
def _normal(pruned: Node) -> Node | None:
    return _telling(pruned) if says_something(pruned) else pruned


def _prune(node: Node | None, budget: Iterator[int], depth: int) -> Node | None:
    if node is None or depth == 0:
        return None
    if isinstance(node, Without):
        kept = _prune(node.kept, budget, depth - 1)
        removed = _prune(node.removed, budget, depth - 1)
        if removed is None or (kept is None and node.kept is not None):
            return kept
        return Without(kept, removed)
    if isinstance(node, AnyOf | AllOf):
        parts = tuple(part for each in node.parts if (part := _prune(each, budget, depth - 1)) is not None)
        return replace(node, parts=parts) if parts else None
    return node if next(budget, None) is not None else None


def _telling(node: Node) -> Node | None:
    """Returns a tree without the parts that say nothing."""
    if isinstance(node, Without):
        kept = _telling(node.kept) if node.kept is not None else None
        removed = _telling(node.removed)
        return kept if removed is None else Without(kept, removed)
    if isinstance(node, AnyOf | AllOf):
        parts = tuple(part for each in node.parts if (part := _telling(each)) is not None)
        return replace(node, parts=parts) if parts else None
    return node if says_something(node) else None


def says_something(node: Node) -> bool:
    """Whether any word is left after the stop words."""
    if isinstance(node, Word):
        return bool(analysis.terms(node.text, analysis.STEMMED))
    if isinstance(node, Phrase):
        return bool(analysis.terms(" ".join(node.words), analysis.EXACT))
    if isinstance(node, Wildcard):
        return True
    if isinstance(node, Without):
        return node.kept is None or says_something(node.kept)
    return any(says_something(each) for each in node.parts)


def joined(words: Sequence[list[tuple[int, str]]]) -> list[tuple[int, str]]:
    """Lays analysed words one behind the other."""
    joined: list[tuple[int, str]] = []
    at = 0
    for word in words:
        first = word[0][0]
        joined += [(at + position - first, term) for position, term in word]
        at = joined[-1][0] + 1
    return joined


def wildcard_pieces(pattern: str) -> list[str]:
    """Returns the words of a pattern, with their * and ?; empty where it may match nothing."""
    pieces = [each for each in _PIECES.findall(pattern) if re.search(r"\w", each)]
    if not pieces or not re.match(rf"\w{{{LITERALS_IN_FRONT}}}", pieces[0]):
        return []
    return pieces
