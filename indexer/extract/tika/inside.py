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
from indexer.extract.tika import TikaServer
from indexer.extract.tika.asking import put

_MEDIA = re.compile(r"(?:image|audio|video)/")
_PART_OF_THE_PAGE = frozenset({"INLINE", "THUMBNAIL"})
_SHOWN_BY = ("mapi:attach:content-id", "mapi:attach:content-location")
_MESSAGE = "application/vnd.ms-outlook"
# Bytes of an unknown kind look like text often enough; what is inside a document must be more than that.
_DOCUMENTS = (READERS.keys() | TIKA) - {"text/plain", "application/x-ole-storage"}


def attachments_of(
    server: TikaServer, content: bytes, told: Sequence[Mapping[str, Any]], *, message: bool
) -> tuple[tuple[Attachment, ...], tuple[str, ...]]:
    """Returns the files inside a file, and warnings on those that cannot be had.

    Of a message all that is attached counts, but for pictures that its text shows; of other files the
    documents within them.

    Args:
        server: Asked for their bytes, only where ``told`` names any.
        content: The whole file.
        told: What the server said of each file inside it.
        message: Whether the file is a message.

    Raises:
        ExtractionError: Too large; and as ``put``.
    """
    counted = [each for each in told if _counts(each, message=message)]
    if not counted:
        return (), ()
    status, body = put(server, "/unpack", "application/zip", content)
    if status != 200:
        return (), ("The files inside the file could not be taken out.",)
    unpacked = dict(_unpacked(body))
    if message:
        return _attached(counted, unpacked)
    kinds = ((name, inner, detect(inner, name)) for name, inner in unpacked.items())
    return tuple(Attachment(name, inner) for name, inner, kind in kinds if kind in _DOCUMENTS), ()


def _attached(
    told: Sequence[Mapping[str, Any]], unpacked: Mapping[str, bytes]
) -> tuple[tuple[Attachment, ...], tuple[str, ...]]:
    """Returns what is attached to a message; the server gives a message within it as text alone."""
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
