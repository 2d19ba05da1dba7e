"""clausewatch experiment: try an idea on fixed data, in the background."""

import json
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from search_app.settings import load_settings

if TYPE_CHECKING:
    from indexer.experiments import Experiment, Result

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_NUMBER = click.IntRange(1, (1 << 31) - 1)


@click.group("experiment")
def command() -> None:
    """Try ideas on fixed data beside the settings in use; nothing is ever promoted by it."""


@command.command("run")
@click.argument("file", type=_FILE)
def run(file: Path) -> None:
    """Try the idea that the YAML FILE describes (docs/experiments.md), after those that wait.

    It runs in a process of its own, which goes on when the terminal is closed. What was measured is kept, so
    that one which was killed goes on from there with the next worker or command.
    """
    from indexer.experiments import ask, read_definition  # noqa: PLC0415 - not for the help page
    from indexer.records.codec import time_to_text  # noqa: PLC0415
    from indexer.records.database import writing  # noqa: PLC0415
    from search_app.cli.models import who  # noqa: PLC0415
    from search_app.compose import compose  # noqa: PLC0415
    from search_app.experiments import FEATURES  # noqa: PLC0415
    from search_app.experiments.process import begin  # noqa: PLC0415

    definition = read_definition(file, FEATURES)
    parts = compose(load_settings())
    with writing(parts.engine) as connection:
        number = ask(connection, definition, who(), time_to_text(datetime.now(UTC)))
    begin()
    count = len(definition.variants)
    click.echo(
        f"Experiment {number}: {count} variants. clausewatch experiment show {number} tells how far it is."
    )


@command.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON list.")
def list_(as_json: bool) -> None:
    """List the experiments, the newest first."""
    from indexer.experiments import experiments  # noqa: PLC0415 - not for the help page
    from search_app.compose import compose  # noqa: PLC0415

    with compose(load_settings()).engine.connect() as connection:
        found = experiments(connection)
    if as_json:
        click.echo(json.dumps([asdict(each) for each in found], indent=2))
        return
    if not found:
        click.echo("Nothing was tried yet.")
    for each in found:
        click.echo(
            f"{each.id:>4}  {each.state.value:<8} {each.asked_at[:16]}  {each.definition.name}: {each.step}"
        )


@command.command("show")
@click.argument("number", type=_NUMBER, metavar="ID")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def show(number: int, as_json: bool) -> None:
    """Show what came of an experiment so far."""
    from indexer.experiments import experiment, results  # noqa: PLC0415 - not for the help page
    from search_app.compose import compose  # noqa: PLC0415

    with compose(load_settings()).engine.connect() as connection:
        found, came = experiment(connection, number), results(connection, number)
    if as_json:
        click.echo(json.dumps(asdict(found) | {"results": [_object(each) for each in came]}, indent=2))
    else:
        click.echo("\n".join(_lines(found, came)))


@command.command("stop")
@click.argument("number", type=_NUMBER, metavar="ID")
def stop(number: int) -> None:
    """End an experiment that waits or runs; what it found is kept."""
    from indexer.experiments import stop as end  # noqa: PLC0415 - not for the help page
    from indexer.records.codec import time_to_text  # noqa: PLC0415
    from indexer.records.database import writing  # noqa: PLC0415
    from search_app.compose import compose  # noqa: PLC0415

    with writing(compose(load_settings()).engine) as connection:
        end(connection, number, time_to_text(datetime.now(UTC)))
    click.echo(f"Experiment {number} ends at its next step.")


@command.command("work", hidden=True)
def work() -> None:
    """Run what waits, and end."""
    from indexer.errors import WriterBusyError  # noqa: PLC0415 - not for the help page
    from search_app.compose import compose  # noqa: PLC0415
    from search_app.experiments import runner_of  # noqa: PLC0415

    try:
        runner_of(compose(load_settings())).work()
    except WriterBusyError:
        return  # that process takes what waits


def _object(result: "Result") -> dict[str, Any]:
    return {name: value for name, value in asdict(result).items() if name != "units"}


def _lines(found: "Experiment", came: "list[Result]") -> list[str]:
    from search_app.experiments import METRICS, handing_on, in_words, named  # noqa: PLC0415
    from search_app.experiments.best import best_of  # noqa: PLC0415

    metrics = METRICS[found.definition.kind]
    lines = [f"{found.definition.name}: {found.definition.idea}", f"{found.state.value}. {found.step}"]
    for each in came:
        if each.error:
            lines.append(f"  {named(each.parameters)}: not measured. {each.error}")
            continue
        figures = ", ".join(f"{name} {value:.4f}" for name, value in each.figures.items())
        lines.append(f"  {named(each.parameters)}: {figures} ({each.seconds:.1f} s)")
        lines += [
            f"    {in_words(metric, each.differences[metric.name])}" for metric in metrics if each.place
        ]
    best = best_of(came, metrics[0])
    if best is not None:
        lines.append(f"Best so far: {named(best.parameters)}.")
        command_ = handing_on(found.definition, best.parameters)
        if command_:
            lines.append(f"To hand it on to the checks: {command_}")
    return lines
