"""An export into a file or folder that a killed process can go on with.

What is written lies in ``<output>.part``, and beside it a small file says how far that is good: how many
bytes, and the position of the last row. The same command again cuts off what came after and goes on, up to
the snapshot that the first one took, so that the end has the same bytes as if nothing had happened.
"""

import json
import os
import shutil
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, BinaryIO

from filelock import FileLock, Timeout
from sqlalchemy import Engine

from indexer.blobs import BlobStore
from indexer.errors import ExportError
from indexer.export.columns import Position, Snapshot, Source
from indexer.export.formats import Part
from indexer.export.pseudonyms import Pseudonyms
from indexer.export.streaming import BATCH, Request, begin, pieces

_VERSION = 1


@dataclass(frozen=True, slots=True)
class Exported:
    """What was written; ``until`` is the number of the newest event when the export began."""

    rows: int
    until: int
    resumed: bool


@dataclass(frozen=True, slots=True)
class _Progress:
    """How far an export came.

    Attributes:
        part: How many of its files are complete.
        position: Of the last row of the file under way.
        bytes: How much of that file is good.
        rows: Of all files together.
        named: Whether it is complete and has its name, and only traces are to be removed.
    """

    command: dict[str, Any]
    snapshot: Snapshot
    part: int = 0
    position: Position = ()
    bytes: int = 0
    rows: int = 0
    named: bool = False


class _Places:
    """Where an export lies while it is made."""

    def __init__(self, output: Path) -> None:
        self.output = output
        self.part, self.progress, self.lock, self.workspace, self.joined = (
            output.with_name(output.name + suffix)
            for suffix in (".part", ".part.json", ".part.lock", ".part.work", ".part.joined")
        )

    def clear(self) -> None:
        """Removes all but the output."""
        for path in (self.part, self.workspace):
            if path.is_dir():
                shutil.rmtree(path)
        for path in (self.part, self.joined, self.progress):
            path.unlink(missing_ok=True)


def export_file(
    request: Request,
    engine: Engine,
    pseudonyms: Pseudonyms,
    output: Path,
    *,
    blobs: BlobStore | None = None,
    report: Callable[[int], None] = lambda _rows: None,
    batch: int = BATCH,
) -> Exported:
    """Exports into a file, or a folder where the format is one; goes on where one like it was cut short.

    Args:
        request: What is to be exported.
        engine: The records.
        pseudonyms: Of the home.
        output: A file there already is replaced in the end; a folder is not.
        blobs: The stored files, which lineage reads.
        report: Is told now and then how many rows are written.
        batch: Rows that are encoded and made safe at once; part of what makes the bytes.

    Raises:
        ExportError: What the format needs is not installed, the output cannot be written, another process
            writes it, the part file there is one of another export, or this is to go on behind what is not
            recorded yet.
    """
    places = _Places(output)
    if not output.parent.is_dir():
        raise ExportError(f"{output} cannot be written: there is no folder {output.parent}")
    parts = request.format.parts(request.kind, request.selection)
    try:
        with FileLock(places.lock, timeout=0):
            try:
                return _Export(request, engine, pseudonyms, blobs, places, report, batch).run(parts)
            finally:
                places.lock.unlink(missing_ok=True)
    except Timeout:
        raise ExportError(f"Another process writes {output}; wait until it is done") from None
    except OSError as error:
        reason = error.strerror or str(error)
        raise ExportError(
            f"{output} cannot be written: {reason}; the same command goes on from there"
        ) from error


@dataclass(frozen=True, slots=True)
class _Export:
    """An export under way, with what ``export_file`` was given."""

    request: Request
    engine: Engine
    pseudonyms: Pseudonyms
    blobs: BlobStore | None
    places: _Places
    report: Callable[[int], None]
    batch: int

    def run(self, parts: tuple[Part, ...]) -> Exported:
        """Writes what is missing of all files, and gives the export its name."""
        before = _read(self.places, self._command(), len(parts))
        output, folder = self.places.output, self.request.format.folder
        if (output.is_dir() or (folder and output.exists())) and not (before and before.named):
            raise ExportError(
                f"{output} is there already, and no folder is replaced; name another, or remove it"
            )
        progress = before or self._begun()
        self.places.workspace.mkdir(exist_ok=True)
        source = Source(
            self.engine,
            self.pseudonyms,
            self.request.selection,
            progress.snapshot,
            self.places.workspace,
            self.blobs,
        )
        for number in range(progress.part, len(parts)):
            progress = self._write_part(parts[number], source, progress)
        if not progress.named:
            _name(parts, self.places)
        self.places.clear()
        return Exported(progress.rows, progress.snapshot.events, before is not None)

    def _command(self) -> dict[str, Any]:
        key = self.pseudonyms.fingerprint
        return {**self.request.as_values(), "key": key, "batch": self.batch, "version": _VERSION}

    def _begun(self) -> _Progress:
        self.places.clear()
        progress = _Progress(self._command(), begin(self.request, self.engine), position=self.request.after)
        _write(self.places, progress)
        return progress

    def _write_part(self, part: Part, source: Source, progress: _Progress) -> _Progress:
        """Writes what a file lacks; returns the progress with that file complete."""
        path = self.places.part / part.path if part.path else self.places.part
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("r+b" if path.exists() else "w+b") as file:
            if file.seek(0, os.SEEK_END) < progress.bytes:
                raise ExportError(
                    f"{path} is shorter than it was; remove {self.places.progress.name} to begin anew"
                )
            file.truncate(progress.bytes)
            file.seek(progress.bytes)
            if not progress.bytes:
                file.write(part.encoder.head())
            for piece in pieces(part, source, progress.position, self.batch):
                file.write(piece.content)
                _save(file)
                rows = progress.rows + piece.rows
                progress = replace(progress, position=piece.position, bytes=file.tell(), rows=rows)
                _write(self.places, progress)
                self.report(rows)
            _save(file)
        progress = replace(progress, part=progress.part + 1, position=(), bytes=0)
        _write(self.places, progress)
        return progress


def _name(parts: tuple[Part, ...], places: _Places) -> None:
    """Gives the export its name."""
    staged = parts[0].staged
    if staged:
        with places.part.open("rb") as batches, places.joined.open("wb") as joined:
            for content in staged.join(staged.split(batches)):
                joined.write(content)
            _save(joined)
        places.joined.replace(places.output)
    else:
        places.part.replace(places.output)


def _read(places: _Places, command: dict[str, Any], parts: int) -> _Progress | None:
    """Returns how far an export of so many files came; None where none was begun."""
    if not places.progress.exists():
        return None
    stored = json.loads(places.progress.read_text(encoding="utf-8"))
    named = not places.part.exists() and places.output.exists() and stored["part"] == parts
    if not (named or places.part.exists()):
        return None
    if stored["command"] != command:
        raise ExportError(
            f"{places.part} belongs to an export with other options; repeat that one, or remove the file "
            f"and {places.progress.name}"
        )
    return _Progress(
        command, Snapshot(**stored["snapshot"]), stored["part"], tuple(stored["position"]),
        stored["bytes"], stored["rows"], named,
    )  # fmt: skip


def _write(places: _Places, progress: _Progress) -> None:
    """Replaces the progress as a whole: whoever reads it has the one before or this one."""
    new = places.progress.with_name(places.progress.name + ".new")
    with new.open("wb") as file:
        file.write(json.dumps(asdict(progress)).encode())
        _save(file)
    new.replace(places.progress)


def _save(file: BinaryIO) -> None:
    file.flush()
    os.fsync(file.fileno())
