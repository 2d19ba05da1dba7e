"""What the steps of an ingest hand to each other."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from indexer.enrich import Enrichment
from indexer.errors import ExtractionError
from indexer.reading import Extracted


class Outcome(StrEnum):
    """What became of a file; each ends with exactly one."""

    INDEXED = "indexed"
    UNCHANGED = "unchanged"
    DUPLICATE = "duplicate"
    UNSUPPORTED = "unsupported"
    FAILED = "failed"


class Origin(StrEnum):
    """Who asked for a run."""

    COMMAND = "command"
    UPLOAD = "upload"
    WATCH = "watch"


@dataclass(frozen=True, slots=True)
class File:
    """A file to be ingested.

    Attributes:
        uri: Where it was found: an absolute path, ``upload/<digest>/<name>``, or for an attachment the
            mail's uri, ``#`` and the attachment's name.
        path: Where its bytes can be read now.
        name: Its own name, with the extension that people gave it.
        modified_ns: 0 for what has no time of its own.
        digest: SHA-256 where it is known from the start (uploads, attachments), else empty.
        depth: 0 for a file, 1 for its attachments, 2 for theirs.
    """

    uri: str
    path: Path
    name: str
    bytes: int
    modified_ns: int
    digest: str = ""
    depth: int = 0


@dataclass(frozen=True, slots=True)
class Finding:
    """A file with what was found in it: a text, a failure, or bytes that are known (neither).

    Attributes:
        digest: SHA-256 of the bytes; empty where they could not be read.
        enrichment: What the models say of the text; added before it is written.
        seconds: Time that extraction took.
        attachments: What was found in the files inside it.
    """

    file: File
    digest: str
    extracted: Extracted | None = None
    enrichment: Enrichment | None = None
    failure: ExtractionError | None = None
    seconds: float = 0.0
    attachments: tuple["Finding", ...] = ()


@dataclass(frozen=True, slots=True)
class Result:
    """The recorded outcome of one file; ``chunks`` is what its document now has."""

    file: File
    digest: str
    outcome: Outcome
    document: str | None = None
    chunks: int = 0
    code: str | None = None
    reason: str | None = None
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Failure:
    """A file that failed, as the end of a run lists it."""

    uri: str
    code: str
    reason: str


@dataclass(frozen=True, slots=True)
class RunSummary:
    """A run in numbers.

    Attributes:
        run: Its id.
        files: Files with an outcome, attachments included.
        documents: Documents that this run made searchable.
        chunks: Their passages.
        outcomes: Number of files by outcome; every outcome is there.
        failures: The files that failed, with reasons.
        behind: Why they are recorded and not searchable yet; empty where they are.
    """

    run: str
    files: int
    documents: int
    chunks: int
    outcomes: Mapping[str, int]
    seconds: float
    failures: tuple[Failure, ...]
    behind: str = ""
