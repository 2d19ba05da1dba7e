"""Clicks: what people did with results and documents, joined with the search that it belongs to."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple

import orjson
from sqlalchemy import Engine, select

from indexer.export.columns import Column, ColumnType, Kind, Position, Positioned, Source
from indexer.export.impressions import (
    APPLICATION,
    AT,
    CHUNK,
    CLASSIFIER,
    CLIENT,
    COLLECTION,
    DOCUMENT,
    KEYWORD_RANK,
    POSITION,
    QUERY,
    QUERY_ID,
    QUERY_TEXT,
    RANKER,
    ROBOT,
    SEMANTIC_RANK,
    SEQ,
    SESSION,
)
from indexer.export.recorded import (
    Places,
    Recorded,
    Robots,
    as_object,
    batches,
    read_event,
    recorded,
    whole,
    word,
)
from indexer.export.uses import CLICK, TELLING, Weight, weight
from indexer.records import schema

ACTIONS = (
    "click", "open", "copy", "dwell", "similar", "download", "export",
    "confirm", "dismiss", "correct", "add", "undo",
)  # fmt: skip
DOUBLE_CLICK = timedelta(seconds=3)
AROUND = sorted({"impression", *TELLING})


class Click(NamedTuple):
    """A row; what each value is stands in COLUMNS, in the same order."""

    seq: int
    at: str
    action: str
    application: str
    query_id: str | None
    query: str | None
    query_text: str | None
    searched_at: str | None
    mode: str | None
    client: str
    session: str
    chunk: str | None
    document: str | None
    collection: str | None
    position: int | None
    ranker: str | None
    keyword_rank: int | None
    semantic_rank: int | None
    classifier: str | None
    dwell_ms: int | None
    robot: bool
    double_click: bool
    used: bool


COLUMNS = (
    SEQ,
    AT,
    Column(
        "action",
        ColumnType.STRING,
        "click (a result was followed), similar (its likes were asked for), copy, dwell (it was read), "
        "confirm, dismiss, correct or add (of a label, at a result) and undo, open or download (of a "
        "document), export (of data).",
    ),
    APPLICATION,
    QUERY_ID,
    QUERY,
    QUERY_TEXT,
    Column("searched_at", ColumnType.TIME, "When the search was answered; null without a search."),
    Column("mode", ColumnType.STRING, "hybrid, keyword or semantic; null without a search."),
    CLIENT,
    SESSION,
    CHUNK,
    DOCUMENT,
    COLLECTION,
    POSITION,
    RANKER,
    KEYWORD_RANK,
    SEMANTIC_RANK,
    CLASSIFIER,
    Column("dwell_ms", ColumnType.INTEGER, "Milliseconds that the passage was read; null for other actions."),
    ROBOT,
    Column(
        "double_click",
        ColumnType.BOOLEAN,
        "Derived: the same client clicked the same passage of the same search at most "
        f"{DOUBLE_CLICK.seconds} seconds before.",
    ),
    Column(
        "used",
        ColumnType.BOOLEAN,
        "Derived: the first click, confirm, correct or add of the client on the passage in the search, which "
        "tells that the result was of use.",
    ),
)


class _Told(NamedTuple):
    """Something that bears on whether a passage was of use."""

    seq: int
    action: str
    at: datetime


@dataclass(slots=True)
class _Searches:
    """What the records know of the searches that a batch of events belongs to.

    Attributes:
        asked: Time and mode of each search.
        shown: The impression of each passage of a search, by search and passage.
        told: All that bears on whether a passage was of use, by search, passage and client.
    """

    asked: dict[str, tuple[str, str | None]] = field(default_factory=dict)
    shown: dict[tuple[str | None, str | None], Recorded] = field(default_factory=dict)
    told: dict[tuple[str | None, str | None, str], list[_Told]] = field(
        default_factory=lambda: defaultdict(list)
    )

    def is_second(self, event: Recorded) -> bool:
        """Whether a click follows another so closely that it is the same."""
        if event.action != CLICK:
            return False
        at = datetime.fromisoformat(event.at)
        clicks = (each for each in self._before(event) if each.action == CLICK)
        return any(abs(at - each.at) <= DOUBLE_CLICK for each in clicks)

    def weight(self, event: Recorded) -> Weight:
        """Returns what an event tells of its passage."""
        if event.action not in TELLING or event.chunk is None:
            return Weight()
        return weight(event.action, {each.action for each in self._before(event)})

    def _before(self, event: Recorded) -> list[_Told]:
        told = self.told[event.query_id, event.chunk, event.client]
        return [each for each in told if each.seq < event.seq]


def clicks(source: Source, after: int) -> Iterator[Click]:
    """Yields what people did behind a number, in the order of its own."""
    return (click for click, _ in weighed(source, after))


def weighed(source: Source, after: int, actions: Collection[str] = ACTIONS) -> Iterator[tuple[Click, Weight]]:
    """Yields what people did behind a number, with what each tells of its passage."""
    robots, places = Robots(source), Places(source.engine)
    for batch in recorded(source, actions, after):
        searches = _searches(source.engine, batch, source.snapshot.events)
        collections = places.collections(event.document for event in batch)
        for event in batch:
            place = collections.get(event.document or "")
            robot = robots.is_one(event.client, event.at)
            yield _click(source, event, searches, place, robot), searches.weight(event)


def _click(
    source: Source, event: Recorded, searches: _Searches, collection: str | None, robot: bool
) -> Click:
    names = source.pseudonyms
    asked, mode = searches.asked.get(event.query_id or "", (None, None))
    shown = searches.shown.get((event.query_id, event.chunk))
    details = shown.details if shown else {}
    return Click(
        seq=event.seq,
        at=event.at,
        action=event.action,
        application=event.application,
        query_id=event.query_id,
        query=names.query(event.text) if event.text is not None else None,
        query_text=event.text if source.selection.with_queries else None,
        searched_at=asked,
        mode=mode,
        client=names.client(event.client),
        session=names.session(event.session),
        chunk=event.chunk,
        document=event.document,
        collection=collection,
        position=event.position,
        ranker=word(shown.attributes.get("ranker")) if shown else None,
        keyword_rank=whole(details.get("keyword_rank")),
        semantic_rank=whole(details.get("semantic_rank")),
        classifier=word(shown.attributes.get("classifier")) if shown else None,
        dwell_ms=whole(event.attributes.get("dwell_ms")),
        robot=robot,
        double_click=searches.is_second(event),
        used=searches.weight(event).used,
    )


def _searches(engine: Engine, events: Sequence[Recorded], until: int) -> _Searches:
    """Looks up the searches of some events: two statements for every 500 of them."""
    found = _Searches()
    chunks: dict[str | None, set[str]] = defaultdict(set)
    for event in events:
        if event.chunk:
            chunks[event.query_id].add(event.chunk)
    queries, done = schema.ubi_queries, schema.ubi_events
    names = sorted({event.query_id for event in events if event.query_id})
    for some in batches(names):
        asked = select(queries.c.query_id, queries.c.timestamp, queries.c.query_attributes).where(
            queries.c.query_id.in_(some)
        )
        around = select(done).where(
            done.c.query_id.in_(some), done.c.action_name.in_(AROUND), done.c.seq <= until
        )
        with engine.connect() as connection:
            for row in connection.execute(asked):
                mode = word(as_object(orjson.loads(row.query_attributes)).get("mode"))
                found.asked[row.query_id] = (row.timestamp, mode)
            for row in connection.execute(around.order_by(done.c.seq)):
                # Most of what a search showed was not clicked; to read it would take most of the time.
                if any(chunk in row.event_attributes for chunk in chunks[row.query_id]):
                    _note(found, read_event(row))
    return found


def _note(found: _Searches, event: Recorded) -> None:
    if event.action == "impression":
        found.shown.setdefault((event.query_id, event.chunk), event)
    else:
        told = _Told(event.seq, event.action, datetime.fromisoformat(event.at))
        found.told[event.query_id, event.chunk, event.client].append(told)


def _rows(source: Source, after: Position) -> Iterator[Positioned]:
    return (((row.seq,), row) for row in clicks(source, int(after[0]) if after else 0))


KIND = Kind(
    name="clicks",
    title="Clicks",
    about="One row for everything that somebody did with a result or a document.",
    columns=COLUMNS,
    rows=_rows,
    recorded=True,
    since="only what was done then or later",
)
