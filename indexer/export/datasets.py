"""Datasets: what classifiers learned from, and which versions did."""

from collections.abc import Iterator

from sqlalchemy import select

from indexer.export.columns import Column, ColumnType, Kind, Position, Positioned, Source
from indexer.records import schema

COLUMNS = (
    Column("dataset", ColumnType.STRING, "SHA-256 of its content."),
    Column("created_at", ColumnType.TIME, "When it was made."),
    Column("pack", ColumnType.STRING, "Pack whose labels it is about; ranker where it is of clicks."),
    Column("upto", ColumnType.INTEGER, "Number of the newest decision, or event, that was looked at."),
    Column("documents", ColumnType.INTEGER, "Documents in it; queries where it is of clicks."),
    Column("decisions", ColumnType.INTEGER, "Decisions or clicks in it."),
    Column(
        "left_out",
        ColumnType.INTEGER,
        "Decisions that are not in it, for a reason that it holds; clicks of programs.",
    ),
    Column("version", ColumnType.STRING, "A model that learned from it; null where none did. One row each."),
    Column("parent", ColumnType.STRING, "The version that was in use then."),
)


def _rows(source: Source, after: Position) -> Iterator[Positioned]:
    table, versions, selection = schema.datasets, schema.model_versions, source.selection
    query = (
        select(
            table.c.id, table.c.created_at, table.c.pack, table.c.upto, table.c.documents, table.c.decisions,
            table.c.left_out, versions.c.version, versions.c.parent,
        )
        .outerjoin(versions, versions.c.dataset == table.c.id)
        .order_by(table.c.created_at, table.c.id, versions.c.version)
    )  # fmt: skip
    if selection.since:
        query = query.where(table.c.created_at >= selection.since)
    if selection.collection:
        pack = select(schema.collections.c.pack).where(schema.collections.c.name == selection.collection)
        query = query.where(table.c.pack.in_(pack))
    with source.engine.connect() as connection:
        rows = connection.execute(query).all()
    for row in rows:
        position = (row.created_at, row.id, row.version or "")
        if not after or position > after:
            yield position, tuple(row)


KIND = Kind(
    name="datasets",
    title="Datasets",
    about="One row for each dataset of decisions and each model that learned from it.",
    columns=COLUMNS,
    rows=_rows,
    recorded=False,
    since="only those that were made then or later",
)
