"""Impressions: every passage that a search showed, with its place and why it came there."""

from collections.abc import Iterator
from typing import NamedTuple

from indexer.export.columns import Column, ColumnType, Kind, Personal, Position, Positioned, Source
from indexer.export.recorded import MOST_SEARCHES, Places, Robots, real, recorded, whole, word


class Impression(NamedTuple):
    """A row; what each value is stands in COLUMNS, in the same order."""

    seq: int
    at: str
    application: str
    query_id: str | None
    query: str | None
    query_text: str | None
    client: str
    session: str
    chunk: str | None
    document: str | None
    collection: str | None
    position: int | None
    ranker: str | None
    classifier: str | None
    generation: str | None
    keyword_rank: int | None
    semantic_rank: int | None
    keyword_score: float | None
    cosine: float | None
    fused: float | None
    robot: bool


SEQ = Column(
    "seq", ColumnType.INTEGER, "Number of the event; rows stand in its order, and none is given twice."
)
AT = Column("at", ColumnType.TIME, "When it happened.")
APPLICATION = Column("application", ColumnType.STRING, "What recorded it: clausewatch for the pages.")
QUERY_ID = Column(
    "query_id",
    ColumnType.STRING,
    "The search that it belongs to, one per answered search and page of results; null for none.",
)
QUERY = Column(
    "query",
    ColumnType.STRING,
    "Pseudonym of the words searched for: the same for all who typed them, whatever their capitals and "
    "spaces; null without a search.",
)
QUERY_TEXT = Column(
    "query_text",
    ColumnType.STRING,
    "The words searched for, as they were typed; personal data.",
    Personal.QUERIES,
)
CLIENT = Column(
    "client", ColumnType.STRING, "Pseudonym of the browser, the same in all exports of this installation."
)
SESSION = Column("session", ColumnType.STRING, "Pseudonym of the visit; half an hour of rest ends one.")
CHUNK = Column("chunk", ColumnType.STRING, "Id of the passage; null where the event is about a document.")
DOCUMENT = Column("document", ColumnType.STRING, "Id of the document; null where none is named.")
COLLECTION = Column(
    "collection", ColumnType.STRING, "Collection of the document; null where the records have it no more."
)
POSITION = Column(
    "position", ColumnType.INTEGER, "Place among the results, the first is 0; null where it had none."
)
RANKER = Column(
    "ranker",
    ColumnType.STRING,
    "What ordered the results, e.g. rrf, bm25, cosine or risk; null where unknown.",
)
CLASSIFIER = Column(
    "classifier",
    ColumnType.STRING,
    "Version of the model that gave the passage the labels that were shown; null where none of them was a "
    "model's.",
)
GENERATION = Column(
    "generation",
    ColumnType.STRING,
    "Generation of the search index that found the results; null in events of versions that did not record "
    "it.",
)
KEYWORD_RANK = Column(
    "keyword_rank",
    ColumnType.INTEGER,
    "Place in the list by words, the first is 1; null where it was not in it.",
)
SEMANTIC_RANK = Column(
    "semantic_rank",
    ColumnType.INTEGER,
    "Place in the list by meaning, the first is 1; null where it was not in it.",
)
SCORES = (
    Column("keyword_score", ColumnType.FLOAT, "BM25 score; null where it was not recorded."),
    Column(
        "cosine",
        ColumnType.FLOAT,
        "Likeness in meaning of query and passage, -1 to 1; null where it was not recorded.",
    ),
    Column("fused", ColumnType.FLOAT, "Score that ordered the results; null where it was not recorded."),
)
ROBOT = Column(
    "robot",
    ColumnType.BOOLEAN,
    f"Derived: the client made more than {MOST_SEARCHES} searches in that minute of the clock, more than "
    "anyone reads. Programs that say so in their User-Agent leave no rows at all.",
)
COLUMNS = (
    SEQ, AT, APPLICATION, QUERY_ID, QUERY, QUERY_TEXT, CLIENT, SESSION, CHUNK, DOCUMENT, COLLECTION,
    POSITION, RANKER, CLASSIFIER, GENERATION, KEYWORD_RANK, SEMANTIC_RANK, *SCORES, ROBOT,
)  # fmt: skip


def impressions(source: Source, after: int) -> Iterator[Impression]:
    """Yields the impressions behind a number, in the order of their own."""
    robots, places, names = Robots(source), Places(source.engine), source.pseudonyms
    with_queries = source.selection.with_queries
    for batch in recorded(source, {"impression"}, after):
        collections = places.collections(event.document for event in batch)
        for event in batch:
            shown = event.details
            yield Impression(
                seq=event.seq,
                at=event.at,
                application=event.application,
                query_id=event.query_id,
                query=names.query(event.text) if event.text is not None else None,
                query_text=event.text if with_queries else None,
                client=names.client(event.client),
                session=names.session(event.session),
                chunk=event.chunk,
                document=event.document,
                collection=collections.get(event.document or ""),
                position=event.position,
                ranker=word(event.attributes.get("ranker")),
                classifier=word(event.attributes.get("classifier")),
                generation=word(event.attributes.get("generation")),
                keyword_rank=whole(shown.get("keyword_rank")),
                semantic_rank=whole(shown.get("semantic_rank")),
                keyword_score=real(shown.get("keyword_score")),
                cosine=real(shown.get("cosine")),
                fused=real(shown.get("fused")),
                robot=robots.is_one(event.client, event.at),
            )


def _rows(source: Source, after: Position) -> Iterator[Positioned]:
    return (((row.seq,), row) for row in impressions(source, int(after[0]) if after else 0))


KIND = Kind(
    name="impressions",
    title="Impressions",
    about="One row for every passage that a search showed to somebody.",
    columns=COLUMNS,
    rows=_rows,
    recorded=True,
    since="only what was shown then or later",
)
