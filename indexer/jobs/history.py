"""When each job ran and how it went, in the records: a worker that starts anew goes on in the old rhythm.

APScheduler's own stores keep jobs as pickles, which run code when they are read; a row for each job does not.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import Engine

from indexer.records.codec import time_to_text
from indexer.records.database import writing
from indexer.records.jobs import JobRun, forget_job_run, read_job_runs, write_job_run

# Jobs with a longer rhythm, in seconds, keep it over restarts; of the others only failures are noted.
SELDOM = 30.0


class History:
    """Notes the runs of jobs.

    Args:
        engine: The records.
        clock: Tells the time.
    """

    def __init__(self, engine: Engine, clock: Callable[[], datetime]) -> None:
        self._engine = engine
        self._clock = clock
        with engine.connect() as connection:
            self._last = read_job_runs(connection)

    def left_behind(self) -> list[str]:
        """Returns the names of the jobs that began and never ended, since their worker was killed."""
        return [name for name, run in self._last.items() if run.finished is None]

    def wait(self, name: str, seconds: float) -> timedelta:
        """Returns how long a job is to wait yet: not at all, unless it ended well not long ago."""
        last = self._last.get(name)
        if last is None or last.finished is None or last.failure or seconds < SELDOM:
            return timedelta()
        since = self._clock() - datetime.fromisoformat(last.started)
        return max(timedelta(), timedelta(seconds=seconds) - max(timedelta(), since))

    def begin(self, name: str, seconds: float) -> JobRun:
        """Notes that a job starts, and returns what to end it with."""
        run = JobRun(name, seconds, time_to_text(self._clock()), None, "")
        if seconds >= SELDOM:
            self._write(run)
        return run

    def end(self, run: JobRun, failure: str = "") -> None:
        """Notes that a job ended, and why it failed, as a sentence; empty where it did not."""
        last = self._last.get(run.name)
        ended = replace(run, finished=time_to_text(self._clock()), failure=failure)
        if run.seconds >= SELDOM or failure != (last.failure if last else ""):
            self._write(ended)
            self._last[run.name] = ended

    def put_off(self, run: JobRun) -> None:
        """Notes that a job could not do its work now, as if it had not begun."""
        if run.seconds < SELDOM:
            return
        last = self._last.get(run.name)
        with writing(self._engine) as connection:
            if last is None:
                forget_job_run(connection, run.name)
            else:
                write_job_run(connection, last)

    def _write(self, run: JobRun) -> None:
        with writing(self._engine) as connection:
            write_job_run(connection, run)
