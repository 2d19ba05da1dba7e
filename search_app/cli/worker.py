"""clausewatch worker: the one scheduler of a home."""

import logging
import os
import signal
import threading
from datetime import UTC, datetime

import click

from search_app.cli import DONE, FAILED
from search_app.settings import Settings, load_settings

PARENT_SECONDS = 1.0


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
    """Runs the worker in this process until a signal ends it. Raises WriterBusyError where one runs."""
    from indexer.jobs import run_worker  # noqa: PLC0415 - the help page must not pay for the imports
    from search_app.compose import compose  # noqa: PLC0415

    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(levelname)s %(message)s")
    logging.getLogger("apscheduler").setLevel(logging.WARNING)
    logging.getLogger("alembic").setLevel(logging.WARNING)
    # It logs every request and every retry; what goes wrong for good is said by the job.
    logging.getLogger("opensearch").setLevel(logging.CRITICAL)
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
