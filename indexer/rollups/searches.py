"""Adds up answered searches day by day, with their latencies in buckets."""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import NamedTuple

import orjson
from sqlalchemy import Connection, select

from indexer.export.columns import Source
from indexer.export.recorded import Robots, as_object, real, whole, word
from indexer.records import schema
from indexer.records.write import add_up
from indexer.rollups.latency import UNKNOWN, bucket

_DAY = len("2026-01-31")


class Search(NamedTuple):
    """What searches that are counted together have in common."""

    day: str
    application: str
    mode: str
    latency: int
    robot: int
    found: bool


def searches(source: Source, after: int, size: int) -> Iterator[tuple[int, Counter[Search]]]:
    """Yields batches of the searches behind a number: the number of the last, and how many of each sort."""
    table, robots = schema.ubi_queries, Robots(source)
    query = select(
        table.c.seq, table.c.application, table.c.client_id, table.c.timestamp, table.c.query_attributes
    ).order_by(table.c.seq)
    while True:
        part = query.where(table.c.seq > after, table.c.seq <= source.snapshot.queries).limit(size)
        with source.engine.connect() as connection:
            rows = connection.execute(part).all()
        if not rows:
            return
        after = rows[-1].seq
        counted: Counter[Search] = Counter()
        for row in rows:
            attributes = as_object(orjson.loads(row.query_attributes))
            took = real(attributes.get("milliseconds"))
            counted[
                Search(
                    day=row.timestamp[:_DAY],
                    application=row.application,
                    mode=(word(attributes.get("mode")) or "")[:16],
                    latency=UNKNOWN if took is None else bucket(took),
                    robot=int(robots.is_one(row.client_id, row.timestamp)),
                    found=whole(attributes.get("total")) != 0,
                )
            ] += 1
        yield after, counted


def add_searches(connection: Connection, counted: Mapping[Search, int]) -> None:
    """Adds to the table of days."""
    rows = [
        {
            "day": search.day, "application": search.application, "mode": search.mode,
            "latency": search.latency, "robot": search.robot,
            "searches": count, "without_hits": 0 if search.found else count,
        }
        for search, count in counted.items()
    ]  # fmt: skip
    add_up(connection, schema.search_days, rows)
