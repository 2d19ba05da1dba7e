"""A lexical query as a tree of values, the same for every backend."""

from dataclasses import dataclass
from enum import StrEnum


class TextField(StrEnum):
    """Where words are looked for."""

    TEXT = "text"
    TITLE = "title"
    SECTION = "section"


@dataclass(frozen=True, slots=True)
class Word:
    """One word, analysed (stemmed) by the index. ``text`` is as the user typed it."""

    text: str
    field: TextField = TextField.TEXT


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words in order with at most ``slop`` moves between them; unstemmed when slop is 0.

    ``ordered=False`` is proximity (a w/10 b): each two of the words in either order, at most
    ``slop`` positions apart (1: side by side).
    """

    words: tuple[str, ...]
    slop: int = 0
    ordered: bool = True
    field: TextField = TextField.TEXT


@dataclass(frozen=True, slots=True)
class Wildcard:
    """A word with * (any characters) or ? (one); at least two literal characters in front."""

    pattern: str
    field: TextField = TextField.TEXT


@dataclass(frozen=True, slots=True)
class AnyOf:
    """At least ``minimum`` of the parts; each that matches adds to the score."""

    parts: tuple["Node", ...]
    minimum: int = 1


@dataclass(frozen=True, slots=True)
class AllOf:
    """Every part."""

    parts: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Without:
    """``kept`` but none that match ``removed``; ``kept`` None stands for everything."""

    kept: "Node | None"
    removed: "Node"


Node = Word | Phrase | Wildcard | AnyOf | AllOf | Without
