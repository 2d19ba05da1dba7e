"""Keeps an encoder among the stored files, as one archive, and unpacks it where processes load it from."""

import shutil
import tarfile
import tempfile
from collections.abc import Iterator
from pathlib import Path

from filelock import FileLock

from indexer.blobs import BlobStore, file_digest
from indexer.encoders.journal import Kept
from models.encoder.source import ModelSource
from models.errors import EncoderUnavailableError

_MODEL, _READER = "model", "reader.safetensors"
_SETTINGS = ("*.json", "*.txt", "*.model", "*.md")
_DIGITS = 12


def keep(source: ModelSource, blobs: BlobStore) -> Kept:
    """Stores an encoder, its reader too if it has one; equal folders give equal archives, kept once."""
    with tempfile.TemporaryDirectory(prefix="clausewatch-encoder-") as temporary:
        archive = Path(temporary) / "archive.tar"
        with tarfile.open(archive, "w", format=tarfile.PAX_FORMAT) as tar:
            for path in _files(source.folder):
                _add(tar, path, f"{_MODEL}/{path.relative_to(source.folder).as_posix()}")
            if source.reader:
                _add(tar, source.reader, _READER)
        return Kept(source.name, blobs.put_file(archive))


def unpack(kept: Kept, blobs: BlobStore, folder: Path) -> tuple[Path, Path | None]:
    """Returns where an encoder and its reader lie, unpacking them where that was not done yet.

    Args:
        kept: The encoder.
        blobs: The stored files.
        folder: Of unpacked encoders; made where it is missing.

    Raises:
        EncoderUnavailableError: Its file is missing or damaged.
    """
    target = (folder / kept.digest[:_DIGITS]).resolve()
    if not target.is_dir():
        folder.mkdir(parents=True, exist_ok=True)
        with FileLock(f"{target}.lock"):
            if not target.is_dir():
                _unpack(kept, blobs, target)
    reader = target / _READER
    return target / kept.name, reader if reader.is_file() else None


def _unpack(kept: Kept, blobs: BlobStore, target: Path) -> None:
    stored, draft = blobs.path(kept.digest), target.with_name(f"{target.name}.unfinished")
    if not stored.is_file() or file_digest(stored) != kept.digest:
        raise EncoderUnavailableError(
            f"the file of the encoder {kept.short} is missing or damaged ({stored}): put it back from a "
            "backup, or go back with: clausewatch encoder back"
        )
    shutil.rmtree(draft, ignore_errors=True)
    with tarfile.open(stored) as tar:
        tar.extractall(draft, filter="data")
    (draft / _MODEL).rename(draft / kept.name)
    draft.rename(target)


def _files(folder: Path) -> Iterator[Path]:
    """Yields what a model needs, in order: settings, tokenizer, and its weights in one format."""
    weights = "*.safetensors" if any(folder.rglob("*.safetensors")) else "pytorch_model.bin"
    yield from sorted(
        {path for each in (*_SETTINGS, weights) for path in folder.rglob(each) if path.is_file()}
    )


def _add(tar: tarfile.TarFile, path: Path, name: str) -> None:
    """Adds a file without what differs from machine to machine: times and owners."""
    about = tarfile.TarInfo(name)
    about.size = path.stat().st_size
    with path.open("rb") as file:
        tar.addfile(about, file)
