"""With what a document was made, and whether that is up to date."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, or_

from indexer.ingest.values import Finding
from indexer.records import schema

LATER = frozenset({"needs_tika", "unreachable", "server_failed"})
"""Codes of failures that lie with the Tika server, so that a later run may read the file."""

_LACKING = "~"


@dataclass(frozen=True, slots=True)
class Versions:
    """What makes documents in a run.

    A document's own version names the Tika server's where that read it, and is marked where a file inside
    it waits for one; so it is made anew when the server's version changes, or a server is there at last.

    Attributes:
        extractor: Of our own readers.
        chunker: Of the chunker.
        tika: Name and version of the Tika server, "tika1-3.3.2"; empty where none is set or none answers.
    """

    extractor: str
    chunker: str
    tika: str = ""

    def of(self, finding: Finding) -> str:
        """Returns the version of the extraction that gave a finding, to be noted on its document."""
        document = finding.extracted.document if finding.extracted is not None else None
        reader = f"+{document.reader}" if document is not None and document.reader else ""
        lacking = any(
            inner.failure is not None and inner.failure.code in LATER for inner in finding.attachments
        )
        return self.extractor + reader + _LACKING * lacking

    def current(self) -> tuple[ColumnElement[bool], ...]:
        """Returns the conditions for documents that this run could not make better."""
        documents = schema.documents
        own = documents.c.extractor
        chunked = documents.c.chunker == self.chunker
        if self.tika:
            return own.in_([self.extractor, f"{self.extractor}+{self.tika}"]), chunked
        ours = own.in_([self.extractor, self.extractor + _LACKING])
        return or_(ours, own.startswith(f"{self.extractor}+", autoescape=True)), chunked
