"""clausewatch worker: the one scheduler of a home."""

import logging
import os
import signal
import threading
import time
from datetime import UTC, datetime

import click

from search_app.cli import DONE, FAILED
from search_app.settings import Settings, load_settings

PARENT_SECONDS = 1.0
# Seconds before each new try of a start in which the database did not answer: together, a restart's time.
PAUSES = (0.5, 1.0, 2.0, 4.0, 8.0)


@click.command("worker")
@click.option("--with-parent", is_flag=True, help="End when the process that started it ends.")
@click.option("--check", is_flag=True, help="Only say whether a worker runs and lives; exit status 1 if not.")
def command(with_parent: bool, check: bool) -> int:
    """Take uploads, watch folders and keep the index up to date, until Ctrl-C.

    Only one worker runs on a home; a second says which one does. ``clausewatch serve`` starts one itself.
    """
    if check:
        return _check(load_settings())
    if with_parent:
        threading.Thread(target=_end_with, args=(os.getppid(),), daemon=True).start()
    work(load_settings())
    return DONE


def work(settings: Settings) -> None:
    """Runs the worker in this process until a signal ends it.

    Raises:
        WriterBusyError: A worker runs already.
        RecordsUnreachableError: The database does not answer, and has not for as long as a restart takes.
    """
    from indexer.errors import RecordsUnreachableError  # noqa: PLC0415 - not for the help page

    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(levelname)s %(message)s")
    logging.getLogger("apscheduler").setLevel(logging.WARNING)
    logging.getLogger("alembic").setLevel(logging.WARNING)
    for pause in PAUSES:
        try:
            return _run(settings)
        except RecordsUnreachableError as error:
            logging.getLogger(__name__).warning("%s; trying again in %g s", error, pause)
            time.sleep(pause)
    return _run(settings)


def _run(settings: Settings) -> None:
    from indexer.jobs import run_worker  # noqa: PLC0415 - the help page must not pay for the imports
    from search_app.compose import compose  # noqa: PLC0415

    parts = compose(settings)
    run_worker(parts.ingest, events=parts.events)


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
