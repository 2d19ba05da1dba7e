"""The files inside a file that Tika reads: those attached to a message, and documents within documents."""

import io
import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import PurePosixPath
from typing import Any

from indexer.documents import Attachment
from indexer.errors import ExtractionError
from indexer.extract.assemble import tidy
from indexer.extract.detect import detect
from indexer.extract.formats import READERS, TIKA
from indexer.extract.limits import MAX_ATTACHMENTS, MAX_UNPACKED_BYTES

_MEDIA = re.compile(r"(?:image|audio|video)/")
_PART_OF_THE_PAGE = frozenset({"INLINE", "THUMBNAIL"})
_SHOWN_BY = ("mapi:attach:content-id", "mapi:attach:content-location")
_MESSAGE = "application/vnd.ms-outlook"
# Bytes of an unknown kind look like text often enough; what is inside a document must be more than that.
_DOCUMENTS = (READERS.keys() | TIKA) - {"text/plain", "application/x-ole-storage"}


def files_of_their_own(told: Sequence[Mapping[str, Any]], *, message: bool) -> list[Mapping[str, Any]]:
    """Returns what the server told of those inner files that are more than a part of how the page looks.

    Of a message all that is attached counts, but for pictures that its text shows.
    """
    return [each for each in told if _counts(each, message=message)]


def documents(archive: bytes) -> tuple[Attachment, ...]:
    """Returns the documents in the archive that the server made of the files inside a document.

    Raises:
        ExtractionError: Too large.
    """
    kinds = ((name, inner, detect(inner, name)) for name, inner in _unpacked(archive))
    return tuple(Attachment(name, inner) for name, inner, kind in kinds if kind in _DOCUMENTS)


def attached(
    archive: bytes, told: Sequence[Mapping[str, Any]]
) -> tuple[tuple[Attachment, ...], tuple[str, ...]]:
    """Returns what is attached to a message, and warnings on what the archive lacks.

    A message within a message the server gives as text alone.

    Raises:
        ExtractionError: Too large.
    """
    unpacked = dict(_unpacked(archive))
    found: list[Attachment] = []
    missing: list[str] = []
    for each in told:
        name = _name(each)
        if name in unpacked:
            found.append(Attachment(name, unpacked[name]))
        elif _kind(each) == _MESSAGE and each.get("X-TIKA:content"):
            found.append(Attachment(f"{name}.html", str(each["X-TIKA:content"]).encode()))
        else:
            missing.append(name)
    return tuple(found), tuple(f"An attached file could not be taken out: {name}." for name in missing)


def _counts(told: Mapping[str, Any], *, message: bool) -> bool:
    """Says whether a file inside a file is one of its own, not a part of how the page looks."""
    if told.get("embeddedResourceType") in _PART_OF_THE_PAGE or str(told.get("X-TIKA:embedded_depth")) != "1":
        return False
    pictured = _MEDIA.match(_kind(told)) is not None
    return not pictured or (message and not any(told.get(key) for key in _SHOWN_BY))


def _unpacked(body: bytes) -> Iterator[tuple[str, bytes]]:
    """Yields name and content of each file of an archive that the server made."""
    size = 0
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        members = [member for member in archive.infolist() if not member.is_dir()]
        if len(members) > MAX_ATTACHMENTS:
            raise ExtractionError("too_large", "The file holds more files than can be read.")
        for member in members:
            with archive.open(member) as stream:
                content = stream.read(MAX_UNPACKED_BYTES - size + 1)
            size += len(content)
            if size > MAX_UNPACKED_BYTES:
                raise ExtractionError(
                    "too_large", "The files inside the file unpack to more than can be read."
                )
            if content.strip():
                yield _clean(member.filename), content


def _kind(told: Mapping[str, Any]) -> str:
    return str(told.get("Content-Type", "")).partition(";")[0].strip()


def _name(told: Mapping[str, Any]) -> str:
    return _clean(str(told.get("X-TIKA:embedded_resource_path") or told.get("resourceName") or ""))


def _clean(path: str) -> str:
    return tidy(PurePosixPath(path).name).replace("\n", " ") or "attachment"
