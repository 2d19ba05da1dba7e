"""Rows as lines of text: JSON, and CSV."""

import csv
import io
from collections.abc import Sequence

import orjson

from indexer.export.columns import Column, Row, Value

# What a spreadsheet would take for the beginning of a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


class JsonLines:
    """One JSON object a line, with the keys in the order of the columns."""

    def __init__(self, columns: Sequence[Column]) -> None:
        self._names = [column.name for column in columns]

    def head(self) -> bytes:
        """Returns nothing: every line says what it holds."""
        return b""

    def encode(self, rows: Sequence[Row]) -> bytes:
        """Returns the lines of some rows."""
        option = orjson.OPT_APPEND_NEWLINE
        return b"".join(orjson.dumps(dict(zip(self._names, row, strict=True)), option=option) for row in rows)


class Csv:
    """A line of names, then one line a row; null is an empty cell."""

    def __init__(self, columns: Sequence[Column]) -> None:
        self._names = [column.name for column in columns]

    def head(self) -> bytes:
        """Returns the line of names."""
        return self._lines([self._names])

    def encode(self, rows: Sequence[Row]) -> bytes:
        """Returns the lines of some rows."""
        return self._lines([[_cell(value) for value in row] for row in rows])

    def _lines(self, rows: Sequence[Sequence[Value]]) -> bytes:
        buffer = io.StringIO(newline="")
        csv.writer(buffer, lineterminator="\n").writerows(rows)
        return buffer.getvalue().encode()


def _cell(value: Value) -> Value:
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value
