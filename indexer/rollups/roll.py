"""Sums events up as they come: in the order of their numbers, each exactly once.

A batch and how far it goes are committed together, so that a process that is killed goes on from the last
batch, and nothing counts twice. Memory is that of a batch.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from itertools import islice
from pathlib import Path

from sqlalchemy import Connection, Engine, Table, func, select

from indexer.export.clicks import ACTIONS, weighed
from indexer.export.columns import Selection, Snapshot, Source
from indexer.export.impressions import Impression, impressions
from indexer.export.pseudonyms import Pseudonyms, plain_query
from indexer.records import schema
from indexer.records.codec import time_to_text
from indexer.records.database import writing
from indexer.records.events import last_number
from indexer.records.write import add_up, upsert
from indexer.rollups.searches import add_searches, searches
from indexer.rollups.sums import Sums, of_actions, of_impressions

BATCH = 5_000
# Whether a client is a robot is known when its minute is over and all of it was written.
SETTLED = timedelta(seconds=120)
# A clock that was wrong must not hold everything up: what lies further ahead is not waited for.
AHEAD = timedelta(hours=1)
IMPRESSIONS, DONE, SEARCHES = "impressions", "actions", "searches"
# The passes over each table; what all of them have seen may go.
PASSES = {"ubi_events": (IMPRESSIONS, DONE), "ubi_queries": (SEARCHES,)}
Report = Callable[[int, int, str], None]


def roll_up(engine: Engine, pseudonyms: Pseudonyms, now: datetime, report: Report) -> int:
    """Sums up what was recorded since, but for the last two minutes; returns how many rows that were."""
    with engine.connect() as connection:
        until = Snapshot(
            settled(connection, schema.ubi_events, now), settled(connection, schema.ubi_queries, now)
        )
    # The words are read for their pseudonyms, and kept as long as events are.
    source = Source(engine, pseudonyms, Selection(with_queries=True), until, Path())
    return sum(_Pass(source, report, name).run() for name in (SEARCHES, IMPRESSIONS, DONE))


def settled(connection: Connection, table: Table, now: datetime) -> int:
    """Returns the number of the last row before those that are too young."""
    young = table.c.timestamp.between(time_to_text(now - SETTLED), time_to_text(now + AHEAD))
    first = connection.execute(select(func.min(table.c.seq)).where(young)).scalar()
    return last_number(connection, table) if first is None else int(first) - 1


def progress(connection: Connection, name: str) -> int:
    """Returns the number of the last row that a pass has seen."""
    table = schema.event_progress
    return connection.execute(select(table.c.seq).where(table.c.name == name)).scalar() or 0


def seen_by_all(connection: Connection, table: str) -> int:
    """Returns up to which number everything of a table is summed up."""
    return min(progress(connection, name) for name in PASSES[table])


@dataclass(frozen=True, slots=True)
class _Pass:
    source: Source
    report: Report
    name: str

    def run(self) -> int:
        """Sums up what is new; returns how many rows that were."""
        until = self.source.snapshot.queries if self.name == SEARCHES else self.source.snapshot.events
        with self.source.engine.connect() as connection:
            position = progress(connection, self.name)
        total = 0
        for last, rows, add in self._batches(position):
            if not self._commit(position, last, add):
                return total
            position, total = last, total + rows
            self.report(position, until, self.name)
        if position < until:  # nothing more there that this pass counts
            self._commit(position, until, lambda _: None)
        return total

    def _commit(self, before: int, last: int, add: Callable[[Connection], None]) -> bool:
        """Adds a batch; False where somebody else has added it meanwhile."""
        with writing(self.source.engine) as connection:
            if progress(connection, self.name) != before:
                return False
            upsert(connection, schema.event_progress, [{"name": self.name, "seq": last}])
            add(connection)
        return True

    def _batches(self, after: int) -> Iterator[tuple[int, int, Callable[[Connection], None]]]:
        """Yields the number of each batch's last row, how many it has, and what adds them."""
        if self.name == SEARCHES:
            for last, counted in searches(self.source, after, BATCH):
                yield last, sum(counted.values()), partial(add_searches, counted=counted)
            return
        nothing = self.source.pseudonyms.query("")
        if self.name == IMPRESSIONS:
            shown = impressions(self.source, after)
            while batch := list(islice(shown, BATCH)):
                sums = of_impressions(batch, _plain(batch, nothing))
                yield batch[-1].seq, len(batch), partial(_add, sums=sums)
            return
        done = weighed(self.source, after, ACTIONS)
        while acts := list(islice(done, BATCH)):
            yield acts[-1][0].seq, len(acts), partial(_add, sums=of_actions(acts, nothing))


def _plain(batch: list[Impression], nothing: str) -> dict[str, str]:
    """Returns the plain words of the queries that have any, by pseudonym."""
    with_words = (row for row in batch if row.query and row.query != nothing)
    return {str(row.query): plain_query(row.query_text or "") for row in with_words}


def _add(connection: Connection, sums: Sums) -> None:
    add_up(connection, schema.event_days, sums.day_rows())
    add_up(connection, schema.query_passages, sums.passage_rows())
    upsert(connection, schema.query_texts, sums.text_rows())
