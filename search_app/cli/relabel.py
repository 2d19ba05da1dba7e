"""clausewatch relabel: give documents the labels of the model and the rules that are in force."""

import json
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from search_app.cli import DONE, FAILED, WAIT_SECONDS
from search_app.settings import load_settings

if TYPE_CHECKING:
    from indexer.relabel import Relabelled


@click.command("relabel")
@click.option(
    "--collection", "collections", multiple=True, metavar="C", help="Only this collection; repeatable."
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def command(*, collections: tuple[str, ...], as_json: bool) -> int:
    """Label anew the documents whose labels come from another model or other rules than those in force.

    No file is read and no text encoded; search goes on meanwhile. Killed, it goes on from there the next
    time. A worker does the same by itself. Exit status 1 where documents wait for a rebuild.
    """
    from indexer.locks import WRITER, held  # noqa: PLC0415 - the help page must not pay for the imports
    from search_app.cli.progress import progress  # noqa: PLC0415
    from search_app.compose import compose  # noqa: PLC0415

    parts = compose(load_settings())
    known = parts.collections()
    for name in collections:
        if name not in known:
            raise click.UsageError(f"There is no collection {name!r}; there are {', '.join(known) or 'none'}")
    with (
        held(parts.engine, parts.settings.home, WRITER, "relabelling", WAIT_SECONDS) as lock,
        progress("Relabelling", "passages") as report,
    ):
        done = parts.relabel(lock.confirm).run(collections, report)
    click.echo(json.dumps(asdict(done)) if as_json else _in_words(done))
    return FAILED if done.left or done.behind else DONE


def _in_words(done: "Relabelled") -> str:
    if not done.documents and not done.left:
        return "Nothing to do: every document has the labels of the model and the rules in force."
    words = (
        f"{done.documents:,} documents with {done.passages:,} passages in {done.seconds:.1f} s: "
        f"the labels of {done.changed:,} passages changed."
    )
    if done.left:
        words += f" {done.left:,} documents lack readings of this encoder; run: clausewatch rebuild"
    if done.behind:
        words += f" Recorded, and not searchable yet: {done.behind}"
    return words
