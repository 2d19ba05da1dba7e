"""The formats of an export: which kinds they fit, and what files they are made of."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import BinaryIO, Protocol

from indexer.export import judgements
from indexer.export.columns import Column, Kind, Personal, Position, Positioned, Row, Selection, Source
from indexer.export.parquet import ArrowBatches
from indexer.export.rankings import BeirCorpus, BeirQrels, BeirQueries, SvmLight, TrecQrels
from indexer.export.tables import Csv, JsonLines


class Encoder(Protocol):
    """Turns rows into bytes, batch by batch."""

    def head(self) -> bytes:
        """Returns what comes before the first row."""
        ...

    def encode(self, rows: Sequence[Row]) -> bytes:
        """Returns some rows, at least one."""
        ...


class Staged(Protocol):
    """An encoder whose batches are not yet the file."""

    def split(self, file: BinaryIO) -> Iterator[bytes]:
        """Yields the batches that were written to a file, as they were encoded."""
        ...

    def join(self, batches: Iterator[bytes]) -> Iterator[bytes]:
        """Yields the file that the batches make, piece by piece."""
        ...


@dataclass(frozen=True, slots=True)
class Part:
    """A file of an export.

    Attributes:
        path: Within the folder; empty where the export is one file.
        staged: What makes the file of encoded batches; None where these are the file.
    """

    path: str
    rows: Callable[[Source, Position], Iterator[Positioned]]
    encoder: Encoder
    staged: Staged | None = None


@dataclass(frozen=True, slots=True)
class Format:
    """A format.

    Attributes:
        about: What it is, for people.
        judged: Whether it fits judgements alone.
        needs: Options without which it cannot be made.
        parts: Returns the files for a kind and a selection.
    """

    name: str
    about: str
    suffix: str
    media_type: str
    parts: Callable[[Kind, Selection], tuple[Part, ...]]
    judged: bool = False
    needs: tuple[Personal, ...] = ()

    @property
    def text(self) -> bool:
        """Whether it may be printed."""
        return self.media_type.startswith("text/") or self.name == "ndjson"

    @property
    def folder(self) -> bool:
        """Whether it is a folder of several files."""
        return not self.suffix

    def fits(self, kind: Kind) -> bool:
        """Whether a kind can be exported so."""
        return kind.judged or not self.judged


def _one_file(
    encoder: Callable[[Sequence[Column]], Encoder],
) -> Callable[[Kind, Selection], tuple[Part, ...]]:
    def parts(kind: Kind, selection: Selection) -> tuple[Part, ...]:
        return (Part("", _chosen(kind, selection), encoder(_columns(kind, selection))),)

    return parts


def _parquet(kind: Kind, selection: Selection) -> tuple[Part, ...]:
    encoder = ArrowBatches(_columns(kind, selection))
    return (Part("", _chosen(kind, selection), encoder, encoder),)


def _beir(_kind: Kind, _selection: Selection) -> tuple[Part, ...]:
    return (
        Part("corpus.jsonl", judgements.judged_passages, BeirCorpus()),
        Part("queries.jsonl", judgements.judged_queries, BeirQueries()),
        Part("qrels/test.tsv", judgements.judged_rows, BeirQrels()),
    )


def _columns(kind: Kind, selection: Selection) -> tuple[Column, ...]:
    return tuple(kind.columns[place] for place in kind.wanted(selection))


def _chosen(kind: Kind, selection: Selection) -> Callable[[Source, Position], Iterator[Positioned]]:
    """Returns the kind's reader without the columns that nobody asked for, whatever it puts there."""
    places = kind.wanted(selection)

    def rows(source: Source, after: Position) -> Iterator[Positioned]:
        for position, row in kind.rows(source, after):
            yield position, tuple([row[place] for place in places])

    return rows


NDJSON = Format("ndjson", "one JSON object a line", ".ndjson", "application/x-ndjson", _one_file(JsonLines))
CSV = Format("csv", "a table for spreadsheets and R", ".csv", "text/csv", _one_file(Csv))
PARQUET = Format(
    "parquet", "a compressed table with types", ".parquet", "application/vnd.apache.parquet", _parquet
)
TREC = Format("trec", "TREC qrels", ".qrels", "text/plain", _one_file(TrecQrels), judged=True)
SVMLIGHT = Format(
    "svmlight", "features for learning to rank", ".svmlight", "text/plain", _one_file(SvmLight), judged=True
)
BEIR = Format(
    "beir",
    "a folder of passages, queries and grades",
    suffix="",
    media_type="",
    parts=_beir,
    judged=True,
    needs=(Personal.TEXT, Personal.QUERIES),
)
FORMATS: Mapping[str, Format] = MappingProxyType(
    {each.name: each for each in (NDJSON, CSV, PARQUET, TREC, SVMLIGHT, BEIR)}
)


def formats_of(kind: Kind) -> tuple[Format, ...]:
    """Returns the formats that fit a kind."""
    return tuple(each for each in FORMATS.values() if each.fits(kind))
