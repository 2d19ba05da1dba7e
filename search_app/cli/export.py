"""clausewatch export: what was recorded and predicted, as tables for data scientists."""

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from search_app.cli import DONE
from search_app.settings import load_settings

if TYPE_CHECKING:
    from indexer.export import Request
    from search_app.compose import Parts

LINE_EVERY_SECONDS = 5.0


@click.command("export")
@click.argument("kind", metavar="KIND")
@click.option(
    "--format", "form", default="", metavar="F", help="By default what --output ends with, else ndjson."
)
@click.option("--since", default="", metavar="WHEN", help="Only from a date, or a time in UTC, on.")
@click.option("--collection", default="", metavar="C", help="Only of documents of this collection.")
@click.option(
    "--after", default="", metavar="N", help="Only behind the number that an earlier export ended with."
)
@click.option(
    "--output",
    metavar="PATH",
    type=click.Path(allow_dash=True, path_type=Path),
    help="A file; for beir a folder. Standard output without it.",
)
@click.option("--with-queries", is_flag=True, help="With the words that people searched for: personal data.")
@click.option("--with-text", is_flag=True, help="With the texts of the passages.")
@click.option("--json", "as_json", is_flag=True, help="End with one JSON object.")
def command(
    *,
    kind: str,
    form: str,
    since: str,
    collection: str,
    after: str,
    output: Path | None,
    with_queries: bool,
    with_text: bool,
    as_json: bool,
) -> int:
    """Export a KIND of rows: clicks, impressions, judgements, predictions, decisions, datasets or lineage.

    Formats: ndjson, csv and parquet; of judgements also trec, svmlight and beir. Ids of people are replaced
    by pseudonyms. An export into a file that was cut short goes on with the same command. docs/export.md
    says what each column holds.
    """
    from search_app.compose import compose  # noqa: PLC0415 - the help page must not pay for the imports
    from search_app.exporting import ExportTexts, read_export  # noqa: PLC0415

    parts = compose(load_settings())
    target = None if output is None or str(output) == "-" else output
    texts = ExportTexts(kind, form or _format_of(target), since, after, collection, with_queries, with_text)
    request = read_export(texts, parts.collections())
    if target is None and not request.format.text:
        raise click.UsageError(f"{request.format.name} cannot be printed; name an --output")
    rows, until = _print(parts, request) if target is None else _write(parts, request, target)
    _say(request, target, rows, until, as_json=as_json)
    return DONE


def _format_of(output: Path | None) -> str:
    from indexer.export import FORMATS  # noqa: PLC0415

    suffix = output.suffix if output else ""
    return next((each.name for each in FORMATS.values() if suffix and each.suffix == suffix), "ndjson")


def _print(parts: "Parts", request: "Request") -> tuple[int | None, int]:
    from indexer.export import stream  # noqa: PLC0415
    from search_app.exporting import pseudonyms  # noqa: PLC0415

    until, content = stream(request, parts.engine, pseudonyms(parts.settings), parts.blobs)
    out = sys.stdout.buffer
    for piece in content:
        out.write(piece)
    out.flush()
    return None, until.events


def _write(parts: "Parts", request: "Request", output: Path) -> tuple[int, int]:
    from indexer.export import export_file  # noqa: PLC0415
    from search_app.exporting import pseudonyms  # noqa: PLC0415

    names = pseudonyms(parts.settings)
    done = export_file(request, parts.engine, names, output, blobs=parts.blobs, report=_reporter())
    if done.resumed:
        click.echo(f"Went on with what {output.name}.part held.", err=True)
    return done.rows, done.until


def _say(request: "Request", output: Path | None, rows: int | None, until: int, *, as_json: bool) -> None:
    """Says how much was written and from where to go on; on standard error where rows are on the other."""
    after = until if request.kind.recorded else None
    if as_json:
        found = {"output": str(output) if output else None, "rows": rows, "after": after}
        words = json.dumps(found)
    else:
        words = f"{output}: {rows:,} rows." if output else "Done."
        words += f" What comes later: --after {after}" if after is not None else ""
    click.echo(words, err=output is None)


def _reporter() -> Callable[[int], None]:
    started = last = time.monotonic()

    def report(rows: int) -> None:
        nonlocal last
        now = time.monotonic()
        if now - last >= LINE_EVERY_SECONDS:
            last = now
            click.echo(f"{rows:,} rows, {rows / (now - started):,.0f}/s", file=sys.stderr)

    return report
