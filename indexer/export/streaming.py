"""An export as a stream of bytes, for a pipe or a download; memory stays flat."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass, field, replace
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import Engine

from indexer.blobs import BlobStore
from indexer.errors import ExportError
from indexer.export.columns import Kind, Position, Row, Selection, Snapshot, Source
from indexer.export.formats import Format, Part
from indexer.export.pseudonyms import Pseudonyms
from indexer.export.recorded import snapshot

BATCH = 5_000


@dataclass(frozen=True, slots=True)
class Request:
    """What is to be exported; ``after`` is the position to go on from, empty for the beginning."""

    kind: Kind
    format: Format
    selection: Selection = field(default_factory=Selection)
    after: Position = ()

    def as_values(self) -> dict[str, object]:
        """Returns it as values of JSON, by which two of them can be compared."""
        return {
            "kind": self.kind.name,
            "format": self.format.name,
            "after": list(self.after),
            **asdict(self.selection),
        }


@dataclass(frozen=True, slots=True)
class Piece:
    """Encoded rows, how many, and the position of the last."""

    content: bytes
    rows: int
    position: Position


def begin(request: Request, engine: Engine) -> Snapshot:
    """Returns up to where an export goes that begins now.

    Raises:
        ExportError: It is to go on behind a number that no event has yet.
    """
    until = snapshot(engine)
    if request.kind.recorded and request.after > (until.events,):
        raise ExportError(
            f"after={request.after[0]}: the newest event has the number {until.events}; was a backup "
            "restored, or is this another home?"
        )
    return until


def pieces(part: Part, source: Source, after: Position, batch: int = BATCH) -> Iterator[Piece]:
    """Yields the rows of a file behind a position, encoded; each piece but the last has ``batch`` of them."""
    found = part.rows(source, after)
    while taken := list(islice(found, batch)):
        rows: list[Row] = [row for _, row in taken]
        yield Piece(part.encoder.encode(rows), len(rows), taken[-1][0])


def stream(
    request: Request, engine: Engine, pseudonyms: Pseudonyms, blobs: BlobStore | None = None
) -> tuple[Snapshot, Iterator[bytes]]:
    """Returns up to where an export goes, and its bytes; of a format that is one file.

    Args:
        request: What is to be exported.
        engine: The records.
        pseudonyms: Of the home.
        blobs: The stored files, which lineage reads.

    Raises:
        ExportError: What the format needs is not installed, or it is to go on behind what there is not yet.
    """
    (part,) = request.format.parts(request.kind, request.selection)
    until = begin(request, engine)
    source = Source(engine, pseudonyms, request.selection, until, Path(), blobs)
    return until, _streamed(part, source, request.after)


def _streamed(part: Part, source: Source, after: Position) -> Iterator[bytes]:
    with TemporaryDirectory(prefix="clausewatch-export-") as folder:
        own = replace(source, workspace=Path(folder))
        encoded = (piece.content for piece in pieces(part, own, after))
        if part.staged:
            yield from part.staged.join(encoded)
        else:
            yield part.encoder.head()
            yield from encoded
