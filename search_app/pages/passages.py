"""A passage as marked text: matched words in <mark>, the words behind a label underlined."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from markupsafe import Markup, escape

from models.labels import Severity

EXCERPT = 480
_SENTENCE_ENDS = ".;:!?\n"


@dataclass(frozen=True, slots=True)
class Span:
    """A run of characters to show: matched words (``severity`` None) or what speaks for a label.

    Attributes:
        label: Its title; ``name`` what the records call it.
        sentence: Whether it is the whole sentence, which is marked more softly than its words.
        doubt: Whether a model is not sure of the label.
    """

    start: int
    end: int
    severity: Severity | None = None
    label: str = ""
    name: str = ""
    sentence: bool = False
    doubt: bool = False

    @property
    def kind(self) -> str:
        """How it looks, as classes of the page."""
        if self.sentence:
            return "sentence"
        return "trigger doubt" if self.doubt else f"trigger s{int(self.severity or 0)}"


@dataclass(frozen=True, slots=True)
class Run:
    """Characters shown alike.

    Attributes:
        matched: Whether they are words that were searched for.
        words: The labels whose words they are among, the gravest of those that are sure first.
        sentences: The labels in whose sentences they lie.
    """

    start: int
    end: int
    matched: bool
    words: tuple[Span, ...]
    sentences: tuple[Span, ...]


def runs(start: int, end: int, spans: Iterable[Span]) -> list[Run]:
    """Cuts ``start`` to ``end`` into runs with the same marks; spans may overlap or stick out."""
    inside = [span for span in spans if span.start < end and span.end > start and span.start < span.end]
    edges = sorted({start, end} | {min(max(edge, start), end) for s in inside for edge in (s.start, s.end)})
    result: list[Run] = []
    open_spans: list[Span] = []
    waiting = sorted(inside, key=lambda span: span.start, reverse=True)
    for left, right in pairwise(edges):
        while waiting and waiting[-1].start <= left:
            open_spans.append(waiting.pop())
        open_spans = [span for span in open_spans if span.end > left]
        result.append(_run(left, right, open_spans))
    return result


def marked(text: str, start: int, end: int, spans: Iterable[Span]) -> Markup:
    """Returns ``text[start:end]`` escaped, with its marks as HTML; offsets refer to ``text``."""
    return Markup("").join(_html(text, run) for run in runs(start, end, spans))


def excerpt(text: str, spans: Sequence[Span], length: int = EXCERPT) -> tuple[int, int]:
    """Returns the bounds of the part worth showing first: at most about ``length`` characters.

    The window with the most marked places wins, the earliest among equals; it begins at a sentence
    or at least at a word.
    """
    if len(text) <= length * 1.25:
        return 0, len(text)
    starts = sorted({max(0, span.start - length // 5) for span in spans} | {0})
    best = max(starts, key=lambda at: (_weight(spans, at, at + length), -at))
    start = _begin(text, best, length // 5)
    end = min(len(text), start + length)
    while end < len(text) and end > start and not text[end].isspace():
        end -= 1
    return start, end


def _run(left: int, right: int, spans: Sequence[Span]) -> Run:
    words = [span for span in spans if span.severity is not None and not span.sentence]
    return Run(
        left,
        right,
        matched=any(span.severity is None for span in spans),
        # What is sure outranks what is not, however grave that would be.
        words=_by_label(sorted(words, key=lambda span: (span.doubt, -(span.severity or 0)))),
        sentences=_by_label(span for span in spans if span.sentence),
    )


def _by_label(spans: Iterable[Span]) -> tuple[Span, ...]:
    """Returns the first span of each label."""
    found: dict[tuple[str, str], Span] = {}
    for span in spans:
        found.setdefault((span.name, span.label), span)
    return tuple(found.values())


def _html(text: str, run: Run) -> Markup:
    shown: Markup = escape(text[run.start : run.end])
    if run.words:
        titles = ", ".join(span.label for span in run.words)
        shown = _speaking(run.words, Markup(' title="{}"').format(titles), shown)
    if run.sentences:
        shown = _speaking(run.sentences, Markup(""), shown)
    return Markup("<mark>{}</mark>").format(shown) if run.matched else shown


def _speaking(spans: Sequence[Span], more: Markup, shown: Markup) -> Markup:
    """Marks words that speak for labels; names and looks of all let a script leave out what is dismissed."""
    said = json.dumps([[span.name, span.kind, span.label] for span in spans], separators=(",", ":"))
    return Markup('<span class="{}"{} data-speaks="{}">{}</span>').format(spans[0].kind, more, said, shown)


def _weight(spans: Sequence[Span], start: int, end: int) -> int:
    return sum(_weight_of(span) for span in spans if start <= span.start and span.end <= end)


def _weight_of(span: Span) -> int:
    if span.sentence:
        return 1
    return 2 if span.severity is None else 3


def _begin(text: str, at: int, reach: int) -> int:
    """Moves a beginning back to a sentence's or a word's first letter, at most ``reach`` away."""
    for place in range(at, max(0, at - reach), -1):
        if text[place - 1] in _SENTENCE_ENDS and text[place : place + 1].isspace():
            return place + 1
    while at > 0 and not text[at - 1].isspace():
        at -= 1
    return at
