"""clausewatch monitor: how right the classifier in use is, how inputs change, and what is wrong."""

import json
from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from search_app.cli import DONE, FAILED
from search_app.settings import load_settings

if TYPE_CHECKING:
    from indexer.monitoring import Measurement, Reading

HEAD = (
    f"{'metric':<17} {'of':<44} {'value':>8}  {'between':<13} {'n':>6}  {'before':>8}  {'apart':>8}  chance"
)


@click.command("monitor")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.option("--last", is_flag=True, help="Only print what was measured last; nothing is measured anew.")
def command(*, as_json: bool, last: bool) -> int:
    """Measure how right the classifier in use is, and how far new documents are from those before.

    What is measured is kept as a time series, which the page /monitor shows; the worker does the same every
    hour. Exit status 1 where there is an alarm.
    """
    from indexer.monitoring import latest  # noqa: PLC0415 - the help page must not pay for the imports
    from search_app.compose import compose  # noqa: PLC0415

    parts = compose(load_settings())
    if last:
        with parts.engine.connect() as connection:
            found = latest(connection)
    else:
        found = parts.monitor.look(datetime.now(UTC))
    if as_json:
        click.echo(json.dumps(asdict(found), indent=2))
    else:
        _say(found)
    return FAILED if found.alarms else DONE


def _say(found: "Reading") -> None:
    if not found.at:
        click.echo("Nothing was measured yet.")
        return
    click.echo(f"Measured {found.at} in {found.seconds:.1f} s")
    click.echo(HEAD)
    for each in found.measurements:
        click.echo(_line(each))
    for alarm in found.alarms:
        click.echo(f"\nALARM since {alarm.began_at}: {alarm.cause}\n  {alarm.action}")
    if not found.alarms:
        click.echo("\nNothing is wrong.")


def _line(each: "Measurement") -> str:
    own = each.series
    of = " / ".join(filter(None, (own.collection or own.pack, own.source, own.label)))
    between = "" if each.low is None or each.high is None else f"{each.low:.3f} {each.high:.3f}"
    return (
        f"{each.series.metric:<17} {of[:44]:<44} {each.value:>8.3f}  {between:<13} {each.n:>6,}"
        f"  {_number(each.before):>8}  {_number(each.distance):>8}  {_number(each.chance, 4)}"
    ).rstrip()


def _number(value: float | None, digits: int = 3) -> str:
    return "" if value is None else f"{value:.{digits}f}"
