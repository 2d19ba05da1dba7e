"""clausewatch evaluate: the quality of search on judged data."""

import json
from pathlib import Path

import click

from search_app.settings import load_settings


@click.group("evaluate")
def command() -> None:
    """Measure the quality of search."""


@command.command("retrieval")
@click.argument("directory", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--split", default="", metavar="S", help="The file qrels/S.tsv; default all splits together.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def retrieval(directory: Path, split: str, as_json: bool) -> None:
    """Rank the judged documents of each query of the BEIR folder DIRECTORY.

    The folder holds corpus.jsonl, queries.jsonl and qrels/*.tsv. Analysis, encoder and fusion are those of
    the product; only the documents judged for a query are ranked for it.
    """
    from search_app.cli.progress import progress  # noqa: PLC0415 - the help page must not pay for the imports
    from search_app.compose import compose  # noqa: PLC0415
    from search_app.evaluate import evaluate_retrieval  # noqa: PLC0415

    parts = compose(load_settings())
    with progress("Evaluating", "steps") as report:
        found = evaluate_retrieval(directory, split or None, parts.encoder, report)
    if as_json:
        click.echo(json.dumps(found, indent=2))
        return
    modes = {"keyword": found["keyword"], "semantic": found["semantic"], "hybrid": found["hybrid"]}
    click.echo(f"{found['queries']} queries")
    click.echo("".join([f"{'':<14}", *(f"{name:>10}" for name in modes)]))
    for metric in found["hybrid"]:
        click.echo("".join([f"{metric:<14}", *(f"{values[metric]:>10.4f}" for values in modes.values())]))
