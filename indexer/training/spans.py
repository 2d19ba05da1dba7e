"""Spans: one JSON object a line with file, category, start, end, text, and a folder of the texts."""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from indexer.training.marked import Mark, MarkedText, Source, is_unicode, wrong_offsets

_KEYS = ("file", "category", "start", "end")


@dataclass(frozen=True, slots=True)
class Span:
    """A line as it stands: offsets and text are whatever the file holds there."""

    place: str
    file: str
    category: str
    start: object
    end: object
    text: object


def read(source: Source) -> Iterator[MarkedText]:
    """Yields every text of the folder, in the order of their names, with its marks.

    Annotation of this kind is complete: a text without a mark was looked through too.
    """
    spans: dict[str, list[Span]] = defaultdict(list)
    for span in read_spans(source):
        spans[span.file].append(span)
    if source.texts is None:
        source.problem("", "spans name texts; say with --contracts in which folder these lie")
        return
    there = set(_texts(source.texts))
    silent = len(there - spans.keys())
    if silent:
        source.note("", f"no line speaks of {silent} texts of the folder; they count as carrying no label")
    for name in sorted(there | spans.keys()):
        text = _read_text(source, source.texts, name, spans[name])
        if text is not None:
            yield _marked(source, name, text, spans[name])


def read_spans(source: Source) -> Iterator[Span]:
    """Yields the lines that name a file and a category, each once."""
    seen: dict[str, str] = {}
    for number, line in enumerate(source.content.split("\n"), 1):
        place = f"line {number}"
        span = _span(source, place, line) if line.strip() else None
        if span is None:
            continue
        first = seen.setdefault(repr((span.file, span.category, span.start, span.end)), place)
        if first is place:
            yield span
        else:
            source.note(place, f"the same as {first}")


def _span(source: Source, place: str, line: str) -> Span | None:
    try:
        row = json.loads(line)
    except (ValueError, RecursionError) as error:
        source.problem(place, f"no JSON: {error}")
        return None
    if not isinstance(row, dict) or any(key not in row for key in _KEYS):
        source.problem(place, f"expected an object with {', '.join(_KEYS)}")
        return None
    if not isinstance(row["file"], str) or not isinstance(row["category"], str):
        source.problem(place, "file and category must be texts")
        return None
    if not is_unicode(f"{row['file']}{row['category']}{row.get('text')}"):
        source.problem(place, "the line is not UTF-8; save the file in that encoding")
        return None
    return Span(place, row["file"], row["category"], row["start"], row["end"], row.get("text"))


def _texts(folder: Path) -> Iterable[str]:
    return (path.name for path in folder.iterdir() if path.suffix.lower() == ".txt" and path.is_file())


def _read_text(source: Source, folder: Path, name: str, spans: list[Span]) -> str | None:
    place = spans[0].place if spans else name
    if Path(name).name != name or "\0" in name:
        source.problem(place, f"{name!r} is no plain name of a file of the folder {folder}")
        return None
    try:
        content = (folder / name).read_bytes()
    except OSError as error:
        if source.some and isinstance(error, FileNotFoundError):
            source.note(place, "the folder lacks the text; those that it has are used")
        else:
            what = f"the text {name!r} of {max(1, len(spans))} spans cannot be read: {error.strerror}"
            source.problem(place, what)
        return None
    text = content.decode("utf-8", errors="replace")
    if not text.strip():
        source.problem(place, f"the text {name!r} is empty")
        return None
    if text.count("\ufffd") > content.count("\ufffd".encode()):
        source.note(name, "the text has bytes that are not UTF-8; each counts as one character")
    return text


def _marked(source: Source, name: str, text: str, spans: Iterable[Span]) -> MarkedText:
    marks, doubtful = [], set()
    for span in spans:
        label = source.risk(span.place, span.category)
        if label is None:
            continue
        wrong = wrong_offsets(text, span.start, span.end, span.text)
        if wrong:
            source.problem(span.place, f"{span.category}: {wrong}")
            doubtful.add(label)
        else:
            assert isinstance(span.start, int)
            assert isinstance(span.end, int)
            marks.append(Mark(span.start, span.end, label))
    return MarkedText(name, text, source.file, name, tuple(sorted(marks)), judged=source.judged(doubtful))
