"""Sums up impressions and clicks per query, passage and position, in a file beside the export.

Judgements that were imported stand beside the sums, by query and passage.

Memory stays flat whatever the number of pairs, and a process that is killed goes on from the last batch.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from itertools import islice

from indexer.errors import ExportError
from indexer.export.clicks import weighed
from indexer.export.columns import Source, Value
from indexer.export.grades import Tally
from indexer.export.impressions import Impression, impressions
from indexer.export.pseudonyms import plain_query
from indexer.export.uses import NOTHING, TELLING
from indexer.imports import judged_here

BATCH = 5_000
_TABLES = """
CREATE TABLE progress (pass TEXT PRIMARY KEY, seq INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE queries (query TEXT PRIMARY KEY, text TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE tallies (
    query TEXT, chunk TEXT, position INTEGER, impressions INTEGER NOT NULL, clicks INTEGER NOT NULL,
    excused INTEGER NOT NULL, seq INTEGER NOT NULL, ranker TEXT, keyword_rank INTEGER,
    semantic_rank INTEGER, keyword_score REAL, cosine REAL, fused REAL,
    PRIMARY KEY (query, chunk, position)
) WITHOUT ROWID;
"""
_IMPORTED = """
CREATE TABLE IF NOT EXISTS imported (
    query TEXT, chunk TEXT, grade INTEGER NOT NULL, origin TEXT NOT NULL, PRIMARY KEY (query, chunk)
) WITHOUT ROWID
"""
_SHOWN = """
INSERT INTO tallies VALUES (?, ?, ?, 1, 0, 0, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT DO UPDATE SET impressions = impressions + 1, seq = excluded.seq, ranker = excluded.ranker,
    keyword_rank = excluded.keyword_rank, semantic_rank = excluded.semantic_rank,
    keyword_score = excluded.keyword_score, cosine = excluded.cosine, fused = excluded.fused
"""
_TOLD = """
UPDATE tallies SET clicks = clicks + ?, excused = excused + ? WHERE query = ? AND chunk = ? AND position = ?
"""
_TOLD_ELSEWHERE = """
INSERT INTO imported VALUES (?, ?, ?, ?)
ON CONFLICT DO UPDATE SET grade = excluded.grade, origin = excluded.origin
"""
_QUERY = "INSERT INTO queries VALUES (?, ?) ON CONFLICT DO NOTHING"


class Gathered:
    """The sums; ``connection`` is to their file."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection

    def positions(self) -> dict[int, Tally]:
        """Returns how often something was shown and clicked at each position, all queries together."""
        found = self.connection.execute(
            "SELECT position, SUM(impressions - excused), SUM(clicks) FROM tallies "
            "WHERE impressions > excused GROUP BY position ORDER BY position"
        )
        return {place: Tally(shown, clicked) for place, shown, clicked in found}


@contextmanager
def gathered(source: Source) -> Iterator[Gathered]:
    """Sums up what is not summed up yet, and opens the sums. Raises ExportError where there is no room."""
    path = source.workspace / "tallies.sqlite"
    try:
        with closing(sqlite3.connect(path, isolation_level=None)) as connection:
            _prepare(connection)
            _gather_shown(connection, source)
            _gather_clicked(connection, source)
            _gather_imported(connection, source)
            yield Gathered(connection)
    except sqlite3.Error as error:
        raise ExportError(f"Impressions and clicks cannot be summed up in {path}: {error}") from error


def _prepare(connection: sqlite3.Connection) -> None:
    for pragma in ("journal_mode = WAL", "synchronous = NORMAL", "cache_size = -65536", "temp_store = FILE"):
        connection.execute(f"PRAGMA {pragma}").close()
    if not connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'tallies'").fetchone():
        connection.executescript(f"BEGIN; {_TABLES} COMMIT;")
    connection.execute(_IMPORTED)


def _gather_shown(connection: sqlite3.Connection, source: Source) -> None:
    rows, nothing = impressions(source, _done(connection, "impressions")), source.pseudonyms.query("")
    while batch := list(islice(rows, BATCH)):
        counted = [row for row in batch if _counts(row) and row.query != nothing]
        with _committed(connection, "impressions", batch[-1].seq):
            connection.executemany(
                _QUERY, {(row.query, plain_query(row.query_text or "")) for row in counted}
            )
            connection.executemany(_SHOWN, map(_shown, counted))


def _gather_clicked(connection: sqlite3.Connection, source: Source) -> None:
    rows = weighed(source, _done(connection, "clicks"), TELLING)
    while batch := list(islice(rows, BATCH)):
        counted = [
            (told.used, told.excused, row.query, row.chunk, row.position)
            for row, told in batch
            if told != NOTHING and not row.robot
        ]
        with _committed(connection, "clicks", batch[-1][0].seq):
            connection.executemany(_TOLD, counted)


def _gather_imported(connection: sqlite3.Connection, source: Source) -> None:
    """Takes in what was imported, once and as a whole: an export that goes on must end as it began."""
    if _done(connection, "imported"):
        return
    names, nothing = source.pseudonyms, source.pseudonyms.query("")
    rows = judged_here(source.engine, source.selection.since, source.selection.collection)
    with _committed(connection, "imported", 1):
        while batch := list(islice(rows, BATCH)):
            told = [(names.query(row.query), row) for row in batch]
            told = [(query, row) for query, row in told if query != nothing]
            connection.executemany(_QUERY, {(query, plain_query(row.query)) for query, row in told})
            connection.executemany(
                _TOLD_ELSEWHERE, [(query, row.chunk, row.grade, row.by) for query, row in told]
            )


def _counts(row: Impression) -> bool:
    return bool(row.query and row.chunk) and row.position is not None and not row.robot


def _shown(row: Impression) -> tuple[Value, ...]:
    return (
        row.query, row.chunk, row.position, row.seq, row.ranker,
        row.keyword_rank, row.semantic_rank, row.keyword_score, row.cosine, row.fused,
    )  # fmt: skip


def _done(connection: sqlite3.Connection, name: str) -> int:
    found = connection.execute("SELECT seq FROM progress WHERE pass = ?", (name,)).fetchone()
    return int(found[0]) if found else 0


@contextmanager
def _committed(connection: sqlite3.Connection, name: str, seq: int) -> Iterator[None]:
    """Commits a batch and how far it goes together."""
    connection.execute("BEGIN")
    yield
    connection.execute(
        "INSERT INTO progress VALUES (?, ?) ON CONFLICT DO UPDATE SET seq = excluded.seq", (name, seq)
    )
    connection.execute("COMMIT")
