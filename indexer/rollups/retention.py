"""Removes searches and events that are older than they are kept, once what they add up to is safe.

Decisions, datasets, the journal and what events were summed up to are never removed. Numbers are not given
again, so that exports and projections go on behind the last one that they have seen.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, Engine, update

from indexer.project_events import EventProjection
from indexer.records import schema
from indexer.records.codec import time_to_text
from indexer.records.database import writing
from indexer.records.events import remove_old
from indexer.rollups.roll import seen_by_all

# Rows of one transaction: nobody who records a search waits long for it.
BATCH = 2_000
_DAY = len("2026-01-31")
Report = Callable[[int, int, str], None]


@dataclass(frozen=True, slots=True)
class Removed:
    """What was removed, all of it older than ``before``; ``projected`` counts documents of OpenSearch."""

    before: str
    events: int
    searches: int
    projected: int
    texts: int

    def words(self) -> str:
        """Returns it as the end of a sentence."""
        return (
            f"{self.events:,} events, {self.searches:,} searches, {self.projected:,} documents of OpenSearch "
            f"and the words of {self.texts:,} queries from before {self.before}"
        )


def remove_events(
    engine: Engine, projection: EventProjection | None, days: int, now: datetime, report: Report
) -> Removed:
    """Removes what was recorded more than so many days ago, summed up, and projected where that is wanted.

    Killed at any line, the next call removes the rest.

    Raises:
        IndexUnavailableError: The projection cannot be reached; nothing was removed from the records.
    """
    before = time_to_text(now - timedelta(days=days))
    upto = _upto(engine, projection)
    projected = projection.remove_before(before) if projection is not None else 0
    counts = {}
    for name, last in upto.items():
        counts[name] = 0
        while gone := _remove(engine, name, before, last):
            counts[name] += gone
            report(counts[name], counts[name], name)
    with writing(engine) as connection:
        texts = _forget_words(connection, before[:_DAY])
    return Removed(before, counts["ubi_events"], counts["ubi_queries"], projected, texts)


def _upto(engine: Engine, projection: EventProjection | None) -> dict[str, int]:
    """Returns up to which number rows may go; clicks are summed up with their searches, so those go last."""
    with engine.connect() as connection:
        seen = {name: seen_by_all(connection, name) for name in ("ubi_events", "ubi_queries")}
    if projection is None:
        return seen
    return {name: min(last, projection.sent(name)) for name, last in seen.items()}


def _remove(engine: Engine, name: str, before: str, upto: int) -> int:
    with writing(engine) as connection:
        return remove_old(connection, schema.metadata.tables[name], before, upto, BATCH)


def _forget_words(connection: Connection, day: str) -> int:
    """Forgets the words of queries that nobody asked since a day; their sums stay, under the pseudonym."""
    texts = schema.query_texts
    old = update(texts).where(texts.c.asked_on < day, texts.c.text.is_not(None)).values(text=None)
    return connection.execute(old).rowcount
