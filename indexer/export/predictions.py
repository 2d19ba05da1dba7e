"""Predictions: what rules, models and people say of passages, as the records have it when it is read."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Select, select, tuple_

from indexer.export.columns import Column, ColumnType, Kind, Personal, Position, Positioned, Source
from indexer.records import schema

BATCH = 5_000

COLUMNS = (
    Column("chunk", ColumnType.STRING, "Id of the passage."),
    Column("document", ColumnType.STRING, "Id of the document."),
    Column("collection", ColumnType.STRING, "Collection of the document."),
    Column("ordinal", ColumnType.INTEGER, "Place of the passage in the document, the first is 0."),
    Column("label", ColumnType.STRING, "Name of the label, as its pack spells it."),
    Column(
        "source",
        ColumnType.STRING,
        "Who said it: human, model, house (a rule written here) or rule (of the pack).",
    ),
    Column("probability", ColumnType.FLOAT, "How probable the label is, 0 to 1; of a model, calibrated."),
    Column(
        "standing",
        ColumnType.STRING,
        "speaks (it is a claim), unsure (a model abstains), outvoted (a source that outranks it says "
        "otherwise) or denied (a person said that it does not apply).",
    ),
    Column(
        "model",
        ColumnType.STRING,
        "Version of the model or of the rules, or the rule of the house, that said it.",
    ),
    Column(
        "labelled_by",
        ColumnType.STRING,
        "Versions that the document was labelled with as a whole; empty where unknown.",
    ),
    Column("document_at", ColumnType.TIME, "When the document came."),
    Column("text", ColumnType.STRING, "The passage's text; what the document says.", Personal.TEXT),
)


def _rows(source: Source, after: Position) -> Iterator[Positioned]:
    query = _query(source)
    table = schema.predictions
    keys = tuple_(table.c.chunk, table.c.label, table.c.source)
    with_text = source.selection.with_text
    while True:
        behind = query.where(keys > tuple_(*after)) if after else query
        with source.engine.connect() as connection:
            rows = connection.execute(behind.limit(BATCH)).all()
        for row in rows:
            key, *values = row
            after = (key, row.label, row.source)
            yield after, tuple(values) if with_text else (*values, None)
        if len(rows) < BATCH:
            return


def _query(source: Source) -> Select[Any]:
    said, chunks, documents = schema.predictions, schema.chunks, schema.documents
    selection = source.selection
    columns = [
        said.c.chunk.label("key"),
        chunks.c.id,
        chunks.c.document,
        documents.c.collection,
        chunks.c.ordinal,
        said.c.label,
        said.c.source,
        said.c.probability,
        said.c.standing,
        said.c.model,
        documents.c.labelled_by,
        documents.c.created_at,
        *([chunks.c.text] if selection.with_text else []),
    ]
    query = select(*columns).join_from(said, chunks).join(documents, documents.c.id == chunks.c.document)
    query = query.where(documents.c.status == "active")
    if selection.collection:
        query = query.where(documents.c.collection == selection.collection)
    if selection.since:
        query = query.where(documents.c.created_at >= selection.since)
    return query.order_by(said.c.chunk, said.c.label, said.c.source)


KIND = Kind(
    name="predictions",
    title="Predictions",
    about="One row for each label that people, models or rules gave a passage of a searchable document.",
    columns=COLUMNS,
    rows=_rows,
    recorded=False,
    since="only of documents that came then or later",
)
