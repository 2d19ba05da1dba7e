"""What every format gives: texts, and what people marked in them."""

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from indexer.training.findings import Findings
from indexer.training.names import LabelNames, carries_no_risk, says_none


@dataclass(frozen=True, slots=True, order=True)
class Mark:
    """Characters of a text that carry a label; offsets are those of the text."""

    start: int
    end: int
    label: str


@dataclass(frozen=True, slots=True)
class MarkedText:
    """A text and what people marked in it.

    Attributes:
        document: Name of the document that it is, or is part of; a split never divides that.
        text: As the marks' offsets mean it.
        file: The file that says so.
        place: Where in that.
        marks: In order.
        labels: Those that the text carries as a whole.
        judged: Labels that people looked for; None for all of them.
        section: Headings above it.
        is_passage: It stands for one passage as it is; others are cut into passages.
    """

    document: str
    text: str
    file: str
    place: str
    marks: tuple[Mark, ...] = ()
    labels: frozenset[str] = frozenset()
    judged: frozenset[str] | None = None
    section: str = ""
    is_passage: bool = False

    @property
    def carried(self) -> frozenset[str]:
        """All labels, of the whole and of its marks."""
        return self.labels | {mark.label for mark in self.marks}


@dataclass(frozen=True, slots=True)
class Source:
    """A file to read.

    Attributes:
        file: As it was named.
        content: Its text; a byte that is not UTF-8 stands as a lone surrogate.
        names: The labels.
        findings: Where to say what is wrong.
        texts: Folder of the texts, for a format that names them only.
        some: Whether that folder may hold some of the texts only.
    """

    file: str
    content: str
    names: LabelNames
    findings: Findings
    texts: Path | None = None
    some: bool = False

    def problem(self, place: str, what: str) -> None:
        """Says what is wrong at a place of this file."""
        self.findings.problem(self.file, place, what)

    def note(self, place: str, what: str) -> None:
        """Says what is worth knowing."""
        self.findings.note(self.file, place, what)

    def readable(self, place: str, text: str, beside: str = "") -> bool:
        """Says whether a text holds anything, it and what stands beside it in UTF-8; reports it if not."""
        if not text.strip():
            self.problem(place, "the text is empty")
        elif not is_unicode(text + beside):
            self.problem(place, "the text is not UTF-8; save the file in that encoding")
        else:
            return True
        return False

    def label(self, place: str, category: str) -> str | None:
        """Returns the label that a category means; None, and a problem, where there is none."""
        found = self.names.find(category)
        if found is None:
            self.problem(place, self.names.unknown(category))
        return found

    def risk(self, place: str, category: str) -> str | None:
        """As ``label``, but of a category that carries no risk it returns None and says nothing."""
        if self.names.find(category) is None and carries_no_risk(category):
            return None
        return self.label(place, category)

    def labels(self, place: str, categories: Iterable[str]) -> tuple[frozenset[str], bool]:
        """Returns the labels that some categories mean, and whether one is unknown, which is a problem."""
        named = [name for name in categories if self.names.find(name) or not says_none(name)]
        found = [self.label(place, name) for name in named]
        return frozenset(label for label in found if label is not None), None in found

    def judged(self, doubtful: Collection[str]) -> frozenset[str] | None:
        """Returns the labels looked for in a text that was looked through for all.

        A label whose mark cannot be used may be anywhere in the text: no passage of it tells against it.
        """
        return frozenset(self.names.labels).difference(doubtful) if doubtful else None


Reader = Callable[[Source], Iterator[MarkedText]]


def is_unicode(text: str) -> bool:
    """Says whether a text has no lone surrogate, as which bytes in another encoding are read."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def wrong_offsets(text: str, start: object, end: object, words: object = None) -> str | None:
    """Returns what is wrong with a mark; None for a good one.

    Args:
        text: The text that it refers to.
        start: Offset of its first character.
        end: Offset after its last.
        words: What stands there, as far as the file says; white space does not matter, which many
            tools change.
    """
    if not _whole(start) or not _whole(end):
        return f"start {start!r} and end {end!r} are not two whole numbers"
    assert isinstance(start, int)
    assert isinstance(end, int)
    if start >= end:
        return f"start {start} is not before end {end}"
    if start < 0 or end > len(text):
        return f"characters {start} to {end} lie outside the text, which has {len(text)}"
    if isinstance(words, str) and "".join(words.split()) != "".join(text[start:end].split()):
        return f"characters {start} to {end} are {_short(text[start:end])!r}, not {_short(words)!r}"
    return None


def _whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _short(words: str) -> str:
    return words if len(words) <= 40 else words[:39] + "…"
