"""Decisions: what people said of labels, line by line, as they said it."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Select, select

from indexer.export.columns import Column, ColumnType, Kind, Personal, Position, Positioned, Source
from indexer.records import schema

BATCH = 2_000

COLUMNS = (
    Column("seq", ColumnType.INTEGER, "Number of the line; rows stand in its order."),
    Column("at", ColumnType.TIME, "When it was said."),
    Column("act", ColumnType.STRING, "The decision that it belongs to; a correction is two lines of one."),
    Column("action", ColumnType.STRING, "confirm, dismiss, add, correct, or undo, which takes the act back."),
    Column("label", ColumnType.STRING, "Name of the label, as its pack spelled it then."),
    Column("applies", ColumnType.BOOLEAN, "Whether the label applies; null where an act is taken back."),
    Column("taken_back", ColumnType.BOOLEAN, "Derived: whether the act was taken back."),
    Column("client", ColumnType.STRING, "Pseudonym of who said it."),
    Column(
        "origin",
        ColumnType.STRING,
        "Where it was said: search, document, review, command, import, or sample or silence: a random check.",
    ),
    Column("chunk", ColumnType.STRING, "Id that the passage had."),
    Column("document", ColumnType.STRING, "Id of the document."),
    Column("collection", ColumnType.STRING, "Collection of the document."),
    Column("start", ColumnType.INTEGER, "Where the words begin that it is about; null for all of it."),
    Column("end", ColumnType.INTEGER, "Where they end."),
    Column("seen_source", ColumnType.STRING, "Who had said it before: model or rule; null where nobody had."),
    Column("seen_model", ColumnType.STRING, "Version of the model or of the rules that had said it."),
    Column("seen_probability", ColumnType.FLOAT, "How probable the label was then, 0 to 1."),
    Column("seen_standing", ColumnType.STRING, "speaks, unsure or outvoted, as it was then."),
    Column("reason", ColumnType.STRING, "What the person typed as the reason.", Personal.QUERIES),
    Column("text", ColumnType.STRING, "The passage's text, as it was then.", Personal.TEXT),
)


def _rows(source: Source, after: Position) -> Iterator[Positioned]:
    query, table = _query(source), schema.decisions
    last = int(after[0]) if after else 0
    while True:
        with source.engine.connect() as connection:
            rows = connection.execute(query.where(table.c.seq > last).limit(BATCH)).all()
        for row in rows:
            last = row.seq
            yield (last,), _row(source, row)
        if len(rows) < BATCH:
            return


def _row(source: Source, row: Any) -> tuple[Any, ...]:  # noqa: ANN401 - a row of the table
    start, _, end = (row.span or "").partition(",")
    selection = source.selection
    return (
        row.seq,
        row.at,
        row.act,
        row.action,
        row.label,
        None if row.applies is None else bool(row.applies),
        row.undone is not None,
        source.pseudonyms.client(row.by),
        row.origin,
        row.chunk,
        row.document,
        row.collection,
        int(start) if end else None,
        int(end) if end else None,
        row.seen_source,
        row.seen_model,
        row.seen_probability,
        row.seen_standing,
        row.reason if selection.with_queries else None,
        row.text if selection.with_text else None,
    )


def _query(source: Source) -> Select[Any]:
    table, documents, undo = schema.decisions, schema.documents, schema.decisions.alias()
    # An act is taken back once.
    query = (
        select(table, documents.c.collection, undo.c.seq.label("undone"))
        .join_from(table, documents, documents.c.id == table.c.document)
        .outerjoin(undo, (undo.c.act == table.c.act) & (undo.c.action == "undo"))
    )
    if source.selection.collection:
        query = query.where(documents.c.collection == source.selection.collection)
    if source.selection.since:
        query = query.where(table.c.at >= source.selection.since)
    return query.order_by(table.c.seq)


KIND = Kind(
    name="decisions",
    title="Decisions",
    about="One row for each line that people said of a label of a passage, those taken back among them.",
    columns=COLUMNS,
    rows=_rows,
    recorded=False,
    since="only what was said then or later",
)
