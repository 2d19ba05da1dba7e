"""The formats of training data behind one table, told apart by content."""

import json
from collections.abc import Mapping

from indexer.extract.decode import wide_encoding
from indexer.training import label_studio, separated, spans, squad
from indexer.training.marked import Reader
from indexer.training.shape import items, within

FORMATS: Mapping[str, Reader] = {
    "spans": spans.read,
    "squad": squad.read,
    "label studio": label_studio.read,
    "csv": separated.read,
}
_EXPECTED = "expected spans (JSON lines), SQuAD or Label Studio JSON, or CSV with the columns text and label"
_LINES_LOOKED_AT = 50


class UnknownFormatError(ValueError):
    """A file is of none of the formats; says what is wrong with it, and ``place`` says where."""

    def __init__(self, what: str, place: str = "") -> None:
        super().__init__(what)
        self.place = place


def text_of_bytes(content: bytes) -> str:
    """Returns a file's text; each byte that is not UTF-8 becomes a lone surrogate, to be found again."""
    return content.decode(wide_encoding(content) or "utf-8", "surrogateescape").removeprefix("\ufeff")


def detect(content: str) -> str:
    """Returns the name of a file's format in ``FORMATS``.

    Raises:
        UnknownFormatError: It has none of them.
    """
    if not content.strip():
        raise UnknownFormatError("the file is empty")
    if content.lstrip()[0] in "[{":
        return _detect_json(content)
    if "\0" in content[:4096]:
        raise UnknownFormatError(f"the file is no text; {_EXPECTED}")
    header, _ = separated.header_of(content)
    missing = separated.missing_columns(header)
    if missing and _has_span_lines(content):
        return "spans"
    if missing:
        raise UnknownFormatError(f"the columns {' and '.join(missing)} are missing; {_EXPECTED}", "line 1")
    return "csv"


def _detect_json(content: str) -> str:
    try:
        loaded = json.loads(content)
    except json.JSONDecodeError as error:
        if _has_span_lines(content):
            return "spans"
        place = f"line {error.lineno}, column {error.colno}"
        raise UnknownFormatError(f"no JSON: {error.msg}", place) from error
    except (RecursionError, ValueError) as error:  # ValueError: a number of thousands of digits
        raise UnknownFormatError(f"no JSON that can be read: {error}") from error
    if _is_span(loaded):
        return "spans"
    if any(isinstance(within(entry, "paragraphs"), list) for _, entry in items(within(loaded, "data"))):
        return "squad"
    if any(isinstance(within(task, "data"), dict) for _, task in items(loaded)):
        return "label studio"
    raise UnknownFormatError(f"JSON of another kind; {_EXPECTED}")


def _has_span_lines(content: str) -> bool:
    for line in content.split("\n", _LINES_LOOKED_AT)[:_LINES_LOOKED_AT]:
        try:
            if _is_span(json.loads(line)):
                return True
        except (ValueError, RecursionError):
            continue
    return False


def _is_span(value: object) -> bool:
    return within(value, "file") is not None and within(value, "category") is not None
