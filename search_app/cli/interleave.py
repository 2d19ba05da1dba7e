"""clausewatch models interleave: two rankers take turns in the hits that people see."""

import json
from dataclasses import asdict
from datetime import UTC, datetime

import click

from search_app.settings import load_settings


@click.command("interleave")
@click.argument("version", metavar="[VERSION]", default="")
@click.option("--promote", is_flag=True, help="Use VERSION from then on, once it is surely better.")
@click.option("--stop", is_flag=True, help="End the comparison; the ranker in use orders all hits again.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def interleave(*, version: str, promote: bool, stop: bool, as_json: bool) -> None:
    """Let the ranker VERSION take turns with the one in use, or say what people clicked since.

    In each search by the pages a coin decides which of the two begins; each picks its best hit that is not
    there yet. Who picked what people click is better. A worker ends it where one is surely better (99 %
    interval, by person, from 20 people on).
    """
    from indexer.ranking import interleaving  # noqa: PLC0415 - the help page must not pay for the imports
    from indexer.records.codec import time_to_text  # noqa: PLC0415
    from indexer.records.database import writing  # noqa: PLC0415
    from search_app.cli.models import who  # noqa: PLC0415 - it has this module's command
    from search_app.compose import compose  # noqa: PLC0415

    if (version and stop) or (promote and not version):
        raise click.UsageError("Give VERSION, with or without --promote, or --stop, or neither")
    parts, now = compose(load_settings()), time_to_text(datetime.now(UTC))
    if version:
        interleaving.begin(parts.engine, parts.rankers, version, who(), now, promotes=promote)
    with parts.engine.connect() as connection:
        found = interleaving.newest(connection)
    if found is None:
        click.echo("null" if as_json else "No two rankers were compared yet.")
        return
    result = interleaving.counted(parts.engine, found)
    if stop:
        with writing(parts.engine) as connection:
            interleaving.end(connection, found.id, f"Ended by {who()}. {result.words()}", now)
            found = interleaving.newest(connection) or found
    if as_json:
        click.echo(json.dumps(asdict(found) | {"result": asdict(result)}, indent=2))
        return
    click.echo(f"champion    {found.champion}\nchallenger  {found.challenger}")
    state = f"ended {found.ended_at}: {found.outcome}" if found.ended_at else result.words()
    click.echo(f"since       {found.started_at}\n{state}")
