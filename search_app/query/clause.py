"""A run of the query between operators, and the tree it stands for."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import product

from indexer.index.query import AllOf, AnyOf, Node, Phrase, TextField, Without, Word

_MOST_COMBINATIONS = 64


@dataclass(frozen=True, slots=True)
class Clause:
    """What one part of the query asks.

    Attributes:
        required: Each must match.
        loose: Plain words; most of them must match.
        excluded: None may match.
        words: As typed, what the meaning search reads; excluded words and fields are not among them.
        common: Words too common for the index to keep.
        starred: A word was marked with +, so the other plain words only improve the order.
    """

    required: tuple[Node, ...] = ()
    loose: tuple[Node, ...] = ()
    excluded: tuple[Node, ...] = ()
    words: tuple[str, ...] = ()
    common: tuple[str, ...] = ()
    starred: bool = False

    @property
    def asks(self) -> bool:
        """Whether anything is left to look for."""
        return bool(self.required or self.loose or self.excluded)


def minimum(count: int) -> int:
    """Returns how many of some plain words a passage must hold: all of two, at least half of more."""
    return count if count <= 2 else (count + 1) // 2


def tree(clause: Clause) -> Node | None:
    """Returns the tree of a clause; None where it asks nothing."""
    must = clause.required
    if clause.loose and clause.starred and must:
        core = all_of(must)
        improved = all_of((core, any_of(clause.loose)))
        must = (any_of((core, improved)),)
    elif clause.loose:
        must = (*must, any_of(clause.loose, minimum(len(clause.loose))))
    return without(must, clause.excluded)


def condition(clause: Clause) -> Node | None:
    """Returns what every hit must fulfil, also one found by meaning; None for plain words."""
    return without(clause.required, clause.excluded)


def without(must: tuple[Node, ...], excluded: tuple[Node, ...]) -> Node | None:
    """Returns every part of ``must`` and none of ``excluded``; None where both are empty."""
    kept = all_of(must) if must else None
    return Without(kept, any_of(excluded)) if excluded else kept


def all_of(parts: tuple[Node, ...]) -> Node:
    """Returns every part, a single one as it is."""
    return parts[0] if len(parts) == 1 else AllOf(parts)


def any_of(parts: tuple[Node, ...], least: int = 1) -> Node:
    """Returns at least ``least`` of the parts, a single one as it is."""
    return parts[0] if len(parts) == 1 else AnyOf(parts, least)


def joined(clauses: Iterable[Clause]) -> Clause:
    """Puts the items of a run side by side; a plain word that comes twice counts once."""
    result = Clause()
    for item in clauses:
        result = Clause(
            required=result.required + item.required,
            loose=tuple(dict.fromkeys(result.loose + item.loose)),
            excluded=result.excluded + item.excluded,
            words=result.words + item.words,
            common=result.common + item.common,
            starred=result.starred or item.starred,
        )
    return result


def required(clause: Clause, *, starred: bool = False) -> Clause:
    """Makes everything in a clause a condition."""
    found = tree(replace(clause, excluded=()))
    return Clause(
        required=() if found is None else (found,),
        excluded=clause.excluded,
        words=clause.words,
        common=clause.common,
        starred=starred,
    )


def excluded(clause: Clause) -> Clause:
    """Turns a clause around."""
    found = tree(clause)
    return Clause(excluded=() if found is None else (found,))


def either(clauses: list[Clause]) -> Clause:
    """Returns one of several: the OR of the query language."""
    trees = tuple(found for found in map(tree, clauses) if found is not None)
    whole = joined(clauses)
    return Clause(required=(any_of(trees),) if trees else (), words=whole.words, common=whole.common)


def near(left: Node, right: Node, distance: int, *, ordered: bool) -> Node | None:
    """Returns "left within ``distance`` words of right"; None where one has no fixed words."""
    pairs = list(product(_wordings(left), _wordings(right)))
    if not 0 < len(pairs) <= _MOST_COMBINATIONS:
        return None
    field = _field(left)
    return any_of(tuple(_near(a, b, distance, ordered, field) for a, b in pairs))


def _near(
    left: tuple[str, ...], right: tuple[str, ...], distance: int, ordered: bool, field: TextField
) -> Node:
    """A phrase on a side must stand as such, and its own words do not use up the distance."""
    inner = len(left) + len(right) - 2
    together = Phrase((*left, *right), slop=distance + inner, ordered=ordered, field=field)
    phrases = tuple(Phrase(words, field=field) for words in (left, right) if len(words) > 1)
    return all_of((*phrases, together))


def _wordings(node: Node) -> list[tuple[str, ...]]:
    if isinstance(node, Word):
        return [(node.text,)]
    if isinstance(node, Phrase) and node.slop == 0:
        return [node.words]
    if isinstance(node, AnyOf) and node.minimum == 1:
        found = [_wordings(part) for part in node.parts]
        return [wording for wordings in found for wording in wordings] if all(found) else []
    return []


def _field(node: Node) -> TextField:
    if isinstance(node, AnyOf):
        return _field(node.parts[0])
    return node.field if isinstance(node, Word | Phrase) else TextField.TEXT
