"""Looks at a file before it is read: has it changed, and are its bytes known?"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy import Connection, select

from indexer.blobs import file_digest
from indexer.errors import ExtractionError
from indexer.ids import document_id
from indexer.ingest.values import File, Finding
from indexer.ingest.versions import Versions
from indexer.records import schema

_MEBIBYTE = 1 << 20
# What these hold are files of their own, so that knowing their bytes is not enough.
_CONTAINERS = ("message/", "application/vnd.ms-outlook")


@dataclass(frozen=True, slots=True)
class Known:
    """What the records say of the place where a file lies."""

    digest: str
    bytes: int
    modified_ns: int


@dataclass(frozen=True, slots=True)
class Rules:
    """What decides whether a file is read.

    Attributes:
        versions: A document made by others is made anew.
        max_bytes: Larger files are not read.
    """

    collection: str
    versions: Versions
    max_bytes: int


def known_sources(connection: Connection, rules: Rules, uris: Sequence[str]) -> dict[str, Known]:
    """Returns what is known of those places whose document is searchable and up to date."""
    sources, documents = schema.sources, schema.documents
    query = (
        select(sources.c.uri, sources.c.bytes, sources.c.modified_ns, documents.c.digest)
        .join_from(sources, documents, sources.c.document == documents.c.id)
        .where(sources.c.collection == rules.collection, sources.c.uri.in_(uris))
        .where(sources.c.gone_at.is_(None), documents.c.status == "active", *rules.versions.current())
    )
    rows = connection.execute(query)
    return {row.uri: Known(row.digest, row.bytes, row.modified_ns) for row in rows}


def look(connection: Connection, rules: Rules, file: File, known: Known | None) -> Finding | File:
    """Returns a finding where the file need not be extracted, else the file with its digest."""
    if file.bytes > rules.max_bytes:
        return Finding(file, "", failure=_too_large(file.bytes, rules.max_bytes))
    if known is not None and (known.bytes, known.modified_ns) == (file.bytes, file.modified_ns):
        return Finding(file, known.digest)
    try:
        digest = file.digest or file_digest(file.path)
    except OSError as error:
        return Finding(file, "", failure=unreadable(error))
    if (known is not None and known.digest == digest) or _is_known(connection, rules, digest):
        return Finding(file, digest)
    return replace(file, digest=digest)


def unreadable(error: OSError) -> ExtractionError:
    """Returns the failure of a file that the system does not let us read."""
    if isinstance(error, PermissionError):
        reason = "This user has no permission to read the file."
    elif isinstance(error, FileNotFoundError):
        reason = "The file was gone before it could be read."
    else:
        reason = f"The file cannot be read: {error.strerror or error}."
    return ExtractionError("unreadable", reason)


def _is_known(connection: Connection, rules: Rules, digest: str) -> bool:
    documents = schema.documents
    query = select(documents.c.media_type).where(
        documents.c.id == document_id(rules.collection, digest), *rules.versions.current()
    )
    media_type = connection.execute(query).scalar()
    return media_type is not None and not media_type.startswith(_CONTAINERS)


def _too_large(size: int, limit: int) -> ExtractionError:
    return ExtractionError(
        "too_large",
        f"The file has {size / _MEBIBYTE:.0f} MiB; files of more than {limit / _MEBIBYTE:.0f} MiB are not "
        "read (CLAUSEWATCH_MAX_FILE_MB).",
    )
