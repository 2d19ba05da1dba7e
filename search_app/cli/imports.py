"""clausewatch import: labels and judgements that were made elsewhere, taken over and taken back."""

import json
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from search_app.cli import DONE
from search_app.settings import load_settings

if TYPE_CHECKING:
    from indexer.imports import Imported
    from search_app.compose import Parts

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_SHOWN = 50


@click.group("import")
def command() -> None:
    """Take over labels and judgements that were made elsewhere; list what was, and take it back."""


@command.command("labels")
@click.argument("file", type=_FILE)
@click.option("--collection", required=True, metavar="C", help="Whose documents are meant.")
@click.option("--by", default="", metavar="NAME", help="Who speaks for it; default the name of the file.")
@click.option(
    "--format", "form", default="", metavar="F", help="spans, squad, label studio or csv; else by content."
)
@click.option(
    "--complete",
    is_flag=True,
    help="The documents were looked through for all labels: dismiss what is claimed of them beyond the file.",
)
@click.option("--dry-run", is_flag=True, help="Say what would be taken over, and write nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def labels(
    file: Path, *, collection: str, by: str, form: str, complete: bool, dry_run: bool, as_json: bool
) -> int:
    """Take the labels of FILE over as decisions on passages of documents that are here.

    A document is found by its file name or title, and words by themselves, wherever they stand; what is not
    found is listed. The same file twice adds nothing. What people decide here outweighs it, and clausewatch
    import undo takes all of it back. docs/classifier.md says what each format looks like.
    """
    from indexer.imports import LabelImport  # noqa: PLC0415 - the help page must not pay for the imports
    from indexer.imports.log import PSEUDONYM  # noqa: PLC0415
    from indexer.imports.reading import FORMAT_NAMES  # noqa: PLC0415
    from search_app.cli.progress import progress  # noqa: PLC0415
    from search_app.compose import compose  # noqa: PLC0415

    if form and form not in FORMAT_NAMES:
        raise click.UsageError(f"--format {form!r}: expected one of {', '.join(FORMAT_NAMES)}")
    parts = compose(load_settings())
    _check(parts, collection)
    name = f"{PSEUDONYM}{(by or file.stem)[:80]}"
    work = LabelImport(parts.engine, parts.packs, collection, name, _now(), complete)
    with progress("Importing", "documents") as report:
        done = work.run(file.read_bytes(), file.name, form, dry=dry_run, report=report)
    click.echo(json.dumps(_object(done), indent=2) if as_json else _words(done, name))
    if not as_json:
        for each in (*done.notes[:_SHOWN], *done.problems):
            click.echo(f"  {each}", err=True)
    return DONE


@command.command("judgements")
@click.argument("directory", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--collection", required=True, metavar="C", help="Whose passages are meant.")
@click.option("--split", default="", metavar="S", help="The file qrels/S.tsv; default all splits together.")
@click.option("--by", default="", metavar="NAME", help="Who speaks for it; default the folder and the split.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def judgements(directory: Path, *, collection: str, split: str, by: str, as_json: bool) -> None:
    """Keep the judgements of the BEIR folder DIRECTORY: how well texts answer queries.

    The folder holds corpus.jsonl, queries.jsonl and qrels/*.tsv. Texts are kept with it, whether documents
    here have them or not; those that passages of the collection read are exported as judgements of these.
    clausewatch train ranker --imported learns from all of them. The same judgements twice add nothing.
    """
    from indexer.imports import import_judgements  # noqa: PLC0415 - not for the help page
    from indexer.imports.log import PSEUDONYM  # noqa: PLC0415
    from models.evaluation.beir import read_judged  # noqa: PLC0415
    from search_app.compose import compose  # noqa: PLC0415

    parts = compose(load_settings())
    _check(parts, collection)
    folder, judged = directory.resolve().name, read_judged(directory, split or None)
    name = f"{PSEUDONYM}{(by or ' '.join(filter(None, (folder, split))))[:80]}"
    done = import_judgements(parts.engine, judged, collection=collection, by=name, file=folder, now=_now())
    if as_json:
        click.echo(json.dumps(asdict(done) | {"unknown": judged.unknown}, indent=2))
        return
    click.echo(
        f"Import {done.id}: took over {done.grades:,} judgements of {done.queries:,} queries and "
        f"{done.texts:,} texts, as {name}; {done.passages:,} of the texts are passages of {collection}."
        if done.grades
        else f"Import {done.id} has all of it already."
    )
    for each in judged.unknown:
        click.echo(f"  left out, there is no such query or text: {each}", err=True)


@command.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON list.")
def list_(*, as_json: bool) -> None:
    """List what was imported, the newest first."""
    from indexer.imports import imports  # noqa: PLC0415 - the help page must not pay for the imports
    from search_app.compose import compose  # noqa: PLC0415

    with compose(load_settings()).engine.connect() as connection:
        found = imports(connection)
    if as_json:
        click.echo(json.dumps([asdict(each) for each in found], indent=2))
        return
    if not found:
        click.echo("Nothing was imported yet.")
    for each in found:
        state = "taken back" if each.undone_at else "" if each.finished_at else "cut short"
        click.echo(
            f"{each.id:<18}  {each.created_at[:16]}  {each.kind:<10} {each.rows:>8,}  {state:<10}  "
            f"{each.by}  {each.file}"
        )


@command.command("undo")
@click.argument("id_", metavar="ID")
def undo(id_: str) -> None:
    """Take the import ID back as a whole; what it said stays in the records, as taken back."""
    from indexer.imports import undo as take_back  # noqa: PLC0415 - not for the help page
    from search_app.cli.progress import progress  # noqa: PLC0415
    from search_app.compose import compose  # noqa: PLC0415

    parts = compose(load_settings())
    with progress("Taking back", "documents") as report:
        count = take_back(parts.engine, parts.packs, id_, _now(), report)
    click.echo(f"{count:,} taken back." if count else "There was nothing left to take back.")


def _check(parts: "Parts", collection: str) -> None:
    if collection not in parts.collections():
        known = ", ".join(parts.collections()) or "none yet"
        raise click.UsageError(f"There is no collection {collection!r}; there are {known}")


def _now() -> str:
    from indexer.records.codec import time_to_text  # noqa: PLC0415 - not for the help page

    return time_to_text(datetime.now(UTC))


def _object(done: "Imported") -> dict[str, object]:
    from search_app.cli.training_data import as_rows  # noqa: PLC0415 - not for the help page

    counts = {"id": done.id, "documents": done.documents, "applies": done.applies, "against": done.against}
    return counts | {
        "known": done.known,
        "problems": as_rows(done.problems),
        "notes": as_rows(done.notes),
    }


def _words(done: "Imported", name: str) -> str:
    verb = f"Import {done.id}: took" if done.id else "Would take"
    return (
        f"{verb} over {done.applies:,} labels that apply and {done.against:,} that do not, in "
        f"{done.documents:,} documents, as {name}; {done.known:,} were known, {len(done.problems):,} could "
        "not be used."
    )
