"""Searches, impressions, clicks and reading time as User Behavior Insights events, made by the server.

Queries and impressions go through a bounded queue to one background thread, so that they cost a
search nothing; what a person did (click, dwell, open) is committed before the answer.
"""

import atexit
import json
import logging
import queue
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Engine, select
from sqlalchemy.exc import SQLAlchemyError

from indexer.errors import RecordsUnavailableError
from indexer.records.database import writing
from indexer.records.events import Event, QueryEvent, record_events, record_query
from indexer.records.schema import ubi_queries
from models.labels import LabelSource
from search_app.results import Hit, HitLabel, Mode, SearchPage, SearchRequest

APPLICATION = "clausewatch"
API_APPLICATION = "clausewatch-api"
# What orders the hits where no learned ranker does.
RANKERS = {Mode.HYBRID: "rrf", Mode.KEYWORD: "bm25", Mode.SEMANTIC: "cosine"}
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Visitor:
    """Whose event it is: the pseudonym, the visit, and the time (UTC, milliseconds)."""

    client: str
    session: str
    at: str


@dataclass(frozen=True, slots=True)
class ShownHit:
    """A hit that a search really showed to this client: its chunk id and 0-based position."""

    query: str
    user_query: str
    chunk: str
    position: int


@dataclass(frozen=True, slots=True)
class _Batch:
    query: QueryEvent
    events: tuple[Event, ...]


def timestamp(seconds: float) -> str:
    """Returns a time in seconds since 1970 as UTC ISO 8601 with milliseconds."""
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def query_event(
    page: SearchPage, request: SearchRequest, visitor: Visitor, application: str = APPLICATION
) -> QueryEvent:
    """Returns the row of ubi_queries for a search that was answered."""
    return QueryEvent(
        query_id=page.query_id,
        application=application,
        client_id=visitor.client,
        timestamp=visitor.at,
        user_query=request.text,
        query_response_id=f"{page.query_id}-{request.offset}",
        query_response_hit_ids=json.dumps([hit.chunk for hit in page.hits]),
        query_attributes=json.dumps(_attributes(page, request)),
    )


def impressions(page: SearchPage, request: SearchRequest, visitor: Visitor) -> tuple[Event, ...]:
    """Returns one impression for every hit shown, with its 0-based position over all pages."""
    ranker = page.ranker or (RANKERS[request.mode] if request.text.strip() else "risk")
    return tuple(
        Event(
            event_id=f"{page.query_id}-{position}",
            application=APPLICATION,
            action_name="impression",
            query_id=page.query_id,
            client_id=visitor.client,
            session_id=visitor.session,
            timestamp=visitor.at,
            message_type="INFO",
            user_query=request.text,
            event_attributes=json.dumps(_shown(hit, position, _ranker(hit, ranker), page.generation)),
        )
        for position, hit in enumerate(page.hits, start=request.offset)
    )


def action(
    event_id: str, name: str, visitor: Visitor, shown: ShownHit | None, extra: Mapping[str, object]
) -> Event:
    """Returns the event of something a person did; ``extra`` is merged into its attributes."""
    attributes: dict[str, object] = dict(extra)
    if shown:
        attributes["position"] = {"ordinal": shown.position}
        attributes.setdefault("object", {"object_id": shown.chunk, "object_id_field": "chunk"})
    return Event(
        event_id=event_id,
        application=APPLICATION,
        action_name=name,
        query_id=shown.query if shown else None,
        client_id=visitor.client,
        session_id=visitor.session,
        timestamp=visitor.at,
        message_type="INFO",
        user_query=shown.user_query if shown else None,
        event_attributes=json.dumps(attributes),
    )


class Recorder:
    """Writes events.

    Attributes:
        recorded: Events written, searches not counted.
        dropped: Searches whose events were lost because the records could not keep up.
    """

    def __init__(self, engine: Engine, capacity: int = 2000, interval: float = 0.2) -> None:
        self._engine = engine
        self._queue: queue.Queue[_Batch | None] = queue.Queue(capacity)
        self._interval = interval
        self._thread: threading.Thread | None = None
        self._starting = threading.Lock()
        self._hurry = threading.Event()
        self.recorded = self.dropped = 0

    @property
    def waiting(self) -> int:
        """Searches that are to be written, about."""
        return self._queue.qsize()

    def searched(self, query: QueryEvent, events: Sequence[Event] = ()) -> None:
        """Records a search and its impressions soon; never waits."""
        self._start()
        try:
            self._queue.put_nowait(_Batch(query, tuple(events)))
        except queue.Full:
            self._lose(1, "the queue is full")

    def acted(self, events: Sequence[Event]) -> None:
        """Commits what a person did; an event id that is already there changes nothing."""
        with writing(self._engine) as connection:
            record_events(connection, events)
        self.recorded += len(events)

    def shown(self, query: str, position: int, client: str) -> ShownHit | None:
        """Returns the hit that a search showed to this client at a position; None if it did not.

        A link that was sent to a colleague is therefore no click of the colleague's.
        """
        self.flush()
        columns = select(ubi_queries).where(
            ubi_queries.c.query_id == query, ubi_queries.c.client_id == client
        )
        with self._engine.connect() as connection:
            row = connection.execute(columns).mappings().first()
        if row is None:
            return None
        chunks = json.loads(row["query_response_hit_ids"])
        index = position - json.loads(row["query_attributes"])["offset"]
        if not 0 <= index < len(chunks):
            return None
        return ShownHit(query, row["user_query"], chunks[index], position)

    def flush(self, seconds: float = 5.0) -> None:
        """Waits until everything queued so far is written, at most ``seconds``."""
        end = time.monotonic() + seconds
        self._hurry.set()
        with self._queue.all_tasks_done:
            while self._queue.unfinished_tasks and (left := end - time.monotonic()) > 0:
                self._queue.all_tasks_done.wait(left)

    def close(self) -> None:
        """Writes what is queued and ends the thread."""
        thread, self._thread = self._thread, None
        if thread:
            self._hurry.set()
            self._queue.put(None)
            thread.join(timeout=10)
            atexit.unregister(self.close)

    def _start(self) -> None:
        if self._thread is None:
            with self._starting:
                if self._thread is None:
                    self._thread = threading.Thread(target=self._work, name="search-events", daemon=True)
                    self._thread.start()
                    atexit.register(self.close)

    def _work(self) -> None:
        while True:
            taken = self._take()
            batches = [item for item in taken if item is not None]
            if batches:
                self._write(batches)
            for _ in taken:
                self._queue.task_done()
            if len(batches) < len(taken):
                return

    def _take(self) -> list[_Batch | None]:
        """Waits for one item, then takes what else is there; a pause lets a burst share a commit."""
        taken = [self._queue.get()]
        if taken[0] is not None:
            self._hurry.wait(self._interval)
            self._hurry.clear()
        while len(taken) < 200:
            try:
                taken.append(self._queue.get_nowait())
            except queue.Empty:
                break
        return taken

    def _write(self, batches: Sequence[_Batch]) -> None:
        events = [event for batch in batches for event in batch.events]
        try:
            with writing(self._engine) as connection:
                for batch in batches:
                    record_query(connection, batch.query)
                record_events(connection, events)
        except (SQLAlchemyError, RecordsUnavailableError) as error:
            self._lose(len(batches), str(error))
        else:
            self.recorded += len(events)

    def _lose(self, searches: int, reason: str) -> None:
        self.dropped += searches
        _log.warning("the events of %d searches were not recorded: %s", searches, reason)


def _attributes(page: SearchPage, request: SearchRequest) -> dict[str, object]:
    filters = request.filters
    return {
        "mode": request.mode.value,
        "order": request.order.value,
        "offset": request.offset,
        "limit": request.limit,
        "filters": {
            "collections": sorted(filters.collections),
            "labels": sorted(filters.labels),
            "min_probability": filters.min_probability,
            "min_severity": filters.min_severity.name.lower() if filters.min_severity else None,
            "document_types": sorted(filters.document_types),
            **({"flagged": request.flagged.value} if request.flagged else {}),
            "documents": sorted(filters.documents),
            "date_from": filters.date_from.isoformat() if filters.date_from else None,
            "date_to": filters.date_to.isoformat() if filters.date_to else None,
        },
        "total": page.total,
        "by_words": page.by_words,
        "by_meaning": page.by_meaning,
        "generation": page.generation,
        "milliseconds": round(page.milliseconds, 1),
    }


def _shown(hit: Hit, position: int, ranker: str, generation: str) -> dict[str, object]:
    return {
        "position": {"ordinal": position},
        "object": {
            "object_id": hit.chunk,
            "object_id_field": "chunk",
            "keyword_rank": hit.why.keyword_rank,
            "semantic_rank": hit.why.semantic_rank,
            "keyword_score": _rounded(hit.why.keyword_score),
            "cosine": _rounded(hit.why.cosine),
            "fused": _rounded(hit.why.fused),
        },
        "ranker": ranker,
        "generation": generation,
        "classifier": next((label.model for label in _said(hit) if label.source is LabelSource.MODEL), None),
    }


def _ranker(hit: Hit, otherwise: str) -> str:
    """Returns what put a hit at its place: of two rankers that take turns, the one that did."""
    return hit.why.learned.ranker if hit.why.learned and hit.why.learned.ranker else otherwise


def _said(hit: Hit) -> Sequence[HitLabel]:
    return (*hit.labels, *hit.unsure)


def _rounded(score: float | None) -> float | None:
    return None if score is None else round(score, 6)
