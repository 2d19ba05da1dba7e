"""What a process takes from a run that it shares with others."""

import logging
from collections.abc import Callable, Iterator
from pathlib import Path

from indexer import chunk, extract
from indexer.blobs import BlobStore
from indexer.extract.tika import TikaServer
from indexer.ids import digest
from indexer.ingest.claims import Claimed, Claims
from indexer.ingest.flow import files_of
from indexer.ingest.values import File, Finding
from indexer.ingest.walk import Found
from models.protocols import Encoder

# A process that cannot open so many files of a run takes no further part in it.
MOST_REFUSED = 10
_log = logging.getLogger(__name__)


def stages_of(encoder: Encoder, tika: TikaServer | None) -> str:
    """Returns the versions that all processes must have which share a run, and whether one needs Tika."""
    versions = f"{extract.VERSION} {chunk.VERSION} {encoder.version}"
    return f"{versions} with Tika" if tika is not None else versions


def token(run: str) -> bytes:
    """Returns what is put among the stored files while a run is shared: who sees it sees the same folder."""
    return f"The files of run {run} are stored here.".encode()


def sees_token(blobs: BlobStore, run: str) -> bool:
    """Returns whether a process stores files in the folder of the one that leads the run."""
    return blobs.has(digest(token(run)))


class Queue:
    """Takes files of a run, a few at a time.

    A process that joined leaves files that it cannot open to the one that leads, which sees them or
    records why nobody does.

    Args:
        joined: Another process leads the run.
        told: Called with the number of files left, whenever some are taken.
    """

    def __init__(
        self, claims: Claims, blobs: BlobStore, *, joined: bool, told: Callable[[int], None]
    ) -> None:
        self._claims = claims
        self._blobs = blobs
        self._joined = joined
        self._told = told
        self._refused: list[str] = []

    @property
    def given_up(self) -> bool:
        """Whether this machine could not open so many files that it takes no more."""
        return len(self._refused) >= MOST_REFUSED

    def blocks(self) -> Iterator[list[File | Finding]]:
        """Yields what is claimed, until there is nothing to claim."""
        while not self.given_up and (claimed := self._claims.take(self._refused)):
            self._told(self._claims.left)
            files = [self._file(each) for each in claimed]
            refused = [file for file in files if self._joined and not _opens(file)]
            if refused:
                self._refuse(refused)
            yield [file for file in files if file not in refused]

    def _file(self, claimed: Claimed) -> File | Finding:
        if claimed.digest:  # an upload
            path, name = self._blobs.path(claimed.digest), claimed.uri.rpartition("/")[2]
            return File(claimed.uri, path, name, claimed.bytes, 0, claimed.digest)
        [file] = files_of([Found(Path(claimed.uri))])
        return file

    def _refuse(self, files: list[File | Finding]) -> None:
        uris = [_uri(file) for file in files]
        self._claims.give_back(uris)
        self._refused += uris
        _log.warning(
            "This machine cannot open %s of run %s and leaves it to others; it must see the files under the "
            "same paths as the process that leads the run",
            uris[0],
            self._claims.run,
        )
        if self.given_up:
            _log.error("This machine takes no more files of run %s: it cannot open them", self._claims.run)


def _uri(item: File | Finding) -> str:
    return item.uri if isinstance(item, File) else item.file.uri


def _opens(item: File | Finding) -> bool:
    if isinstance(item, Finding):
        return False
    try:
        with item.path.open("rb"):
            return True
    except OSError:
        return False
