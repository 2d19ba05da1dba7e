"""clausewatch watch: the watched folders."""

from pathlib import Path

import click

from search_app.errors import BadRequestError
from search_app.settings import load_settings


@click.command("watch")
@click.option("--remove", type=click.Path(path_type=Path), metavar="PATH", help="Watch it no longer.")
@click.option("--collection", metavar="C", help="Only this collection.")
def command(remove: Path | None, collection: str | None) -> None:
    """List the watched folders, or end the watch of one.

    ``clausewatch ingest PATH --watch`` adds a folder. The documents of a folder that is removed stay.
    """
    from indexer.records.database import open_records, writing  # noqa: PLC0415 - help must not pay for it
    from indexer.records.watches import remove_watch, watches  # noqa: PLC0415

    settings = load_settings()
    engine = open_records(settings.records_url, settings.database_password)
    with engine.connect() as connection:
        found = [watch for watch in watches(connection) if collection in {None, watch.collection}]
    if remove is None:
        for watch in found:
            click.echo(f"{watch.collection}\t{watch.path}")
        return
    ended = [watch for watch in found if watch.path == remove.expanduser().absolute()]
    if not ended:
        raise BadRequestError(f"{remove} is not watched; clausewatch watch lists the folders that are")
    with writing(engine) as connection:
        for watch in ended:
            remove_watch(connection, watch)
            click.echo(f"{watch.path} is watched no longer for {watch.collection}")
