"""clausewatch backup: records and stored files, copied while everything runs."""

from datetime import UTC, datetime
from pathlib import Path

import click

from search_app.cli import DONE, FAILED
from search_app.settings import load_settings


@click.command("backup")
@click.argument("directory", metavar="DIR", type=click.Path(file_okay=False, path_type=Path))
def command(directory: Path) -> int:
    """Copy records and stored files into the empty folder DIR, while server and worker go on.

    The index is not copied, since it can be rebuilt from the records; nor is the key of the cookies. For
    records in PostgreSQL use pg_dump; docs/operations.md says how. A stored file whose bytes have changed
    on the disk is named and left out, and the exit status is 1.
    """
    from indexer.backup import back_up  # noqa: PLC0415 - the help page must not pay for the imports
    from indexer.blobs import BlobStore  # noqa: PLC0415
    from search_app.cli.progress import progress  # noqa: PLC0415

    settings = load_settings()
    records, blobs = settings.records_file, BlobStore(settings.home / "blobs")
    with progress("Backing up", "files") as report:
        made = back_up(records, blobs, directory, datetime.now(UTC), report)
    for digest in made.damaged:
        click.echo(f"{blobs.path(digest)} is damaged and was left out", err=True)
    found = made.manifest
    size = (found.records_bytes + found.files_bytes) / 2**20
    click.echo(f"{directory}: the records and {found.files} stored files, {size:.0f} MiB.")
    return FAILED if made.damaged else DONE
