"""clausewatch worker: the one scheduler of a home."""

import logging
import os
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from search_app.cli import DONE, FAILED
from search_app.settings import Settings, load_settings

if TYPE_CHECKING:
    from search_app.compose import Parts

PARENT_SECONDS = 1.0
# Between two looks at which encoder is in use.
FOLLOW_SECONDS = 2.0
# Seconds before each new try of a start in which the database did not answer: together, a restart's time.
PAUSES = (0.5, 1.0, 2.0, 4.0, 8.0)


@click.command("worker")
@click.option("--with-parent", is_flag=True, help="End when the process that started it ends.")
@click.option("--check", is_flag=True, help="Only say whether a worker runs and lives; exit status 1 if not.")
@click.option(
    "--join", is_flag=True, help="Only take files of runs that other processes share; any number may run."
)
def command(*, with_parent: bool, check: bool, join: bool) -> int:
    """Take uploads, watch folders and keep the index up to date, until Ctrl-C.

    Only one worker runs on a home; a second says which one does. ``clausewatch serve`` starts one itself.
    With ``--join`` it takes files of uploads and of ``clausewatch ingest --share`` and nothing else: on this
    machine or on others with the same records.
    """
    if check:
        return _check(load_settings())
    if with_parent:
        threading.Thread(target=_end_with, args=(os.getppid(),), daemon=True).start()
    work(load_settings(), join=join)
    return DONE


def work(settings: Settings, *, join: bool = False) -> None:
    """Runs the worker in this process until a signal ends it; with ``join`` it only helps others' runs.

    Raises:
        WriterBusyError: A worker runs already, and this one is not to join.
        RecordsUnreachableError: The database does not answer, and has not for as long as a restart takes.
    """
    from indexer.errors import RecordsUnreachableError  # noqa: PLC0415 - not for the help page

    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(levelname)s %(message)s")
    # A job that is still at it when its time comes again is no news.
    logging.getLogger("apscheduler").setLevel(logging.ERROR)
    logging.getLogger("alembic").setLevel(logging.WARNING)
    logging.getLogger("faiss").setLevel(logging.WARNING)
    pauses = iter(PAUSES)
    again = True
    while again:
        try:
            again = _run(settings, join=join)
        except RecordsUnreachableError as error:
            pause = next(pauses, None)
            if pause is None:
                raise
            logging.getLogger(__name__).warning("%s; trying again in %g s", error, pause)
            time.sleep(pause)


def _run(settings: Settings, *, join: bool) -> bool:
    """Returns whether it ended because another encoder was taken into use, and is to be run again."""
    from indexer.jobs import run_joiner, run_worker  # noqa: PLC0415 - the help page must not pay for the imports
    from indexer.signals import signalled  # noqa: PLC0415
    from search_app.compose import compose  # noqa: PLC0415
    from search_app.worker_jobs import jobs_of  # noqa: PLC0415

    parts = compose(settings)
    with signalled() as stop, _stopping(parts, settings, stop) as changed:
        if join:
            run_joiner(parts.ingest, stop)
        else:
            run_worker(parts.ingest, stop, events=parts.events, added=jobs_of(parts))
    return changed.is_set()


@contextmanager
def _stopping(parts: "Parts", given: Settings, stop: threading.Event) -> Iterator[threading.Event]:
    """Sets ``stop`` when another encoder was taken into use; the event that it yields says so."""
    from sqlalchemy.exc import SQLAlchemyError  # noqa: PLC0415 - the help page must not pay for the imports

    from search_app.chosen_encoder import encoder_in_use  # noqa: PLC0415

    changed, ended = threading.Event(), threading.Event()

    def look() -> None:
        while not ended.wait(FOLLOW_SECONDS):
            try:
                another = encoder_in_use(given, parts.engine) != parts.chosen
            except SQLAlchemyError:
                continue  # the jobs say so
            if another:
                logging.getLogger(__name__).info("Another encoder is in use; the worker begins anew with it")
                changed.set()
                stop.set()
                return

    looking = threading.Thread(target=look, name="encoder", daemon=True)
    looking.start()
    try:
        yield changed
    finally:
        ended.set()
        looking.join()


def _check(settings: Settings) -> int:
    from indexer.locks import WORKER, holder  # noqa: PLC0415 - the help page must not pay for the imports
    from indexer.records import heartbeat  # noqa: PLC0415
    from indexer.records.database import open_records  # noqa: PLC0415

    engine = open_records(settings.records_url, settings.database_password)
    running = holder(engine, settings.home, WORKER)
    with engine.connect() as connection:
        beat = heartbeat.read_heartbeat(connection, heartbeat.WORKER)
    if running is None:
        click.echo("No worker runs.")
        return FAILED
    if beat is not None and beat.hangs(running.process, datetime.now(UTC)):
        click.echo(f"The worker, process {running.process}, gave no sign of life since {beat.beat}.")
        return FAILED
    click.echo(f"The worker runs as process {running.process} since {running.since}.")
    return DONE


def _end_with(parent: int) -> None:
    """Asks this process to end as soon as it has another parent."""
    pause = threading.Event()
    while os.getppid() == parent:
        pause.wait(PARENT_SECONDS)
    os.kill(os.getpid(), signal.SIGTERM)
