"""The stored originals: bytes under the name of their own hash, and under no other name."""

import hashlib
import os
import re
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

BLOCK = 1 << 20
_INCOMING = "incoming-"
_DAY = 86_400
_DIGEST = re.compile(r"[0-9a-f]{64}")


class BlobStore:
    """Keeps bytes by their SHA-256, in 256 folders; a name from outside never becomes a path.

    Args:
        root: The folder; made when the first bytes are put.
    """

    def __init__(self, root: Path) -> None:
        self._root = root

    def put(self, content: bytes) -> str:
        """Stores bytes and returns their SHA-256 in 64 hexadecimal digits; doing it twice is harmless."""
        return self._write([content])

    def put_whole(self, content: bytes) -> str:
        """Stores bytes as ``put`` does, in the place of a file of their name that is damaged."""
        stored = hashlib.sha256(content).hexdigest()
        if self.has(stored) and file_digest(self.path(stored)) != stored:
            self.discard(stored)
        return self.put(content)

    def put_file(self, path: Path) -> str:
        """Stores a copy of a file, read block by block. Returns its SHA-256; raises OSError."""
        with path.open("rb") as file:
            return self._write(iter(lambda: file.read(BLOCK), b""))

    def path(self, digest: str) -> Path:
        """Returns where the bytes of a digest lie, or would lie. Raises ValueError for anything else."""
        if not _DIGEST.fullmatch(digest):
            raise ValueError(f"{digest[:80]!r} is no SHA-256 in lower-case hexadecimal digits")
        return self._root / digest[:2] / digest

    def has(self, digest: str) -> bool:
        """Returns whether the bytes of a digest are stored."""
        return self.path(digest).is_file()

    def digests(self) -> Iterator[str]:
        """Yields the digests of everything that is stored, in order."""
        for folder in sorted(self._root.glob("[0-9a-f][0-9a-f]")):
            yield from sorted(path.name for path in folder.iterdir() if _DIGEST.fullmatch(path.name))

    def discard(self, digest: str) -> None:
        """Removes the bytes of a digest; fine where there are none."""
        self.path(digest).unlink(missing_ok=True)

    def sweep(self) -> None:
        """Removes what processes left half written when they were killed a day ago or earlier."""
        for path in self._root.glob(f"{_INCOMING}*"):
            with suppress(FileNotFoundError):
                if time.time() - path.stat().st_mtime > _DAY:
                    path.unlink()

    def _write(self, blocks: Iterable[bytes]) -> str:
        # The name is known only at the end; the rename makes the bytes appear whole or not at all.
        self._root.mkdir(parents=True, exist_ok=True)
        descriptor, name = tempfile.mkstemp(prefix=_INCOMING, dir=self._root)
        temporary = Path(name)
        hashed = hashlib.sha256()
        try:
            with os.fdopen(descriptor, "wb") as file:
                for block in blocks:
                    hashed.update(block)
                    file.write(block)
                file.flush()
                os.fsync(file.fileno())
            target = self.path(hashed.hexdigest())
            if not target.is_file():
                target.parent.mkdir(exist_ok=True)
                temporary.replace(target)
        finally:
            with suppress(FileNotFoundError):
                temporary.unlink()
        return hashed.hexdigest()


def file_digest(path: Path) -> str:
    """Returns the SHA-256 of a file, read block by block. Raises OSError."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
