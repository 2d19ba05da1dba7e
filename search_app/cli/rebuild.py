"""clausewatch rebuild: a new generation of the index from the records."""

import click

from search_app.cli import WAIT_SECONDS
from search_app.settings import load_settings


@click.command("rebuild")
@click.option("--rollback", is_flag=True, help="Go back to the previous generation instead.")
def command(rollback: bool) -> None:
    """Build the index anew from the records, beside the one that answers.

    No file is read, and no text is encoded that this encoder has encoded before. When the new generation
    is complete and verified it takes over at once, and the one before is kept for --rollback.
    """
    from indexer import rebuild as rebuilding  # noqa: PLC0415
    from indexer.locks import WRITER, held  # noqa: PLC0415
    from search_app.cli.progress import progress  # noqa: PLC0415 - the help page must not pay for the imports
    from search_app.compose import compose  # noqa: PLC0415

    parts = compose(load_settings())
    with held(parts.engine, parts.settings.home, WRITER, "rebuild", WAIT_SECONDS):
        if rollback:
            status = rebuilding.rollback(parts.engine, parts.index, parts.packs)
        else:
            with progress("Rebuilding", "passages") as report:
                status = rebuilding.rebuild(parts.engine, parts.index, parts.encoder, parts.packs, report)
    click.echo(f"Generation {status.generation}: {status.chunks} passages, vectors {status.vector_kind}.")
