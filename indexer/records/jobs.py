"""When each of the worker's jobs ran last, and how it went."""

from dataclasses import asdict, dataclass

from sqlalchemy import Connection, delete, select

from indexer.records.schema import job_runs
from indexer.records.write import upsert


@dataclass(frozen=True, slots=True)
class JobRun:
    """The last run of a job.

    Attributes:
        seconds: Between two starts, as the worker that ran it had it.
        started: UTC ISO 8601, as ``finished``; that is None while it runs, or where its worker was killed.
        failure: Why it failed, as a sentence; empty where it did not.
    """

    name: str
    seconds: float
    started: str
    finished: str | None
    failure: str


def write_job_run(connection: Connection, run: JobRun) -> None:
    """Notes the last run of a job."""
    upsert(connection, job_runs, [asdict(run)])


def forget_job_run(connection: Connection, name: str) -> None:
    """Forgets that a job ever ran."""
    connection.execute(delete(job_runs).where(job_runs.c.name == name))


def read_job_runs(connection: Connection) -> dict[str, JobRun]:
    """Returns the last run of every job by its name, in order of the names."""
    rows = connection.execute(select(job_runs).order_by(job_runs.c.name))
    return {row.name: JobRun(*row) for row in rows}
