"""Gathers what people were shown and clicked, query by query, in a file beside: memory stays flat.

First the clicks, which tell the queries that can teach; then of these queries alone what was shown. The
first is read from the events of clicks, the second from the searches, which list their hits in order: far
fewer rows than impressions.
"""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import numpy as np
import orjson
from numpy.typing import NDArray
from sqlalchemy import Engine, func, select

from indexer.export.columns import Selection, Snapshot, Source
from indexer.export.pseudonyms import Pseudonyms
from indexer.export.recorded import Recorded, Robots, batches, recorded, snapshot, whole
from indexer.ids import chunk_key
from indexer.ranking.asking import Asked, asked, offset
from indexer.records import schema
from models.ranker.logged import Logged

APPLICATION = "clausewatch"
CLICKS, ACTIONS = ("click", "copy"), ("click", "copy", "dwell")
# More queries move six weights no further; the ones that most people clicked in are taken.
MOST_QUERIES = 1_000
BATCH = 2_000
_TABLES = """
CREATE TABLE queries (
    id INTEGER PRIMARY KEY, words TEXT, form TEXT, filters TEXT, text TEXT, UNIQUE (form, filters)
);
CREATE TABLE acts (
    query INTEGER, client TEXT, chunk TEXT, position INTEGER, clicks INTEGER, copied INTEGER, dwell INTEGER,
    PRIMARY KEY (query, client, chunk)
) WITHOUT ROWID;
-- Who leaves a passage within two seconds found at once that it was not what was looked for.
CREATE VIEW clicked AS SELECT * FROM acts WHERE clicks AND (copied OR dwell IS NULL OR dwell >= 2000);
CREATE TABLE shown (
    query INTEGER, client TEXT, chunk TEXT, position INTEGER, PRIMARY KEY (query, client, chunk)
) WITHOUT ROWID;
"""
_ACT = """
INSERT INTO acts VALUES (?, ?, ?, ?, ?, ?, ?)
ON CONFLICT DO UPDATE SET clicks = MAX(clicks, excluded.clicks), copied = MAX(copied, excluded.copied),
    position = CASE WHEN excluded.clicks THEN excluded.position ELSE position END,
    dwell = MAX(COALESCE(dwell, excluded.dwell), COALESCE(excluded.dwell, dwell))
"""
_CHOSEN = """
SELECT id, words, form, filters, text FROM queries JOIN (
    SELECT query, COUNT(DISTINCT client) AS people FROM clicked GROUP BY query
) ON query = id ORDER BY people DESC, form, filters LIMIT ?
"""
_SEEN = """
SELECT shown.chunk, COALESCE(clicked.position, shown.position) AS place, COUNT(*), COUNT(clicked.chunk)
FROM shown LEFT JOIN clicked USING (query, client, chunk) WHERE shown.query = ?
GROUP BY shown.chunk, place ORDER BY shown.chunk, place
"""


class Pooled(NamedTuple):
    """The candidates of a query as a ranker sees them; ``values`` has shape (candidates, features)."""

    keys: tuple[int, ...]
    values: NDArray[np.float64]


# Text and filters (a JSON object) of a query to its candidates now; None where it has none to rank.
Candidates = Callable[[str, str], Pooled | None]


@dataclass(frozen=True, slots=True)
class Query:
    """A query with what was clicked in it; ``text`` as it was typed last."""

    asked: Asked
    text: str
    pooled: Pooled
    logged: Logged


@dataclass(frozen=True, slots=True)
class Gathered:
    """What can be learned from.

    Attributes:
        upto: How far events and searches were looked at.
        robots: Clicks that are left out, since their client searched faster than anyone reads.
        gone: Queries that are left out, since nothing that was clicked is among their candidates any more.
    """

    queries: tuple[Query, ...]
    upto: Snapshot
    robots: int
    gone: int

    @property
    def clicks(self) -> int:
        """All clicks together."""
        return sum(each.logged.clicks for each in self.queries)

    @property
    def logs(self) -> list[Logged]:
        """What each query teaches."""
        return [each.logged for each in self.queries]


def new_clicks(engine: Engine, after: int) -> int:
    """Returns how many clicks stand behind a number."""
    events = schema.ubi_events.c
    query = select(func.count()).where(events.seq > after, events.action_name == "click")
    with engine.connect() as connection:
        return connection.execute(query).scalar_one()


def gather(engine: Engine, candidates: Candidates, confirm: Callable[[], None]) -> Gathered:
    """Returns the queries that people clicked in, in order of their forms.

    Args:
        engine: The records.
        candidates: Of a query, as search ranks them now.
        confirm: Called between batches; raises to stop.
    """
    upto = snapshot(engine)
    with TemporaryDirectory(prefix="clausewatch-clicks-") as folder:
        source = Source(engine, Pseudonyms(b""), Selection(), upto, Path(folder))
        with closing(sqlite3.connect(Path(folder) / "clicks.sqlite")) as sums:
            sums.executescript(f"PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; {_TABLES}")
            robots = _gather_acts(source, sums, confirm)
            chosen = sums.execute(_CHOSEN, (MOST_QUERIES,)).fetchall()
            ids = {(form, filters): number for number, _, form, filters, _ in chosen}
            _gather_shown(source, sums, ids, confirm)
            found = []
            for number, words, form, filters, text in chosen:
                confirm()
                pooled = candidates(text, filters)
                seen = _seen(sums, number, pooled) if pooled else None
                if pooled and seen is not None:
                    logged = Logged(words, pooled.values, seen)
                    found.append(Query(Asked(words, form, filters), text, pooled, logged))
    queries = sorted(found, key=lambda each: each.asked)
    return Gathered(tuple(queries), upto, robots, len(chosen) - len(found))


def _gather_acts(source: Source, sums: sqlite3.Connection, confirm: Callable[[], None]) -> int:
    """Notes who clicked what; returns how many clicks were robots'."""
    robots, left_out = Robots(source), 0
    for batch in recorded(source, ACTIONS, 0):
        confirm()
        queries = _queries(source.engine, sums, batch)
        rows = []
        for event in batch:
            query = queries.get(event.query_id or "")
            if query is None or not event.chunk or event.position is None:
                continue
            if robots.is_one(event.client, event.at):
                left_out += event.action == "click"
                continue
            clicked, copied = event.action in CLICKS, event.action == "copy"
            dwell = whole(event.attributes.get("dwell_ms")) if event.action == "dwell" else None
            rows.append((query, event.client, event.chunk, event.position, clicked, copied, dwell))
        sums.executemany(_ACT, rows)
    return left_out


def _queries(engine: Engine, sums: sqlite3.Connection, batch: list[Recorded]) -> dict[str, int]:
    """Returns the number of the query of each search that can teach."""
    table, found = schema.ubi_queries, {}
    for some in batches(sorted({event.query_id for event in batch if event.query_id})):
        query = select(table.c.query_id, table.c.user_query, table.c.query_attributes).where(
            table.c.query_id.in_(some), table.c.application == APPLICATION
        )
        with engine.connect() as connection:
            rows = connection.execute(query.order_by(table.c.seq)).all()
        for name, text, attributes in rows:
            known = asked(text, attributes)
            if known is not None:
                sums.execute(
                    "INSERT INTO queries (words, form, filters, text) VALUES (?, ?, ?, ?)"
                    " ON CONFLICT DO UPDATE SET text = excluded.text",
                    (*known, text),
                )
                number = sums.execute(
                    "SELECT id FROM queries WHERE form = ? AND filters = ?", known[1:]
                ).fetchone()
                found[name] = int(number[0])
    return found


def _gather_shown(
    source: Source, sums: sqlite3.Connection, ids: dict[tuple[str, str], int], confirm: Callable[[], None]
) -> None:
    robots = Robots(source)
    for rows in _searches(source.engine, source.snapshot.queries):
        confirm()
        seen: list[tuple[int, str, str, int]] = []
        for client, at, text, hits, attributes in rows:
            known = asked(text, attributes)
            query = ids.get(known[1:]) if known else None
            if query is not None and not robots.is_one(client, at):
                first = offset(attributes)
                seen += [(query, client, chunk, first + n) for n, chunk in enumerate(orjson.loads(hits))]
        # Who saw a passage of a query several times counts once, at the place where it stood first.
        sums.executemany("INSERT INTO shown VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING", seen)


def _searches(engine: Engine, until: int) -> Iterator[list[tuple[str, str, str, str, str]]]:
    table, after = schema.ubi_queries, 0
    while True:
        query = select(
            table.c.seq, table.c.client_id, table.c.timestamp, table.c.user_query,
            table.c.query_response_hit_ids, table.c.query_attributes,
        ).where(
            table.c.seq > after, table.c.seq <= until, table.c.application == APPLICATION,
            table.c.user_query != "",
        )  # fmt: skip
        with engine.connect() as connection:
            rows = connection.execute(query.order_by(table.c.seq).limit(BATCH)).all()
        if not rows:
            return
        after = rows[-1].seq
        yield [(row[1], row[2], row[3], row[4], row[5]) for row in rows]


def _seen(sums: sqlite3.Connection, query: int, pooled: Pooled) -> NDArray[np.int64] | None:
    """Returns the rows of ``Logged.seen``; None where nothing that was clicked is a candidate now."""
    places = {key: place for place, key in enumerate(pooled.keys)}
    rows = [
        (places[key], position, shown, clicked)
        for chunk, position, shown, clicked in sums.execute(_SEEN, (query,))
        if (key := chunk_key(chunk)) in places
    ]
    return np.array(sorted(rows), np.int64) if any(row[3] for row in rows) else None
