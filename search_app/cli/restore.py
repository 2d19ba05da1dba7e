"""clausewatch restore: a backup put into an empty home."""

from pathlib import Path

import click

from search_app.settings import load_settings


@click.command("restore")
@click.argument("directory", metavar="DIR", type=click.Path(exists=True, file_okay=False, path_type=Path))
def command(directory: Path) -> None:
    """Check the backup in DIR and put it into the empty CLAUSEWATCH_HOME.

    Every file is checked against its hash. The records migrate at the next start, and clausewatch rebuild
    makes the index from them, in files or in OpenSearch; no file is read and no text is encoded again.
    """
    from indexer.backup import restore  # noqa: PLC0415 - the help page must not pay for the imports
    from search_app.cli.progress import progress  # noqa: PLC0415

    settings = load_settings()
    with progress("Restoring", "files") as report:
        found = restore(directory, settings.records_file, settings.home, report)
    click.echo(f"{settings.home}: the records of {found.made_at} and {found.files} stored files.")
    click.echo("Now run: clausewatch rebuild")
