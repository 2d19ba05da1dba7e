"""Lineage, edge by edge: from labels of passages to models, datasets, decisions, people and documents."""

from collections.abc import Callable, Iterator
from typing import Any

from sqlalchemy import ColumnElement, Select, select, tuple_

from indexer.decisions import PREFIX
from indexer.errors import ExportError
from indexer.export.columns import Column, ColumnType, Kind, Personal, Position, Positioned, Row, Source
from indexer.learning.snapshot import read_content, read_datasets
from indexer.records import schema
from models.labels import LabelSource, Standing

BATCH = 5_000
_APPLIES = {Standing.SPEAKS.value: True, Standing.DENIED.value: False}
_MADE_HERE = ("promote", "rollback")

COLUMNS = (
    Column(
        "edge",
        ColumnType.STRING,
        "labelled_by (a label of a passage, by a model, a rule or a decision), made_from (a model, from "
        "another), learned_from (a model, from a dataset), replaced (a model, another that labelled before), "
        "holds and left_out (a dataset, a decision), about (a decision, a passage), judged (a decision, what "
        "had been said before), decided_by and taken_back_by (a decision, a person).",
    ),
    Column("from_kind", ColumnType.STRING, "passage, model, dataset or decision."),
    Column("from", ColumnType.STRING, "Its id, as the other exports have it."),
    Column("to_kind", ColumnType.STRING, "model, rules, decision, dataset, passage or person."),
    Column("to", ColumnType.STRING, "Its id; of a person, the pseudonym."),
    Column("label", ColumnType.STRING, "The label that it is about; null between models and datasets."),
    Column("applies", ColumnType.BOOLEAN, "Whether the label is said to apply; null where nobody says so."),
    Column("document", ColumnType.STRING, "Document of the passage; null where no passage is meant."),
    Column(
        "at",
        ColumnType.TIME,
        "When the model or dataset was made, the model promoted, or the decision said; of a label, when its "
        "document came.",
    ),
    Column(
        "reason",
        ColumnType.STRING,
        "Why it was replaced, left out or decided, as far as somebody said so.",
        Personal.QUERIES,
    ),
)


def _rows(source: Source, after: Position) -> Iterator[Positioned]:
    """Yields the edges stage by stage; the first number of a position is that of the stage."""
    begin = int(after[0]) if after else 0
    for number, stage in enumerate(_STAGES[begin:], start=begin):
        for key, row in stage(source, after[1:] if after and number == begin else ()):
            yield (number, *key), row if source.selection.with_queries else (*row[:-1], None)


def _claims(source: Source, after: Position) -> Iterator[Positioned]:
    said, chunks, documents = schema.predictions, schema.chunks, schema.documents
    keys = tuple_(said.c.chunk, said.c.label, said.c.source)
    columns = (said, chunks.c.id, chunks.c.document, documents.c.created_at)
    query = select(*columns).join_from(said, chunks).join(documents, documents.c.id == chunks.c.document)
    query = _of_documents(source, query.where(documents.c.status == "active"), documents.c.created_at)
    while True:
        behind = query.where(keys > tuple_(*after)) if after else query
        with source.engine.connect() as connection:
            rows = connection.execute(behind.order_by(*keys.clauses).limit(BATCH)).all()
        for row in rows:
            after = (row.chunk, row.label, row.source)
            kind, by = _said_by(row.source, row.model)
            applies = _APPLIES.get(row.standing)
            edge = ("labelled_by", "passage", row.id, kind, by, row.label, applies, row.document)
            yield after, (*edge, row.created_at, None)
        if len(rows) < BATCH:
            return


def _models(source: Source, after: Position) -> Iterator[Positioned]:
    table = schema.model_versions
    query = _of_packs(source, select(table), table.c.pack, table.c.created_at)
    with source.engine.connect() as connection:
        rows = connection.execute(query.order_by(table.c.version)).all()
    for row in rows:
        for edge, kind, to in (("learned_from", "dataset", row.dataset), ("made_from", "model", row.parent)):
            if to and (row.version, edge) > after:
                yield (row.version, edge), _plain(edge, ("model", row.version), (kind, to), row.created_at)


def _journal(source: Source, after: Position) -> Iterator[Positioned]:
    table = schema.model_journal
    replaced = table.c.action.in_(_MADE_HERE) & table.c.previous.is_not(None)
    query = _of_packs(source, select(table).where(replaced), table.c.pack, table.c.at)
    with source.engine.connect() as connection:
        rows = connection.execute(query.order_by(table.c.seq)).all()
    for row in rows:
        if (row.seq,) > after:
            ends = ("model", row.version), ("model", row.previous)
            yield (row.seq,), _plain("replaced", *ends, row.at, row.reason or None)


def _datasets(source: Source, after: Position) -> Iterator[Positioned]:
    """Yields what datasets hold; one at a time is read, as a whole."""
    with source.engine.connect() as connection:
        packs = set(connection.scalars(_packs(source)))
        datasets = [each for each in read_datasets(connection) if each.pack in packs]
    for known in sorted(datasets, key=lambda each: (each.created_at, each.id)):
        begun = (known.created_at, known.id)
        if known.created_at < source.selection.since or (after and begun < after[:2]):
            continue
        if source.blobs is None:
            raise ExportError("Lineage is told with the stored files at hand, where the datasets lie")
        for number, row in enumerate(_lessons(read_content(source.blobs, known), known.id, known.created_at)):
            if (*begun, number) > after:
                yield (*begun, number), row


def _lessons(content: dict[str, Any], dataset: str, at: str) -> Iterator[Row]:
    ends = ("dataset", dataset, "decision")
    for document in content["documents"]:
        name = document["name"].partition("/")[0]  # behind it, the hash of a text that is gone
        for passage in document["passages"]:
            for label, applies, act, *_ in passage["said"]:
                yield ("holds", *ends, act, label, applies, name, at, None)
    for act, reason in content["left_out"]:
        yield ("left_out", *ends, act, None, None, None, at, reason)


def _decisions(source: Source, after: Position) -> Iterator[Positioned]:
    table, documents = schema.decisions, schema.documents
    query = select(table).join_from(table, documents, documents.c.id == table.c.document)
    query = _of_documents(source, query, table.c.at).order_by(table.c.seq).limit(BATCH)
    last, done = (int(after[0]), str(after[1])) if after else (0, "")
    while True:
        with source.engine.connect() as connection:
            rows = connection.execute(query.where(table.c.seq >= last)).all()
        for row in rows:
            for edge, *ends in _of_decision(source, row):
                if (row.seq, edge) > (last, done):
                    applies = None if row.applies is None else bool(row.applies)
                    shown = (edge, *ends, row.label, applies, row.document, row.at, row.reason or None)
                    yield (row.seq, edge), shown
            last, done = row.seq, "~"
        if len(rows) < BATCH:
            return


def _of_decision(source: Source, row: Any) -> Iterator[tuple[str, ...]]:  # noqa: ANN401 - a row of the table
    """Yields the edges of a line, in the order of their names."""
    by = source.pseudonyms.client(row.by)
    if row.applies is None:
        yield "taken_back_by", "decision", row.act, "person", by
        return
    yield "about", "decision", row.act, "passage", row.chunk
    yield "decided_by", "decision", row.act, "person", by
    if row.seen_model is not None:
        yield "judged", "decision", row.act, *_said_by(row.seen_source, row.seen_model)


def _said_by(source: str, name: str) -> tuple[str, str]:
    if source == LabelSource.HUMAN.value:
        return "decision", name.removeprefix(PREFIX)
    return ("model" if source == LabelSource.MODEL.value else "rules"), name


def _plain(
    edge: str, one: tuple[str, str], other: tuple[str, str], at: str, reason: str | None = None
) -> Row:
    return (edge, *one, *other, None, None, None, at, reason)


def _of_documents(source: Source, query: Select[Any], at: ColumnElement[str]) -> Select[Any]:
    if source.selection.collection:
        query = query.where(schema.documents.c.collection == source.selection.collection)
    return query.where(at >= source.selection.since) if source.selection.since else query


def _of_packs(
    source: Source, query: Select[Any], pack: ColumnElement[str], at: ColumnElement[str]
) -> Select[Any]:
    if source.selection.collection:
        query = query.where(pack.in_(_packs(source)))
    return query.where(at >= source.selection.since) if source.selection.since else query


def _packs(source: Source) -> Select[Any]:
    table = schema.collections
    query = select(table.c.pack).distinct()
    return query.where(table.c.name == source.selection.collection) if source.selection.collection else query


_STAGES: tuple[Callable[[Source, Position], Iterator[Positioned]], ...] = (
    _claims, _models, _journal, _datasets, _decisions,
)  # fmt: skip

KIND = Kind(
    name="lineage",
    title="Lineage",
    about="One row for each edge between passages, models, datasets, decisions and people.",
    columns=COLUMNS,
    rows=_rows,
    recorded=False,
    since="only labels of documents that came then or later, and models, datasets and decisions made since",
)
