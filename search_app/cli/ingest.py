"""clausewatch ingest: files and folders in, searchable passages out."""

import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from search_app.cli import DONE, FAILED, WAIT_SECONDS
from search_app.settings import Settings, load_settings

if TYPE_CHECKING:
    from indexer.ingest import RunSummary

LATER = "A worker makes it searchable when it can; so does the next ingest."


@click.command("ingest")
@click.argument("paths", nargs=-1, required=True, metavar="PATH…", type=click.Path(path_type=Path))
@click.option("--collection", default="contracts", metavar="C", help="Where they belong (default contracts).")
@click.option("--watch", is_flag=True, help="Go on watching the paths, now and whenever a worker runs.")
@click.option(
    "--jobs", type=click.IntRange(1, 256), metavar="N", help="Worker processes (default: processors)."
)
@click.option(
    "--ray", metavar="ADDRESS", help="Extract and encode on a Ray cluster (default CLAUSEWATCH_RAY, none)."
)
@click.option("--share", is_flag=True, help="Let processes of clausewatch worker --join take part.")
@click.option("--json", "as_json", is_flag=True, help="End with one JSON object.")
def command(
    *,
    paths: tuple[Path, ...],
    collection: str,
    watch: bool,
    jobs: int | None,
    ray: str | None,
    share: bool,
    as_json: bool,
) -> int:
    """Read files and folders and make them searchable.

    What was read before and has not changed is left as it is, so the same command may be repeated. Every
    file ends with one outcome; those that failed are listed with their reason, and the exit status is 1.
    Where the search index is out of reach, files are recorded and searchable later; the status is 1 too.
    """
    settings = load_settings()
    settings = settings if jobs is None else replace(settings, jobs=jobs)
    settings = settings if ray is None else replace(settings, ray=ray)
    summary = _run(settings, paths, collection, watch=watch, share=share)
    click.echo(_as_json(summary) if as_json else _in_words(summary))
    if watch:
        from search_app.cli.worker import work  # noqa: PLC0415 - only watching pays for the import

        click.echo("Watching for changes (Ctrl-C ends it).", err=True)
        work(settings)
    return FAILED if summary.outcomes["failed"] or summary.behind else DONE


def _run(
    settings: Settings, paths: tuple[Path, ...], collection: str, *, watch: bool, share: bool
) -> "RunSummary":
    from indexer.watch import watch_paths  # noqa: PLC0415
    from search_app.cli.progress import progress  # noqa: PLC0415 - the help page must not pay for the imports
    from search_app.compose import compose  # noqa: PLC0415

    parts = compose(settings)
    with progress("Ingesting", "files") as report:
        summary = parts.ingest.run(paths, collection, report=report, wait=WAIT_SECONDS, share=share)
    if watch:
        watch_paths(parts.ingest, paths, collection)
    for failure in summary.failures:
        click.echo(f"{failure.uri}: {failure.reason}", err=True)
    if summary.behind:
        click.echo(f"Recorded, and not searchable yet: {summary.behind} {LATER}", err=True)
    return summary


def _as_json(summary: "RunSummary") -> str:
    return json.dumps(
        {
            "run": summary.run,
            "files": summary.files,
            "documents": summary.documents,
            "chunks": summary.chunks,
            "outcomes": dict(summary.outcomes),
            "seconds": round(summary.seconds, 3),
            **({"not_searchable": summary.behind} if summary.behind else {}),
        }
    )


def _in_words(summary: "RunSummary") -> str:
    outcomes = (
        ", ".join(f"{count} {name}" for name, count in summary.outcomes.items() if count) or "no files found"
    )
    made = f"{summary.documents} documents with {summary.chunks} passages are new"
    return f"{summary.files} files in {summary.seconds:.1f} s: {outcomes}; {made}."
