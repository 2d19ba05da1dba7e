"""Copies records and stored files while others write, and restores them into an empty place.

The records come first, in one transaction; a stored file never changes and is there before the records
name it. So whatever the copied records name had been stored when they were copied.
"""

import json
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from indexer.blobs import BlobStore, file_digest
from indexer.errors import BackupError
from indexer.rebuild import Report, silent
from indexer.records.codec import time_to_text
from indexer.records.database import revisions

MANIFEST, RECORDS, BLOBS = "backup.json", "records.sqlite", "blobs"
FORMAT = 1
# A home may hold this and still be called empty: the exported encoder belongs to the installation.
_ENCODER = "models"
_UNFINISHED = "restoring"


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup says of itself; written last, so that an unfinished one has none.

    Attributes:
        format: Of the backup.
        made_at: When its records were copied; UTC ISO 8601.
        tables: Revision of the tables; a version that does not know it cannot restore the backup.
        records_bytes: Size of the copied database.
        records_sha256: What it hashes to.
        files: Number of stored files.
        files_bytes: Their size.
    """

    format: int
    made_at: str
    tables: str
    records_bytes: int
    records_sha256: str
    files: int
    files_bytes: int


@dataclass(frozen=True, slots=True)
class Made:
    """A finished backup; ``damaged`` are digests of stored files whose bytes have changed, left out of it."""

    manifest: Manifest
    damaged: tuple[str, ...]


def back_up(records: Path, blobs: BlobStore, target: Path, now: datetime, report: Report = silent) -> Made:
    """Copies the records and every stored file; others may go on reading and writing.

    Args:
        records: The SQLite database; it is not migrated.
        blobs: The stored files.
        target: A folder that is empty, or not there yet.
        now: The present moment.
        report: Is told stored files copied, of how many.

    Raises:
        BackupError: There are no records, the folder is not empty, or something cannot be read or written.
    """
    if not records.is_file():
        raise BackupError(f"There are no records at {records}: nothing to back up")
    with _translated():
        if target.exists() and any(target.iterdir()):
            raise BackupError(f"{target} is not empty; name a folder of its own for each backup")
        target.mkdir(mode=0o700, parents=True, exist_ok=True)
        copy = target / RECORDS
        tables = _copy_records(records, copy)
        files, size, damaged = _copy_files(blobs, BlobStore(target / BLOBS), report)
        manifest = Manifest(
            FORMAT, time_to_text(now), tables, copy.stat().st_size, file_digest(copy), files, size
        )
        (target / MANIFEST).write_text(json.dumps(asdict(manifest), indent=2) + "\n", encoding="utf-8")
    return Made(manifest, damaged)


def restore(source: Path, records: Path, home: Path, report: Report = silent) -> Manifest:
    """Checks a backup and puts it into an empty home; the index is then built from the records.

    Args:
        source: The folder of the backup.
        records: Where the SQLite database goes; nothing may be there.
        home: An empty folder, or none yet; an exported encoder may be in it.
        report: Is told stored files copied, of how many.

    Raises:
        BackupError: The backup is unfinished, damaged or newer than this version, or the home is not
            empty. The home then holds no records.
    """
    with _translated():
        manifest = _read_manifest(source)
        _check_empty(home, records)
        if file_digest(source / RECORDS) != manifest.records_sha256:
            raise BackupError(f"{source / RECORDS} is damaged: it does not hash to what {MANIFEST} says")
        unfinished = home / _UNFINISHED
        stored = BlobStore(source / BLOBS)
        files, size, damaged = _copy_files(stored, BlobStore(unfinished / BLOBS), report)
        if damaged or (files, size) != (manifest.files, manifest.files_bytes):
            raise BackupError(
                f"{source / BLOBS} is damaged: {files} good files, {manifest.files} expected"
                + "".join(f"; {stored.path(digest)} has changed" for digest in damaged[:3])
                + f". What was copied lies in {unfinished}"
            )
        unfinished.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source / RECORDS, unfinished / RECORDS)
        if files:
            (unfinished / BLOBS).rename(home / BLOBS)
        records.parent.mkdir(parents=True, exist_ok=True)
        (unfinished / RECORDS).replace(records)
        unfinished.rmdir()
    return manifest


def _copy_records(source: Path, target: Path) -> str:
    """Copies a database as it is at one moment into one file; returns the revision of its tables."""
    with (
        closing(sqlite3.connect(f"{source.absolute().as_uri()}?mode=ro", uri=True)) as original,
        closing(sqlite3.connect(target)) as copy,
    ):
        original.backup(copy)
        copy.execute("PRAGMA journal_mode = DELETE")
        return str(copy.execute("SELECT version_num FROM alembic_version").fetchone()[0])


def _copy_files(source: BlobStore, target: BlobStore, report: Report) -> tuple[int, int, tuple[str, ...]]:
    """Copies what still has the bytes that it is named after; returns number, size, and the others."""
    digests = list(source.digests())
    copied, size, damaged = 0, 0, []
    for done, digest in enumerate(digests, start=1):
        path = source.path(digest)
        try:
            whole = file_digest(path) == digest
            if whole:
                target.put_file(path)
                copied, size = copied + 1, size + path.stat().st_size
            else:
                damaged.append(digest)
        except FileNotFoundError:
            continue  # an upload that gave no document, discarded since
        report(done, len(digests), digest[:12])
    return copied, size, tuple(damaged)


def _read_manifest(source: Path) -> Manifest:
    path = source / MANIFEST
    try:
        manifest = Manifest(**json.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError:
        raise BackupError(
            f"{source} is no backup, or one that was not finished: {MANIFEST} is missing"
        ) from None
    except (ValueError, TypeError) as error:
        raise BackupError(f"{path} cannot be understood: {error}") from error
    if manifest.format != FORMAT or manifest.tables not in revisions():
        raise BackupError(
            f"{source} was made by a newer version of Clausewatch (tables {manifest.tables}, this version "
            f"knows up to {revisions()[-1]}); restore it with that version"
        )
    return manifest


def _check_empty(home: Path, records: Path) -> None:
    present = sorted(path.name for path in home.iterdir() if path.name != _ENCODER) if home.exists() else []
    if present or records.exists():
        found = ", ".join(present[:5]) or records.name
        raise BackupError(f"{home} is not empty ({found}); restore into an empty CLAUSEWATCH_HOME")


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        raise BackupError(f"The records cannot be copied: {error}") from error
    except OSError as error:
        raise BackupError(f"{error.filename or 'A file'}: {error.strerror or error}") from error
