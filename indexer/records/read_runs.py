"""Reads ingest runs and what became of their files."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from sqlalchemy import Connection, RowMapping, func, select

from indexer.errors import UnknownRunError
from indexer.records import schema
from indexer.records.values import RunFile, RunRecord


def run_records(connection: Connection, limit: int, offset: int = 0) -> list[RunRecord]:
    """Returns runs, newest first."""
    table = schema.runs
    query = select(table).order_by(table.c.started_at.desc(), table.c.id).limit(limit).offset(offset)
    rows = connection.execute(query).mappings().all()
    outcomes = _outcomes(connection, [row["id"] for row in rows])
    return [_run(row, outcomes[row["id"]]) for row in rows]


def run_record(connection: Connection, run: str) -> RunRecord:
    """Returns one run. Raises UnknownRunError."""
    row = connection.execute(select(schema.runs).where(schema.runs.c.id == run)).mappings().first()
    if row is None:
        raise UnknownRunError(f"There is no ingest run {run[:80]!r}")
    return _run(row, _outcomes(connection, [run])[run])


def run_files(
    connection: Connection, run: str, outcome: str | None = None, limit: int = 100, offset: int = 0
) -> list[RunFile]:
    """Returns the files of a run in order of their paths; only those with an outcome, if one is named."""
    table = schema.run_files
    query = select(table).where(table.c.run == run)
    if outcome is not None:
        query = query.where(table.c.outcome == outcome)
    rows = connection.execute(query.order_by(table.c.uri).limit(limit).offset(offset))
    return [
        RunFile(row.uri, row.bytes, row.outcome, row.code, row.reason, row.document, row.chunks, row.seconds)
        for row in rows
    ]


def _outcomes(connection: Connection, runs: Sequence[str]) -> Mapping[str, dict[str | None, int]]:
    table = schema.run_files
    query = select(table.c.run, table.c.outcome, func.count().label("files"))
    rows = connection.execute(query.where(table.c.run.in_(runs)).group_by(table.c.run, table.c.outcome))
    found: defaultdict[str, dict[str | None, int]] = defaultdict(dict)
    for row in rows:
        found[row.run][row.outcome] = row.files
    return found


def _run(row: RowMapping, outcomes: Mapping[str | None, int]) -> RunRecord:
    return RunRecord(
        id=row["id"],
        collection=row["collection"],
        origin=row["origin"],
        state=row["state"],
        started_at=row["started_at"],
        finished_at=row["finished_at"],
        seconds=row["seconds"],
        files=sum(outcomes.values()),
        outcomes={name: count for name, count in outcomes.items() if name is not None},
    )
