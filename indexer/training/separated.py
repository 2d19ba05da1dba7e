"""CSV: a row for each passage, with its text and its labels."""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass, field

from indexer.training.marked import MarkedText, Source

_NEEDED = ("text", "label")
_DELIMITERS = ",;\t"


@dataclass(slots=True)
class _Passage:
    """What the rows of one text of one document say together."""

    place: str
    document: str
    text: str
    section: str
    rows: dict[frozenset[str], str] = field(default_factory=dict)  # the labels of a row to its place


def read(source: Source) -> Iterator[MarkedText]:
    """Yields a passage for each text of each document.

    Labels stand in one cell, separated by ";", or in several rows of the same text; an empty cell, or "none",
    says that the passage carries none. The labels that occur in the file are those that were looked for: a
    row tells against each of them that it does not name.
    """
    passages: dict[tuple[str, str], _Passage] = {}
    for place, row in _rows(source):
        _add(source, place, row, passages)
    occurring = frozenset(label for each in passages.values() for labels in each.rows for label in labels)
    for each in passages.values():
        if frozenset() in each.rows and len(each.rows) > 1:
            other = next(place for labels, place in each.rows.items() if labels)
            source.problem(each.rows[frozenset()], f"the text has no label here, but has one at {other}")
            continue
        labels = frozenset[str]().union(*each.rows)
        yield MarkedText(
            each.document or f"{source.file} {each.place}",
            each.text,
            source.file,
            each.place,
            labels=labels,
            judged=occurring,
            section=each.section,
            is_passage=True,
        )


def missing_columns(header: list[str]) -> list[str]:
    """Returns which of the columns that a header must have it lacks."""
    return [name for name in _NEEDED if name not in header]


def header_of(content: str) -> tuple[list[str], str]:
    """Returns the header in small letters, and the delimiter under which it has most of the columns."""
    line = next(filter(str.strip, content.splitlines()), "")
    found = [(_cells(line, delimiter), delimiter) for delimiter in _DELIMITERS]
    return min(found, key=lambda each: len(missing_columns(each[0])))


def _cells(line: str, delimiter: str) -> list[str]:
    try:
        return [cell.strip().casefold() for cell in next(csv.reader([line], delimiter=delimiter), [])]
    except csv.Error:  # a cell longer than any header
        return []


def _rows(source: Source) -> Iterator[tuple[str, dict[str, str]]]:
    header, delimiter = header_of(source.content)
    missing = missing_columns(header)
    if missing:
        source.problem("line 1", f"the columns {', '.join(missing)} are missing; it has {', '.join(header)}")
        return
    reader = csv.reader(io.StringIO(source.content, newline=""), delimiter=delimiter, strict=True)
    seen_header = False
    while True:
        place = f"line {reader.line_num + 1}"
        try:
            cells = next(reader, None)
        except csv.Error as error:
            source.problem(place, f"no CSV: {error}")
            continue
        if cells is None:
            return
        if not any(cells) or not seen_header:
            seen_header |= any(cells)
            continue
        if len(cells) != len(header):
            source.problem(place, f"the row has {len(cells)} cells, the header {len(header)}")
            continue
        yield place, dict(zip(header, cells, strict=True))


def _add(source: Source, place: str, row: dict[str, str], passages: dict[tuple[str, str], _Passage]) -> None:
    if not source.readable(place, row["text"], "".join(row.values())):
        return
    labels, unknown = source.labels(place, filter(None, map(str.strip, row["label"].split(";"))))
    if unknown and not labels:
        return  # What it carries is unknown: it tells neither for nor against a label.
    document = row.get("document", "").strip()
    new = _Passage(place, document, row["text"], row.get("section", "").strip())
    passage = passages.setdefault((document, row["text"]), new)
    first = passage.rows.setdefault(labels, place)
    if first is not place:
        source.note(place, f"the same as {first}")
