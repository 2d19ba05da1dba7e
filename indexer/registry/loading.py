"""Loads classifiers from the stored files; what is not the file that was registered is refused by name."""

import threading
from pathlib import Path

from indexer.blobs import BlobStore
from indexer.ids import digest
from indexer.registry.files import ModelFiles
from indexer.registry.journal import ModelVersion
from models.errors import ClassifierError
from models.protocols import Classifier

# Loaded classifiers that are kept: the current ones of several packs, and one to go back to.
MOST_LOADED = 6
OTHER_READER = (
    "Set CLAUSEWATCH_ENCODER and CLAUSEWATCH_READER back, promote a model that does without it, or train one "
    "for this encoder."
)

_Stamp = tuple[int, int] | None


class Loader:
    """Keeps what it loaded for as long as the file stays as it was; threads may share one.

    Args:
        blobs: The stored files.
        files: Reads models.
        reader: Version of the reader that the encoder in use has; empty for none.
    """

    def __init__(self, blobs: BlobStore, files: ModelFiles, reader: str) -> None:
        self._reader = reader
        self._blobs = blobs
        self._files = files
        self._known: dict[str, tuple[_Stamp, Classifier | ClassifierError]] = {}
        self._checked: dict[str, tuple[_Stamp, ClassifierError | None]] = {}
        self._loading = threading.Lock()

    def load(self, version: ModelVersion) -> Classifier:
        """Returns a classifier. Raises ClassifierError: its file is missing, damaged, foreign or newer."""
        stamp = _stamp(self._blobs.path(version.digest))
        with self._loading:
            known = self._known.get(version.version)
            if known is None or known[0] != stamp:
                known = self._known[version.version] = (stamp, self._read(version))
                while len(self._known) > MOST_LOADED:
                    del self._known[next(iter(self._known))]
        if isinstance(known[1], ClassifierError):
            raise known[1]
        return known[1]

    def check(self, version: ModelVersion) -> None:
        """Looks whether a version can label here, without loading it; what could not be loaded cannot.

        Raises:
            ClassifierError: As ``load``; or it needs another reader than the encoder in use has.
        """
        needed = version.card.reader
        if needed and needed != self._reader:
            raise ClassifierError(
                f"{version.version} needs the reader {needed}, which the encoder in use does not have.",
                OTHER_READER,
            )
        stamp = _stamp(self._blobs.path(version.digest))
        known = self._known.get(version.version)
        if known is not None and known[0] == stamp:
            error = known[1] if isinstance(known[1], ClassifierError) else None
        else:
            checked = self._checked.get(version.version)
            if checked is None or checked[0] != stamp:
                checked = self._checked[version.version] = (stamp, self._looked_at(version))
            error = checked[1]
        if error is not None:
            raise error

    def content(self, version: ModelVersion) -> bytes:
        """Returns the bytes that were registered. Raises ClassifierError where they are not there."""
        try:
            content = self._blobs.path(version.digest).read_bytes()
        except OSError as error:
            reason = "is missing" if isinstance(error, FileNotFoundError) else f"cannot be read: {error}"
            raise ClassifierError(f"{_named(version)} {reason}.") from None
        found = digest(content)
        if found != version.digest:
            raise ClassifierError(f"{_named(version)} is damaged: it hashes to {found[:12]}….")
        return content

    def _looked_at(self, version: ModelVersion) -> ClassifierError | None:
        try:
            self._files.check(self.content(version), version.version)
        except ClassifierError as error:
            return error
        return None

    def _read(self, version: ModelVersion) -> Classifier | ClassifierError:
        try:
            classifier = self._files.read(self.content(version), version.version)
        except ClassifierError as error:
            return error
        if (classifier.version, classifier.card.pack) != (version.version, version.pack):
            return ClassifierError(f"{_named(version)} is that of {classifier.version}.")
        return classifier


def _named(version: ModelVersion) -> str:
    return f"The file {version.digest[:12]}… of {version.version}"


def _stamp(path: Path) -> _Stamp:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size
