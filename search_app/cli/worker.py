"""clausewatch worker: the one scheduler of a home."""

import logging
import os
import signal
import threading

import click

from search_app.settings import Settings, load_settings

PARENT_SECONDS = 1.0


@click.command("worker")
@click.option("--with-parent", is_flag=True, help="End when the process that started it ends.")
@click.option(
    "--join", is_flag=True, help="Only take files of runs that other processes share; any number may run."
)
def command(with_parent: bool, join: bool) -> None:
    """Take uploads, watch folders and keep the index up to date, until Ctrl-C.

    Only one worker runs on a home; a second says which one does. ``clausewatch serve`` starts one itself.
    With ``--join`` it takes files of uploads and of ``clausewatch ingest --share`` and nothing else: on this
    machine or on others with the same records.
    """
    if with_parent:
        threading.Thread(target=_end_with, args=(os.getppid(),), daemon=True).start()
    work(load_settings(), join=join)


def work(settings: Settings, *, join: bool = False) -> None:
    """Runs the worker in this process until a signal ends it. Raises WriterBusyError where one runs."""
    from indexer.jobs import run_joiner, run_worker  # noqa: PLC0415 - the help page must not pay for it
    from search_app.compose import compose  # noqa: PLC0415

    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(levelname)s %(message)s")
    logging.getLogger("apscheduler").setLevel(logging.WARNING)
    logging.getLogger("alembic").setLevel(logging.WARNING)
    parts = compose(settings)
    if join:
        run_joiner(parts.ingest)
    else:
        run_worker(parts.ingest, events=parts.events)


def _end_with(parent: int) -> None:
    """Asks this process to end as soon as it has another parent."""
    pause = threading.Event()
    while os.getppid() == parent:
        pause.wait(PARENT_SECONDS)
    os.kill(os.getpid(), signal.SIGTERM)
