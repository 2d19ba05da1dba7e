"""clausewatch opensearch: what other clients of a cluster search with, installed and removed."""

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from search_app.cli import FAILED
from search_app.errors import BadRequestError
from search_app.settings import load_settings

if TYPE_CHECKING:
    from indexer.index.opensearch import Connection
    from indexer.index.opensearch.provision import Outcome

# Of the vectors of the bundled encoder.
DIMENSION = 384
_OPTIONS = (
    click.option("--url", metavar="URL", help="Addresses of the cluster, separated by commas."),
    click.option("--prefix", metavar="P", help="In front of all names."),
    click.option("--user", metavar="U", help="Name to log in with."),
    click.option(
        "--password-file", type=click.Path(path_type=Path), help="File whose first line is the password."
    ),
    click.option(
        "--ca-file", type=click.Path(path_type=Path), help="Certificates that vouch for the servers."
    ),
    click.option("--dry-run", is_flag=True, help="Say what would be done and change nothing."),
    click.option("--json", "as_json", is_flag=True, help="Print one JSON object."),
)


def _to_cluster(command: Callable[..., None]) -> Callable[..., None]:
    """Adds the options that say which cluster; those left out are taken from the settings."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


@click.group("opensearch")
def command() -> None:
    """Let other clients of an OpenSearch cluster search the passages.

    What is not given is taken from the settings CLAUSEWATCH_OPENSEARCH_…
    """


@command.command("install")
@_to_cluster
@click.option(
    "--dimension",
    type=click.IntRange(1, 16_000),
    default=DIMENSION,
    show_default=True,
    help="Length of the vectors of the passages.",
)
def install(dry_run: bool, as_json: bool, dimension: int, **cluster: str | Path | None) -> None:
    """Put index templates, search pipelines and search templates into the cluster.

    All names begin with the prefix, and nothing else in the cluster is touched. A second run changes
    nothing; a newer version replaces what an older one installed. Exit status 1 when the cluster cannot take
    something.
    """
    from indexer.index.opensearch import provision  # noqa: PLC0415 - the help page must not pay for it

    connection = _connection(cluster)
    try:
        outcomes = provision.install(connection, dimension, dry_run=dry_run)
    except ValueError as error:
        raise BadRequestError(str(error)) from error
    _tell(connection, outcomes, dry_run, as_json)


@command.command("uninstall")
@_to_cluster
@click.option("--with-indexes", is_flag=True, help="Also delete the indexes of Clausewatch and their data.")
def uninstall(dry_run: bool, as_json: bool, with_indexes: bool, **cluster: str | Path | None) -> None:
    """Remove from the cluster what install put there.

    Indexes stay, with their data, unless --with-indexes is given; the records are never touched.
    """
    from indexer.index.opensearch import provision  # noqa: PLC0415 - the help page must not pay for it

    connection = _connection(cluster)
    try:
        outcomes = provision.uninstall(connection, indexes=with_indexes, dry_run=dry_run)
    except ValueError as error:
        raise BadRequestError(str(error)) from error
    _tell(connection, outcomes, dry_run, as_json)


def _connection(given: dict[str, str | Path | None]) -> "Connection":
    from search_app.compose import opensearch_connection  # noqa: PLC0415

    values = {f"opensearch_{name}": str(value) for name, value in given.items() if value is not None}
    return opensearch_connection(replace(load_settings(), **values))  # type: ignore[arg-type]


def _tell(connection: "Connection", outcomes: Sequence["Outcome"], dry_run: bool, as_json: bool) -> None:
    """Prints what was done; ends with status 1 where something is impossible."""
    if as_json:
        found = [asdict(each) for each in outcomes]
        told = {
            "cluster": connection.where,
            "prefix": connection.prefix,
            "dry_run": dry_run,
            "objects": found,
        }
        click.echo(json.dumps(told, indent=2))
    else:
        for each in outcomes:
            why = f": {each.reason}" if each.reason else ""
            click.echo(f"{each.step:<11} {each.kind} {each.name}{why}")
        if dry_run:
            click.echo("Nothing was changed (--dry-run).")
    if any(each.step == "impossible" for each in outcomes):
        raise click.exceptions.Exit(FAILED)
