"""Judgements: how relevant a passage is to a query, derived from clicks or made elsewhere."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import groupby, islice
from typing import NamedTuple

from sqlalchemy import Engine, select

from indexer.export.columns import Column, ColumnType, Kind, Personal, Position, Positioned, Row, Source
from indexer.export.gathering import Gathered, gathered
from indexer.export.grades import Tally, click_rates, expected_clicks, grade, value
from indexer.export.impressions import (
    COLLECTION,
    DOCUMENT,
    KEYWORD_RANK,
    QUERY,
    QUERY_TEXT,
    RANKER,
    SCORES,
    SEMANTIC_RANK,
)
from indexer.export.recorded import Places, batches
from indexer.records import schema

BATCH = 500


class Judgement(NamedTuple):
    """A row; what each value is stands in COLUMNS, in the same order."""

    query: str
    query_text: str | None
    chunk: str
    document: str
    collection: str | None
    text: str | None
    impressions: int
    clicks: int
    position: float | None
    ranker: str | None
    keyword_rank: int | None
    semantic_rank: int | None
    keyword_score: float | None
    cosine: float | None
    fused: float | None
    expected_clicks: float
    value: float
    origin: str
    grade: int


_LAST = " As it was shown last."
COLUMNS = (
    replace(QUERY, about="Pseudonym of the words searched for; searches without words are left out."),
    replace(QUERY_TEXT, about="The words searched for, in small letters; personal data."),
    Column("chunk", ColumnType.STRING, "Id of the passage."),
    DOCUMENT,
    COLLECTION,
    Column(
        "text",
        ColumnType.STRING,
        "The passage's text; what the document says. Null where the records have it no more.",
        Personal.TEXT,
    ),
    Column(
        "impressions",
        ColumnType.INTEGER,
        "How often the query showed the passage; robots are not counted, nor searches in which a label of it "
        "was dismissed and nothing else tells that it was of use.",
    ),
    Column(
        "clicks",
        ColumnType.INTEGER,
        "In how many of these it was clicked, or a label of it confirmed, corrected or added there; robots "
        "are not counted.",
    ),
    Column(
        "position",
        ColumnType.FLOAT,
        "Mean place at which it was shown, the first is 0; null where it never was.",
    ),
    *(
        replace(column, about=column.about + _LAST)
        for column in (RANKER, KEYWORD_RANK, SEMANTIC_RANK, *SCORES)
    ),
    Column(
        "expected_clicks",
        ColumnType.FLOAT,
        "Derived: how often any passage would have been clicked that was shown at these places so often.",
    ),
    Column("value", ColumnType.FLOAT, "Derived: (clicks + 1) / (expected_clicks + 1)."),
    Column(
        "origin",
        ColumnType.STRING,
        "Where the grade is from: clicks, or import:NAME where people gave it elsewhere; that outweighs.",
    ),
    Column(
        "grade",
        ColumnType.INTEGER,
        "Derived, where it is from clicks: 0 without a click or for a value below 1, 1 from 1 on, 2 from 2 "
        "on, 3 from 4 on. Else as it was imported, at least 0.",
    ),
)
_TALLIES = """
SELECT query, text, chunk, position, impressions - excused, clicks, seq, ranker, keyword_rank, semantic_rank,
    keyword_score, cosine, fused, NULL, NULL
FROM tallies JOIN queries USING (query)
WHERE (query, chunk) > (:query, :chunk) AND impressions > excused
UNION ALL
SELECT query, text, chunk, NULL, 0, 0, 0, NULL, NULL, NULL, NULL, NULL, NULL, origin, grade
FROM imported JOIN queries USING (query)
WHERE (query, chunk) > (:query, :chunk)
ORDER BY query, chunk, position
"""
_NEVER_SHOWN = (None,) * 13


def _rows(source: Source, after: Position) -> Iterator[Positioned]:
    with gathered(source) as sums:
        rows = _judged(sums, source, after or ("", ""))
        places = Places(source.engine)
        while batch := list(islice(rows, BATCH)):
            known = places.collections(row.document for row in batch)
            texts = (
                passages(source.engine, [row.chunk for row in batch]) if source.selection.with_text else {}
            )
            for row in batch:
                _, text = texts.get(row.chunk, ("", None))
                made = row._replace(collection=known.get(row.document), text=text)
                yield (row.query, row.chunk), made


def _judged(sums: Gathered, source: Source, after: Position) -> Iterator[Judgement]:
    """Yields judgements, but for what the records say of their passages."""
    rates = click_rates(sums.positions())
    found = sums.connection.execute(_TALLIES, {"query": after[0], "chunk": after[1]})
    for (query, words, chunk), rows in groupby(found, lambda row: (row[0], row[1], row[2])):
        every = list(rows)
        tallies = [row for row in every if row[3] is not None]
        origin, given = next((row[13:] for row in every if row[3] is None), ("clicks", None))
        newest = max(tallies, key=lambda row: row[6], default=_NEVER_SHOWN)
        counted = [(row[3], Tally(row[4], row[5])) for row in tallies]
        shown = sum(tally.impressions for _, tally in counted)
        clicked = sum(tally.clicks for _, tally in counted)
        expected = expected_clicks(counted, rates)
        worth = value(clicked, expected)
        yield Judgement(
            query=query,
            query_text=words if source.selection.with_queries else None,
            chunk=chunk,
            document=chunk.partition("-")[0],
            collection=None,
            text=None,
            impressions=shown,
            clicks=clicked,
            position=sum(place * tally.impressions for place, tally in counted) / shown if shown else None,
            ranker=newest[7],
            keyword_rank=newest[8],
            semantic_rank=newest[9],
            keyword_score=newest[10],
            cosine=newest[11],
            fused=newest[12],
            expected_clicks=expected,
            value=worth,
            origin=origin,
            grade=grade(clicked, worth) if given is None else given,
        )


def judged_passages(source: Source, after: Position) -> Iterator[Positioned]:
    """Yields id, document's title and text of every judged passage that the records hold, by id."""
    with gathered(source) as sums:
        sums.connection.execute("CREATE INDEX IF NOT EXISTS tallies_by_chunk ON tallies (chunk)")
        found = sums.connection.execute(
            "SELECT chunk FROM tallies WHERE chunk > ? UNION SELECT chunk FROM imported WHERE chunk > ? "
            "ORDER BY chunk",
            (after or ("",)) * 2,
        )
        while batch := [row[0] for row in islice(found, BATCH)]:
            held = passages(source.engine, batch)
            for chunk in batch:
                if chunk in held:
                    yield (chunk,), (chunk, *held[chunk])


def judged_queries(source: Source, after: Position) -> Iterator[Positioned]:
    """Yields pseudonym and words of every judged query, by pseudonym."""
    with gathered(source) as sums:
        found = sums.connection.execute(
            "SELECT query, text FROM queries WHERE query > ? ORDER BY query", after or ("",)
        )
        for row in found:
            yield (row[0],), tuple(row)


def judged_rows(source: Source, after: Position) -> Iterator[Positioned]:
    """Yields query, passage and grade where the records hold the passage."""
    source = replace(source, selection=replace(source.selection, with_text=True))
    for position, row in _rows(source, after):
        kept: Row = (row[0], row[2], row[-1])
        if row[5] is not None:
            yield position, kept


def passages(engine: Engine, ids: list[str]) -> dict[str, tuple[str, str]]:
    """Returns the document's title and the text of those passages that the records hold."""
    chunks, documents = schema.chunks, schema.documents
    found = {}
    for some in batches(ids):
        query = select(chunks.c.id, documents.c.title, chunks.c.text).join_from(chunks, documents)
        with engine.connect() as connection:
            for row in connection.execute(query.where(chunks.c.id.in_(some))):
                found[row.id] = (row.title, row.text)
    return found


KIND = Kind(
    name="judgements",
    title="Judgements",
    about="One row for every query and passage that it showed, graded by how often it was used, or by "
    "people elsewhere.",
    columns=COLUMNS,
    rows=_rows,
    recorded=False,
    since="counting only what was shown, clicked and imported then or later",
    judged=True,
)
