"""clausewatch worker: the one scheduler of a home."""

import logging
import os
import signal
import threading
import time

import click

from search_app.settings import Settings, load_settings

PARENT_SECONDS = 1.0
# Seconds before each new try of a start in which the database did not answer: together, a restart's time.
PAUSES = (0.5, 1.0, 2.0, 4.0, 8.0)


@click.command("worker")
@click.option("--with-parent", is_flag=True, help="End when the process that started it ends.")
def command(with_parent: bool) -> None:
    """Take uploads, watch folders and keep the index up to date, until Ctrl-C.

    Only one worker runs on a home; a second says which one does. ``clausewatch serve`` starts one itself.
    """
    if with_parent:
        threading.Thread(target=_end_with, args=(os.getppid(),), daemon=True).start()
    work(load_settings())


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

    run_worker(compose(settings).ingest)


def _end_with(parent: int) -> None:
    """Asks this process to end as soon as it has another parent."""
    pause = threading.Event()
    while os.getppid() == parent:
        pause.wait(PARENT_SECONDS)
    os.kill(os.getpid(), signal.SIGTERM)
