"""Keeps a mail together with what is attached to it, until all of it is extracted."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from indexer.blobs import BlobStore
from indexer.documents import Attachment
from indexer.errors import ExtractionError, UnsupportedFormatError
from indexer.ingest.values import File, Finding
from indexer.reading import Extracted

MAX_DEPTH = 3


@dataclass(slots=True)
class Node:
    """A file of a family with what is known of it so far."""

    file: File
    finding: Finding | None = None
    attachments: list["Node"] = field(default_factory=list)

    def assembled(self) -> Finding:
        """Returns the finding with those of its attachments."""
        assert self.finding is not None
        return replace(self.finding, attachments=tuple(node.assembled() for node in self.attachments))


@dataclass(slots=True)
class Family:
    """A file and everything inside it; ``open`` counts what is still being extracted."""

    root: Node
    open: int = 1

    def answer(
        self, node: Node, answer: Extracted | ExtractionError, blobs: BlobStore, seconds: float
    ) -> None:
        """Takes what extraction gave for a file; its attachments join the family.

        ``seconds`` is the time until a failure, as far as it can be told from outside.
        """
        self.open -= 1
        digest = node.file.digest
        if isinstance(answer, ExtractionError):
            node.finding = Finding(node.file, digest, failure=answer, seconds=seconds)
            return
        for attachment in _named_apart(answer.document.attachments):
            node.attachments.append(_node(node.file, attachment, blobs))
        # Their bytes are stored now and need not be held until the family is written.
        bare = replace(answer, document=replace(answer.document, attachments=()))
        node.finding = Finding(node.file, digest, extracted=bare, seconds=answer.seconds)


def _node(holder: File, attachment: Attachment, blobs: BlobStore) -> Node:
    digest = blobs.put(attachment.content)
    file = File(
        uri=f"{holder.uri}#{attachment.name}",
        path=blobs.path(digest),
        name=attachment.name,
        bytes=len(attachment.content),
        modified_ns=0,
        digest=digest,
        depth=holder.depth + 1,
    )
    if file.depth <= MAX_DEPTH:
        return Node(file)
    reason = f"Files inside files inside files are read to a depth of {MAX_DEPTH}."
    return Node(file, Finding(file, digest, failure=UnsupportedFormatError(reason)))


def _named_apart(attachments: tuple[Attachment, ...]) -> Iterator[Attachment]:
    """Yields attachments with names that differ, "image (2).png" for the second of a name."""
    used: set[str] = set()
    for attachment in attachments:
        stem, dot, ending = attachment.name.rpartition(".")
        name, number = attachment.name, 1
        while name in used:
            number += 1
            name = f"{stem} ({number}){dot}{ending}" if dot else f"{attachment.name} ({number})"
        used.add(name)
        yield replace(attachment, name=name)
