"""Where the files are, and the two small ones that make changes visible.

    <directory>/CURRENT                              names the generation that is served, and the previous
    <directory>/generations/<id>/manifest.json       the state of a generation: which files belong to it
    <directory>/generations/<id>/lexical-<n>/        a tantivy index
    <directory>/generations/<id>/vectors/            immutable files of vector segments

Both small files are replaced by renaming, so that a reader sees the old state or the new one.
"""

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from indexer.errors import IndexUnavailableError, NewerIndexError

FORMAT = 3
FLAT = "Flat"
REBUILD = 'Run "clausewatch rebuild" to make it anew from the records.'


@dataclass(frozen=True, slots=True)
class SegmentEntry:
    """One vector segment of a state.

    Attributes:
        name: Stem of its files.
        rows: Vectors in it, dead ones included.
        live: File name of the bitmap of rows that are not deleted; None while all of them live.
        dead: How many are deleted.
        kind: ``FLAT``, or FAISS's description of its approximate index.
    """

    name: str
    rows: int
    live: str | None = None
    dead: int = 0
    kind: str = FLAT


@dataclass(frozen=True, slots=True)
class Manifest:
    """One state of a generation.

    Attributes:
        lexical: Name of the tantivy directory.
        position: Last outbox row that is contained.
        chunks: Live chunks.
        serial: Grows with every state; names new files.
    """

    mapping: str
    encoder: str
    dimension: int
    lexical: str
    position: int = 0
    chunks: int = 0
    serial: int = 0
    segments: tuple[SegmentEntry, ...] = ()
    format: int = FORMAT


@dataclass(frozen=True, slots=True)
class Pointer:
    """Which generation is served, and to which one a rollback goes."""

    generation: str
    previous: str | None


@dataclass(frozen=True, slots=True)
class Layout:
    """The paths under an index directory."""

    root: Path

    @property
    def current(self) -> Path:
        """The pointer file."""
        return self.root / "CURRENT"

    @property
    def lock(self) -> Path:
        """The lock file of the one writer."""
        return self.root / "writer.lock"

    @property
    def generations(self) -> Path:
        """The directory of generations."""
        return self.root / "generations"

    def generation(self, name: str) -> Path:
        """The directory of one generation."""
        return self.generations / name

    def manifest(self, generation: str) -> Path:
        """The manifest of a generation."""
        return self.generation(generation) / "manifest.json"

    def vectors(self, generation: str) -> Path:
        """The directory of the vector segments of a generation."""
        return self.generation(generation) / "vectors"

    def read_pointer(self) -> Pointer:
        """Returns the pointer. Raises IndexUnavailableError."""
        content = _read(self.current)
        if set(content) != {"generation", "previous"}:
            raise IndexUnavailableError(f"The search index file {self.current} is damaged. {REBUILD}")
        return Pointer(**content)

    def pointer_if_readable(self) -> Pointer | None:
        """Returns the pointer; None where there is none yet, or it is damaged."""
        try:
            return self.read_pointer()
        except IndexUnavailableError:
            return None

    def read_manifest(self, generation: str) -> Manifest:
        """Returns the present state of a generation. Raises IndexUnavailableError."""
        path = self.manifest(generation)
        content = _read(path)
        if content.get("format") != FORMAT:
            newer = isinstance(content.get("format"), int) and content["format"] > FORMAT
            raise (NewerIndexError if newer else IndexUnavailableError)(
                f"The search index {path} has format {content.get('format')}, expected {FORMAT}. {REBUILD}"
            )
        content["segments"] = tuple(SegmentEntry(**each) for each in content["segments"])
        return Manifest(**content)

    def write_pointer(self, pointer: Pointer) -> None:
        """Makes another generation the one that is served."""
        replace_file(self.current, json.dumps(asdict(pointer)).encode())

    def write_manifest(self, generation: str, manifest: Manifest) -> None:
        """Makes a state of a generation visible."""
        replace_file(self.manifest(generation), json.dumps(asdict(manifest), ensure_ascii=False).encode())


def replace_file(path: Path, content: bytes) -> None:
    """Writes a file so that a crash leaves the old content or the new one, never a part."""
    draft = path.with_name(path.name + ".new")
    with draft.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
    sync(path.parent)


def sync(path: Path) -> None:
    """Makes the content of a file, or the names in a directory, survive a loss of power."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _read(path: Path) -> dict[str, Any]:
    try:
        content = json.loads(path.read_bytes())
    except FileNotFoundError:
        raise IndexUnavailableError(
            f"There is no search index at {path}: nothing was ingested yet, or it was deleted. Run "
            '"clausewatch ingest" with your documents, or "clausewatch rebuild" if they were ingested before.'
        ) from None
    except (OSError, ValueError) as error:
        raise IndexUnavailableError(f"The search index file {path} is damaged: {error}. {REBUILD}") from error
    if not isinstance(content, dict):
        raise IndexUnavailableError(f"The search index file {path} is damaged: not an object. {REBUILD}")
    return content
