"""Takes judgements over that were made elsewhere: queries, texts and how well these answer those.

All of an import is one transaction. Its rows stand under the hash of what they say, so that a second time
finds them there; taking it back marks the import and leaves them.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain, islice
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Connection, Engine, Select, Table, insert, select

from indexer.errors import ImportingError
from indexer.ids import text_hash
from indexer.imports import log
from indexer.records import schema
from indexer.records.codec import storable
from indexer.records.database import take_turn, writing
from models.evaluation.beir import Judged

KIND = "judgements"
_BATCH, _IDS = 5_000, 500
_T = TypeVar("_T")
_queries, _texts, _grades = schema.imported_queries, schema.imported_texts, schema.imported_grades
_chunks, _documents = schema.chunks, schema.documents


@dataclass(frozen=True, slots=True)
class ImportedJudgements:
    """What an import of judgements did.

    Attributes:
        id: Of the import.
        passages: How many of the texts are passages of the collection now.
        grades: How many judgements count from now on; 0 where all of them did before.
    """

    id: str
    queries: int
    texts: int
    passages: int
    grades: int


def import_judgements(
    engine: Engine, judged: Judged, *, collection: str, by: str, file: str, now: str
) -> ImportedJudgements:
    """Keeps judgements in the records.

    Args:
        engine: To the records.
        judged: What is kept, the texts that nobody judged too: how rare a word is depends on them.
        collection: Whose passages are meant where a text reads as one of them.
        by: The name that speaks for the file.
        file: Its name.
        now: The present moment; UTC ISO 8601.

    Raises:
        ImportingError: An id or a text cannot be kept; names it.
    """
    _check(file, judged)
    digest = _digest(judged, collection, by)
    with writing(engine) as connection:
        take_turn(connection)
        passages = dict(_passages(connection, judged.corpus, collection))
        id_ = log.begin(connection, KIND, digest, by=by, file=file, now=now, collection=collection)
        known = log.find(connection, id_)
        if not known.rows:
            _keep(connection, digest, judged, passages)
        if known.finished_at is None:
            log.note(connection, id_, finished_at=now)
    grades = sum(map(len, judged.qrels.values())) if known.finished_at is None else 0
    return ImportedJudgements(id_, len(judged.qrels), len(judged.corpus), len(passages), grades)


def _check(file: str, judged: Judged) -> None:
    """Refuses what no database takes, rather than to change what was judged."""
    named = (("queries.jsonl", judged.queries), ("corpus.jsonl", judged.corpus))
    for part, texts in named:
        for name, text in texts.items():
            if storable(name) != name or storable(text) != text:
                raise ImportingError(f"{file}/{part}: {name!r} holds U+0000 or half of a surrogate pair")


def _digest(judged: Judged, collection: str, by: str) -> str:
    """Returns the SHA-256 of what judgements say, in whatever order."""
    whole = hashlib.sha256()
    for part in (
        [KIND, collection, by],
        sorted(judged.queries.items()),
        sorted(judged.corpus.items()),
        sorted((query, sorted(grades.items())) for query, grades in judged.qrels.items()),
    ):
        for value in part:
            whole.update(json.dumps(value).encode() + b"\n")
        whole.update(b"\n")
    return whole.hexdigest()


def _passages(
    connection: Connection, corpus: Mapping[str, str], collection: str
) -> Iterator[tuple[str, bytes]]:
    """Yields the texts that passages here read, with the hash of these.

    A text is a passage that reads so, with or without its first line, the title; and the passage that it is
    named after, where white space alone differs.
    """
    for some in _batches(corpus.items(), _IDS):
        hashes = {name: [text_hash(each) for each in _readings(text)] for name, text in some}
        wanted = _chunks.c.text_hash.in_(set(chain.from_iterable(hashes.values())))
        known = set(connection.scalars(_here(collection, wanted)))
        named = {
            row.id: row
            for row in connection.execute(
                _here(collection, _chunks.c.id.in_(list(hashes))).add_columns(_chunks.c.id, _chunks.c.text)
            )
        }
        for name, text in some:
            own = named.get(name)
            if own is not None and own.text.split() in [each.split() for each in _readings(text)]:
                yield name, own.text_hash
            elif found := [each for each in hashes[name] if each in known]:
                yield name, found[0]


def _here(collection: str, wanted: ColumnElement[bool]) -> Select[Any]:
    of = select(_chunks.c.text_hash).join_from(_chunks, _documents)
    return of.where(wanted, _documents.c.collection == collection, _documents.c.status == "active")


def _readings(text: str) -> tuple[str, ...]:
    _, line, rest = text.partition("\n")
    return (text, rest) if line and rest.strip() else (text,)


def _keep(connection: Connection, digest: str, judged: Judged, passages: Mapping[str, bytes]) -> None:
    queries = {name: number for number, name in enumerate(judged.qrels)}
    texts = {name: number for number, name in enumerate(judged.corpus)}
    of_queries = (
        {"number": number, "name": name, "text": judged.queries[name]} for name, number in queries.items()
    )
    of_texts = (
        {
            "number": number,
            "name": name,
            "text": judged.corpus[name],
            "passage": passages.get(name) or text_hash(judged.corpus[name]),
        }
        for name, number in texts.items()
    )
    of_grades = (
        {"query": queries[query], "text": texts[document], "grade": grade}
        for query, grades in judged.qrels.items()
        for document, grade in grades.items()
    )
    for table, rows in ((_queries, of_queries), (_texts, of_texts), (_grades, of_grades)):
        _insert(connection, table, digest, rows)


def _insert(connection: Connection, table: Table, digest: str, rows: Iterable[Mapping[str, object]]) -> None:
    for some in _batches(rows, _BATCH):
        connection.execute(insert(table), [{"digest": digest, **row} for row in some])


def _batches(values: Iterable[_T], size: int) -> Iterator[list[_T]]:
    rest = iter(values)
    while some := list(islice(rest, size)):
        yield some
