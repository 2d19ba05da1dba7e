"""Finds the documents and the passages that a file of labels means."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from sqlalchemy import Connection, select

from indexer.ids import text_hash
from indexer.records import schema
from indexer.training.cutting import ENOUGH_CHARACTERS, ENOUGH_OF_THE_MARK

_documents, _chunks, _texts = schema.documents, schema.chunks, schema.document_texts
_SUFFIX = re.compile(r"\.(txt|pdf|docx?|html?|md|rtf|eml)$", re.IGNORECASE)
_LETTERS = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True)
class Place:
    """A passage of a document, by its offsets in that."""

    key: int
    start: int
    end: int
    text_hash: bytes


@dataclass(slots=True)
class Places:
    """The documents of a collection by what a file may call them, and their passages."""

    collection: str
    names: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))

    @classmethod
    def of(cls, connection: Connection, collection: str) -> "Places":
        """Reads the names of the active documents of a collection."""
        found = cls(collection)
        own = _documents.c
        query = select(own.id, own.file_name, own.title)
        for row in connection.execute(query.where(own.collection == collection, own.status == "active")):
            for name in (row.id, row.file_name, plain(row.file_name), plain(row.title)):
                found.names[name].add(row.id)
        return found

    def document(self, name: str) -> str:
        """Returns the id of the document of a file name as it stands, else of one or of a title by its words.

        Raises:
            LookupError: There is none, or there are several; says so.
        """
        found = self.names.get(name) or self.names.get(plain(name)) or set()
        if len(found) == 1:
            return next(iter(found))
        count = f"{len(found)} documents are" if found else "no document is"
        raise LookupError(f"{count} called {name!r} in the collection {self.collection!r}")

    def of_text(self, connection: Connection, text: str) -> tuple[str, Place] | None:
        """Returns the first passage that reads so, and its document."""
        own = (_chunks.c.key, _chunks.c.start, _chunks.c.end, _chunks.c.text_hash, _chunks.c.document)
        query = select(*own).join_from(_chunks, _documents).where(_chunks.c.text_hash == text_hash(text))
        query = query.where(_documents.c.collection == self.collection, _documents.c.status == "active")
        row = connection.execute(query.order_by(_chunks.c.key)).first()
        return (row.document, Place(*row[:4])) if row is not None else None


def read_document(connection: Connection, document: str) -> tuple[str, list[Place]]:
    """Returns the text of a document and its passages in order."""
    text = connection.execute(select(_texts.c.text).where(_texts.c.document == document)).scalar_one()
    own = (_chunks.c.key, _chunks.c.start, _chunks.c.end, _chunks.c.text_hash)
    query = select(*own).where(_chunks.c.document == document).order_by(_chunks.c.ordinal)
    return text, [Place(*row) for row in connection.execute(query)]


def plain(name: str) -> str:
    """Returns a document's name without folder, ending, punctuation and capitals."""
    base = _SUFFIX.sub("", PurePosixPath(name.replace("\\", "/")).name)
    return _LETTERS.sub("", unicodedata.normalize("NFKC", base)).casefold()


def find(words: str, text: str, near: int) -> tuple[int, int] | None:
    """Returns the bounds of some words in a text, the nearest to an offset; white space does not matter."""
    if text[near : near + len(words)] == words and near >= 0:
        return near, near + len(words)
    pieces = words.split()
    if not pieces:
        return None
    pattern = re.compile(r"\s+".join(map(re.escape, pieces)))
    found = [match.span() for match in pattern.finditer(text)]
    return min(found, key=lambda span: abs(span[0] - near)) if found else None


def carrying(passages: Sequence[Place], start: int, end: int) -> Iterator[tuple[Place, tuple[int, int]]]:
    """Yields the passages that carry a mark, as training cuts it, each with the bounds of its part."""
    for place in passages:
        first, last = max(place.start, start), min(place.end, end)
        if last - first >= ENOUGH_CHARACTERS or last - first >= ENOUGH_OF_THE_MARK * (end - start):
            yield place, (first - place.start, last - place.start)
