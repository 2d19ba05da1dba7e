"""clausewatch status: what is stored, indexed and running."""

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from search_app.cli import DONE, FAILED
from search_app.settings import Settings, load_settings

if TYPE_CHECKING:
    from search_app.compose import Parts


@click.command("status")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def command(as_json: bool) -> int:
    """Say what is stored, indexed and running.

    Exit status 1 when there are documents that cannot be searched.
    """
    found = examine(load_settings())
    if as_json:
        click.echo(json.dumps(found, indent=2))
    else:
        _say(found)
    return DONE if found["searchable"] else FAILED


def _say(found: dict[str, Any]) -> None:
    click.echo(f"home        {found['home']}")
    for name, totals in found["collections"].items():
        click.echo(f"collection  {name}: {totals['documents']:,} documents, {totals['chunks']:,} passages")
    click.echo(f"index       {_index(found['index'])}")
    if not found["searchable"]:
        click.echo("degraded    nothing can be searched; documents, runs and uploads are there as ever")
    if found["events"] is not None:
        click.echo(f"events      {_events(found['events'])}")
    click.echo(f"encoder     {found['encoder']}")
    for each in found["classifiers"]:
        click.echo(f"classifier  {each['words']}")
    click.echo(f"tika        {found['tika']['words']}")
    click.echo(f"worker      {_process(found['worker'], 'none runs; clausewatch serve starts one')}")
    for job in found["jobs"]:
        if job["failure"]:
            click.echo(f"job         {job['name']} failed at {job['started']}: {job['failure']}")
    for alarm in found["alarms"]:
        click.echo(f"alarm       {alarm['cause']} {alarm['action']}")
    click.echo(f"writing     {_process(found['writer'], 'nobody writes')}")
    for watch in found["watched"]:
        click.echo(f"watched     {watch['path']} for {watch['collection']}")
    for run in found["runs"]:
        outcomes = ", ".join(f"{count} {name}" for name, count in run["outcomes"].items() if count)
        click.echo(
            f"run         {run['started_at']} {run['origin']}, {run['state']}: {outcomes or 'no files yet'}"
        )


def examine(settings: Settings) -> dict[str, Any]:
    """Returns everything as JSON values; an index that cannot be read is an object with ``error``."""
    from indexer.locks import WORKER, WRITER, holder  # noqa: PLC0415 - the help page must not pay for it
    from indexer.monitoring import open_alarms  # noqa: PLC0415
    from indexer.records.jobs import read_job_runs  # noqa: PLC0415
    from indexer.records.read import run_records, totals  # noqa: PLC0415
    from indexer.records.watches import watches  # noqa: PLC0415
    from search_app.classifiers import classifier_status  # noqa: PLC0415
    from search_app.compose import compose  # noqa: PLC0415
    from search_app.tika import tika_status  # noqa: PLC0415

    parts = compose(settings)
    tika = tika_status(settings)
    with parts.engine.connect() as connection:
        collections = {name: asdict(found) for name, found in totals(connection).items()}
        watched = [{"collection": item.collection, "path": str(item.path)} for item in watches(connection)]
        runs = [asdict(run) for run in run_records(connection, 5, 0)]
        alarms = [asdict(alarm) for alarm in open_alarms(connection)]
        jobs = [asdict(job) for job in read_job_runs(connection).values()]
    index = _index_status(parts)
    empty = not any(each["documents"] for each in collections.values())
    worker, writer = (holder(parts.engine, settings.home, name) for name in (WORKER, WRITER))
    return {
        "home": str(settings.home.resolve()),
        "records": parts.engine.url.get_backend_name(),
        "collections": collections,
        "index": index,
        "searchable": empty or "error" not in index,
        "events": _event_status(parts),
        "encoder": parts.encoder.version,
        "classifiers": [asdict(each) | {"words": each.words()} for each in classifier_status(parts)],
        "tika": {**asdict(tika), "words": tika.words()},
        "worker": asdict(worker) if worker else None,
        "jobs": jobs,
        "writer": asdict(writer) if writer else None,
        "alarms": alarms,
        "watched": watched,
        "runs": runs,
    }


def _index_status(parts: "Parts") -> dict[str, Any]:
    from indexer.errors import IndexUnavailableError  # noqa: PLC0415

    try:
        return asdict(parts.index.status())
    except IndexUnavailableError as error:
        return {"backend": parts.settings.index, "error": str(error)}


def _event_status(parts: "Parts") -> dict[str, Any] | None:
    """Says how far the projection of search events is; None where there is none."""
    from indexer.errors import IndexerError  # noqa: PLC0415

    if parts.events is None:
        return None
    try:
        return {each.index: asdict(each) for each in parts.events.status()}
    except IndexerError as error:
        return {"error": str(error)}


def _events(status: dict[str, Any]) -> str:
    if "error" in status:
        return str(status["error"])
    return ", ".join(
        f"{name}: {each['waiting']:,} wait" + (f", {each['left_out']:,} left out" if each["left_out"] else "")
        for name, each in status.items()
    )


def _index(status: dict[str, Any]) -> str:
    if "error" in status:
        return f"{status['backend']}: {status['error']}"
    size = f"{status['bytes'] / 2**20:.0f} MiB"
    return f"{status['backend']}, {status['chunks']:,} passages, vectors {status['vector_kind']}, {size}"


def _process(found: dict[str, Any] | None, otherwise: str) -> str:
    if not found:
        return otherwise
    machine = f" on {found['machine']}" if found["machine"] else ""
    return f"process {found['process']}{machine} ({found['purpose']}) since {found['since']}"
