"""clausewatch bench: speed on this machine."""

import json
import tempfile
from dataclasses import asdict
from pathlib import Path

import click

from search_app.settings import load_settings


@click.group("bench")
def command() -> None:
    """Measure speed on this machine."""


@command.command("search")
@click.option("--chunks", type=click.IntRange(100, 5_000_000), default=250_000, help="Size of the corpus.")
@click.option("--requests", type=click.IntRange(20, 10_000), default=200, help="Queries of each kind.")
@click.option(
    "--contract",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    required=True,
    help="A text file to add.",
)
@click.option(
    "--queries",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A queries.jsonl whose searches are asked too.",
)
@click.option(
    "--folder", type=click.Path(path_type=Path), help="Keep the large corpus here, and use it again."
)
@click.option(
    "--dump", type=click.Path(path_type=Path), help="Write corpus and queries here, for a peer to measure."
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def search(
    *,
    chunks: int,
    requests: int,
    contract: Path,
    queries: Path | None,
    folder: Path | None,
    dump: Path | None,
    as_json: bool,
) -> None:
    """Measure search over a large index, grown from the documents that this home holds."""
    from benchmarks import large  # noqa: PLC0415 - the help page must not pay for the imports

    with tempfile.TemporaryDirectory() as temporary:
        place = folder or Path(temporary)
        figures = large.run(
            load_settings().home, place, chunks, requests=requests, contract=contract, queries=queries
        )
        if dump:
            large.dump(place, dump, requests)
    if as_json:
        click.echo(json.dumps(asdict(figures), indent=2))
        return
    click.echo(
        f"{figures.chunks} passages; built in {figures.build:.1f} s, opened in {figures.opening:.2f} s"
    )
    for latency in figures.latencies:
        click.echo(f"search, {latency.name}: p50 {latency.p50:.1f} ms, p95 {latency.p95:.1f} ms")
    click.echo(f"one new contract searchable after {figures.added:.1f} s")
