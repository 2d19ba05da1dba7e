"""clausewatch models shadow: a version that labels beside the one in use, without being heard."""

import json
from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from search_app.settings import load_settings

if TYPE_CHECKING:
    from search_app.compose import Parts


@click.command("shadow")
@click.argument("version", metavar="[VERSION]", default="")
@click.option("--stop", "end", is_flag=True, help="End it; what it would say is removed.")
@click.option("--pack", default="", metavar="P", help="Of this pack (default contracts).")
@click.option("--collection", default="", metavar="C", help="Of the pack of this collection.")
@click.option("--wait", is_flag=True, help="Label here and now, instead of in the worker.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def shadow(*, version: str, end: bool, pack: str, collection: str, wait: bool, as_json: bool) -> None:
    """Let VERSION label beside the one in use; without it, tell how far that is and where the two differ.

    Labels stay as they are. clausewatch search --flagged new finds what VERSION would flag and the one in use
    does not, --flagged old the reverse. It ends with --stop, and by itself once VERSION is promoted.
    """
    from indexer import shadow as shadows  # noqa: PLC0415 - the help page must not pay for the imports
    from indexer.records.codec import time_to_text  # noqa: PLC0415
    from indexer.records.database import writing  # noqa: PLC0415
    from search_app.cli.models import pack_of, who  # noqa: PLC0415 - it has this module's command
    from search_app.cli.progress import progress  # noqa: PLC0415
    from search_app.compose import compose  # noqa: PLC0415

    if version and end:
        raise click.UsageError("Give VERSION or --stop, not both")
    parts = compose(load_settings())
    if version:
        name = parts.shadowing.begin(version, who(), time_to_text(datetime.now(UTC))).pack
    else:
        name = pack_of(pack, collection)
    if end:
        with writing(parts.engine) as connection:
            found = shadows.stop(connection, name)
        click.echo(f"{found.version} labels beside no more." if found else "Nothing labels beside.")
        return
    if wait:
        with progress("Labelling beside", "documents") as report:
            parts.shadowing.run(report)
    _tell(parts, name, as_json=as_json)


def _tell(parts: "Parts", pack: str, *, as_json: bool) -> None:
    from indexer import shadow as shadows  # noqa: PLC0415 - not for the help page
    from indexer.shadow.read import together  # noqa: PLC0415

    names = [each for each in parts.collections() if parts.packs[each].name == pack]
    with parts.engine.connect() as connection:
        found = shadows.shadow(connection, pack)
        if found is None:
            click.echo("null" if as_json else "Nothing labels beside.")
            return
        done, total = shadows.progress(connection, found, names)
        by_label = shadows.differing(connection, found)
    every = together(by_label.values())
    if as_json:
        labels = {name: asdict(each) for name, each in by_label.items()}
        whole = asdict(found) | {"documents": done, "of": total} | asdict(every)
        click.echo(json.dumps(whole | {"by_chance": every.by_chance, "labels": labels}, indent=2))
        return
    click.echo(f"{found.version} labels beside since {found.since}: {done:,} of {total:,} documents.")
    for name, each in by_label.items():
        click.echo(f"  {each.gained:>6,} gained {each.lost:>6,} lost  {name}")
    judged = f"{every.new_right + every.old_right:,} differences that people decided since"
    click.echo(
        f"Of {judged}, it has {every.new_right:,} right and the one in use {every.old_right:,} "
        f"(by chance: {every.by_chance:.2g})."
    )
