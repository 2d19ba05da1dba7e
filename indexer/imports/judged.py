"""Reads the judgements that were taken over and not taken back."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from sqlalchemy import Connection, Engine, Select, Table, select

from indexer.errors import ImportingError
from indexer.imports import log
from indexer.imports.judgements import KIND
from indexer.records import schema
from models.evaluation.beir import Judged, Qrels

_queries, _texts, _grades = schema.imported_queries, schema.imported_texts, schema.imported_grades
_chunks, _documents = schema.chunks, schema.documents
_BATCH = 5_000


class OnPassage(NamedTuple):
    """A judgement of one of our passages.

    Attributes:
        query: The words searched for.
        chunk: Id of the passage.
        by: Who speaks: ``import:`` and a name.
    """

    query: str
    chunk: str
    grade: int
    by: str


def imported_judgements(engine: Engine) -> list[tuple[str, Judged]]:
    """Returns the judgements of each import with its id, the oldest import first.

    Raises:
        ImportingError: There are none.
    """
    with engine.connect() as connection:
        found = [(each.id, _judged(connection, each.digest)) for each in _standing(connection)]
    if not found:
        raise ImportingError("No judgements were imported: clausewatch import judgements DIR takes some over")
    return found


def judged_here(engine: Engine, since: str = "", collection: str = "") -> Iterator[OnPassage]:
    """Yields the judgements of texts that active passages of the import's collection read.

    The oldest import comes first, and of one the lowest grade: what is told again later counts.

    Args:
        engine: To the records.
        since: Of imports that were made then or later; empty for all.
        collection: Of imports for this collection; empty for all.
    """
    with engine.connect() as connection:
        imports = _standing(connection)
    for each in imports:
        if each.created_at >= since and collection in {"", each.collection}:
            with engine.connect() as connection:
                yield from _here(connection, each)


def _standing(connection: Connection) -> list[log.Import]:
    every = [each for each in log.imports(connection) if each.kind == KIND and not each.undone_at]
    return sorted(every, key=lambda each: (each.created_at, each.id))


def _judged(connection: Connection, digest: str) -> Judged:
    """Returns what an import said, in the order of its files."""
    queries = _named(connection, _queries, digest)
    texts = _named(connection, _texts, digest)
    qrels: Qrels = {name: {} for name, _ in queries}
    grades = select(_grades.c.query, _grades.c.text, _grades.c.grade).where(_grades.c.digest == digest)
    for query, text, grade in _streamed(connection, grades.order_by(_grades.c.query, _grades.c.text)):
        qrels[queries[query][0]][texts[text][0]] = grade
    return Judged(dict(texts), dict(queries), qrels)


def _named(connection: Connection, table: Table, digest: str) -> list[tuple[str, str]]:
    query = select(table.c.name, table.c.text).where(table.c.digest == digest).order_by(table.c.number)
    return [(name, text) for name, text in connection.execute(query)]


def _here(connection: Connection, made: log.Import) -> Iterator[OnPassage]:
    chunks = _chunks_of(connection, made)
    query = (
        select(_queries.c.text, _grades.c.text, _grades.c.grade)
        .join_from(
            _grades,
            _queries,
            (_queries.c.digest == _grades.c.digest) & (_queries.c.number == _grades.c.query),
        )
        .where(_grades.c.digest == made.digest)
        .order_by(_grades.c.grade, _grades.c.query, _grades.c.text)
    )
    if chunks:
        for words, text, grade in _streamed(connection, query):
            if text in chunks:
                yield OnPassage(words, chunks[text], grade, made.by)


def _chunks_of(connection: Connection, made: log.Import) -> dict[int, str]:
    """Returns the passage of each text that one reads: the one it is named after, else the first."""
    query = (
        select(_texts.c.number, _texts.c.name, _chunks.c.id)
        .join_from(_texts, _chunks, _chunks.c.text_hash == _texts.c.passage)
        .join(_documents)
        .where(
            _texts.c.digest == made.digest,
            _documents.c.collection == made.collection,
            _documents.c.status == "active",
        )
        .order_by(_texts.c.number, _chunks.c.key)
    )
    found: dict[int, str] = {}
    for number, name, chunk in _streamed(connection, query):
        if number not in found or name == chunk:
            found[number] = chunk
    return found


def _streamed(connection: Connection, query: Select[Any]) -> Iterator[tuple[Any, ...]]:
    return map(tuple, connection.execute(query.execution_options(yield_per=_BATCH)))
