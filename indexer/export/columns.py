"""What an export is made of: kinds of rows with documented columns, and what a reader of rows is given."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TypeAlias

from sqlalchemy import Engine

from indexer.blobs import BlobStore
from indexer.export.pseudonyms import Pseudonyms

Value: TypeAlias = str | int | float | bool | None
Row: TypeAlias = tuple[Value, ...]
# Where a row stands in the order of its kind; comparing and storing it needs nothing else.
Position: TypeAlias = tuple[str | int, ...]
Positioned: TypeAlias = tuple[Position, Row]


class ColumnType(StrEnum):
    """What the values of a column are; any may be null where the description says so."""

    STRING = "string"
    INTEGER = "integer"
    FLOAT = "float"
    BOOLEAN = "boolean"
    TIME = "time"  # UTC ISO 8601 with milliseconds; a timestamp in Parquet


class Personal(StrEnum):
    """Why a column is left out unless it is asked for; the value is the option that asks."""

    QUERIES = "with_queries"
    TEXT = "with_text"


@dataclass(frozen=True, slots=True)
class Column:
    """A documented column.

    Attributes:
        about: What it holds, in one sentence or two; begins with "Derived:" where nobody recorded it.
        personal: The option without which it is left out; None for none.
    """

    name: str
    type: ColumnType
    about: str
    personal: Personal | None = None


@dataclass(frozen=True, slots=True)
class Selection:
    """Which rows, and how much of them.

    Attributes:
        since: UTC ISO 8601 with milliseconds; empty for all.
        collection: Name of one; empty for all.
        with_queries: Whether the columns that hold what people typed are wanted.
        with_text: Whether the columns that hold what documents say are wanted.
    """

    since: str = ""
    collection: str = ""
    with_queries: bool = False
    with_text: bool = False

    def shows(self, column: Column) -> bool:
        """Whether a column is among those wanted."""
        return column.personal is None or bool(getattr(self, column.personal.value))


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The newest numbers when an export began; what came later is not in it."""

    events: int
    queries: int


@dataclass(frozen=True, slots=True)
class Source:
    """What a reader of rows is given.

    Attributes:
        workspace: A folder for what must be gathered before rows can be given; it outlives a process that
            is killed, if the export does.
        blobs: The stored files, which hold what datasets are made of; None where they are not at hand.
    """

    engine: Engine
    pseudonyms: Pseudonyms
    selection: Selection
    snapshot: Snapshot
    workspace: Path
    blobs: BlobStore | None = None


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of rows.

    Attributes:
        about: What a row is, in one sentence.
        columns: In the order of the values of a row.
        rows: Yields the rows behind a position, all of them behind the empty one, in a stable order and each
            with its own; a column that is not wanted may be null there. The first number of a position says
            which recorded event it is, where the kind is ``recorded``.
        recorded: Whether rows only ever come behind those there are, so that a later export can go on.
        since: Which rows ``Selection.since`` leaves.
        judged: Whether rows have the columns that rankings are learned from.
    """

    name: str
    title: str
    about: str
    columns: tuple[Column, ...]
    rows: Callable[[Source, Position], Iterator[Positioned]]
    recorded: bool
    since: str
    judged: bool = False

    def wanted(self, selection: Selection) -> tuple[int, ...]:
        """Returns the places in a row of the columns that are wanted."""
        return tuple(place for place, column in enumerate(self.columns) if selection.shows(column))
