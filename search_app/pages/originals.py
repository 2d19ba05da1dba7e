"""The stored original of a document: where its bytes lie, and how they may leave the server."""

from pathlib import Path
from urllib.parse import unquote, urlsplit

from flask import Response, send_file

from indexer.blobs import BlobStore, file_digest
from indexer.errors import UnknownDocumentError
from indexer.records.read import DocumentRecord

PDF = "application/pdf"
SAFE_TYPES = frozenset(
    {
        PDF,
        "text/plain",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "application/msword",
        "application/rtf",
    }
)
ANY_TYPE = "application/octet-stream"


def original(blobs: BlobStore, document: DocumentRecord) -> Path:
    """Returns a file with exactly the bytes of a document. Raises UnknownDocumentError.

    The stored copy, else a recorded source that is still there and still has the same hash.
    """
    if blobs.has(document.digest):
        return blobs.path(document.digest)
    for source in document.sources:
        path = _local(source.uri)
        if path and _unchanged(path, document.digest):
            return path
    raise UnknownDocumentError("The original file of this document is no longer where it was read")


def download(path: Path, document: DocumentRecord) -> Response:
    """Returns the bytes as an attachment; a type that a browser might run becomes plain bytes."""
    response = send_file(
        path,
        mimetype=document.media_type if document.media_type in SAFE_TYPES else ANY_TYPE,
        as_attachment=True,
        download_name=safe_name(document.file_name),
        conditional=True,
    )
    response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return response


def safe_name(name: str) -> str:
    """Returns a file name without folders and without characters that do not print."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    return "".join(letter for letter in last if letter.isprintable())[:180].strip(". ") or "document"


def _local(uri: str) -> Path | None:
    parts = urlsplit(uri)
    if parts.scheme == "file":
        return Path(unquote(parts.path))
    return Path(uri) if Path(uri).is_absolute() else None


def _unchanged(path: Path, digest: str) -> bool:
    try:
        return path.is_file() and file_digest(path) == digest
    except OSError:
        return False
