"""A run in numbers, from the records: whichever processes took its files."""

from collections import Counter

from sqlalchemy import Connection, select

from indexer.ingest.values import Failure, Outcome, RunSummary
from indexer.records import schema


def read_summary(connection: Connection, run: str, seconds: float) -> RunSummary:
    """Returns what became of a run's files; ``seconds`` is how long it took."""
    table = schema.run_files
    outcomes: Counter[str] = Counter()
    chunks = 0
    failures = []
    for row in connection.execute(select(table).where(table.c.run == run).order_by(table.c.uri)):
        outcomes[row.outcome] += 1
        if row.outcome == Outcome.INDEXED:
            chunks += row.chunks
        elif row.outcome == Outcome.FAILED:
            failures.append(Failure(row.uri, row.code or "", row.reason or ""))
    return RunSummary(
        run=run,
        files=outcomes.total(),
        documents=outcomes[Outcome.INDEXED],
        chunks=chunks,
        outcomes={outcome.value: outcomes[outcome] for outcome in Outcome},
        seconds=round(seconds, 3),
        failures=tuple(failures),
    )


def unread(connection: Connection, run: str) -> set[str]:
    """Returns the digests of a run's files that gave no document."""
    table = schema.run_files
    query = select(table.c.digest).where(table.c.run == run, table.c.document.is_(None))
    return {digest for digest in connection.scalars(query) if digest}
