"""Reads training data for a command and prints what is wrong with it."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from search_app.cli import FAILED

if TYPE_CHECKING:
    from indexer.training import Finding, TrainingData
    from models.packs import Pack
    from search_app.compose import Parts


def read_data(
    parts: "Parts",
    pack: "Pack",
    files: Sequence[Path],
    contracts: Path | None,
    *,
    to_learn: bool,
    skip_bad: bool,
    as_json: bool,
) -> "TrainingData":
    """Returns the data of some files; ends the command where a part cannot be used and this was not allowed.

    Args:
        parts: For the encoder's window.
        pack: Its labels are looked for.
        files: Of any format.
        contracts: Folder of the texts that files of spans name.
        to_learn: Whether a label that every passage carries is a problem, since nothing tells it apart, and
            so is a text that is missing: to measure, some of the texts will do.
        skip_bad: Whether to go on with what can be used.
        as_json: Whether the problems are also printed as an object, where they end the command.
    """
    from indexer.training import read_training_data, with_both_classes  # noqa: PLC0415 - not for the help page
    from search_app.chosen_classifier import tokens_of  # noqa: PLC0415
    from search_app.cli.progress import progress  # noqa: PLC0415

    with progress("Reading", "documents") as report:
        found = read_training_data(
            files, pack, tokens_of(parts), texts=contracts, some=not to_learn, report=report
        )
    found = with_both_classes(found) if to_learn else found
    _print("Worth knowing", found.notes)
    _print("Cannot be used", found.problems)
    if found.problems and not skip_bad:
        click.echo("Nothing was done. Mend the data, or say --skip-bad to use the rest.", err=True)
        if as_json:
            click.echo(
                json.dumps({"problems": as_rows(found.problems), "notes": as_rows(found.notes)}, indent=2)
            )
        click.get_current_context().exit(FAILED)
    return found


def as_rows(findings: "Sequence[Finding]") -> list[dict[str, str]]:
    """Returns findings for JSON."""
    return [{"file": each.file, "place": each.place, "what": each.what} for each in findings]


def _print(title: str, findings: "Sequence[Finding]") -> None:
    from indexer.training import lines  # noqa: PLC0415

    if findings:
        click.echo(f"{title}, {len(findings)}:", err=True)
        for line in lines(findings):
            click.echo(f"  {line}", err=True)
