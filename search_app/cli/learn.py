"""clausewatch learn: a better classifier from what people decided, if it passes every check."""

import json
from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any

import click

from search_app.cli import DONE, FAILED, WAIT_SECONDS
from search_app.settings import load_settings

if TYPE_CHECKING:
    from indexer.learning import LearningRun
    from indexer.ranking import Outcome
    from search_app.compose import Parts


@click.command("learn")
@click.option("--pack", default="", metavar="P", help="Of this pack (default contracts).")
@click.option("--collection", default="", metavar="C", help="Of the pack of this collection.")
@click.option("--ranker", is_flag=True, help="Learn the order of hits from clicks instead.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def command(*, pack: str, collection: str, ranker: bool, as_json: bool) -> int:
    """Learn from what people decided about labels, and promote the result where it passes every check.

    It is compared with the classifier in use on decisions that neither learned from, on random checks and on
    the pack's golden passages. Search goes on meanwhile. A worker does the same by itself after
    CLAUSEWATCH_LEARN_AFTER new decisions. Exit status 1 where it was refused or failed.

    With --ranker it learns from all clicks that were recorded, and compares with the ranker in use on clicks
    in queries that it did not learn from and on judged queries; a worker does so by itself after
    CLAUSEWATCH_LEARN_CLICKS_AFTER new clicks.
    """
    if ranker:
        if pack or collection:
            raise click.UsageError(
                "One ranker orders the hits of all packs: leave --pack and --collection out"
            )
        _, outcome = from_clicks(as_json=as_json, by_itself=True)
        return FAILED if outcome.refused else DONE
    from indexer.learning import State, Why, ask, resume  # noqa: PLC0415 - not for the help page
    from indexer.locks import LEARNER, held  # noqa: PLC0415
    from indexer.records.codec import time_to_text  # noqa: PLC0415
    from indexer.records.database import writing  # noqa: PLC0415
    from search_app.cli.models import RELABEL, pack_of, who  # noqa: PLC0415 - it has this module's words
    from search_app.compose import compose  # noqa: PLC0415

    name = pack_of(pack, collection)
    parts = compose(load_settings())
    with held(parts.engine, parts.settings.home, LEARNER, "learning", WAIT_SECONDS) as lock:
        with writing(parts.engine) as connection:
            resume(connection)
            number = ask(connection, name, who(), Why.DEMAND, time_to_text(parts.learner.clock()))
        done = parts.learner.run(number, lock.confirm)
    click.echo(json.dumps(asdict(done), indent=2) if as_json else in_words(done))
    if done.state is State.PROMOTED and not as_json:
        click.echo(RELABEL)
    return FAILED if done.state in (State.FAILED, State.REFUSED) else DONE


def from_clicks(*, as_json: bool, by_itself: bool) -> "tuple[Parts, Outcome]":
    """Learns the order of hits from clicks and prints how it went.

    Args:
        as_json: Whether one JSON object is printed.
        by_itself: Whether what passed every check is used, where the settings have it so.

    Raises:
        SettingsError: Hits are to stay in the order of the fusion.
    """
    from indexer.locks import LEARNER, held  # noqa: PLC0415 - not for the help page
    from search_app.cli.models import who  # noqa: PLC0415 - it has this module's words
    from search_app.compose import compose  # noqa: PLC0415
    from search_app.errors import SettingsError  # noqa: PLC0415

    parts = compose(load_settings())
    learner = parts.ranker_learner
    if learner is None:
        raise SettingsError("CLAUSEWATCH_RANKER=off: there is no ranker that could learn")
    learner = replace(learner, by_itself=learner.by_itself and by_itself)
    with held(parts.engine, parts.settings.home, LEARNER, "learning from clicks", WAIT_SECONDS) as lock:
        done = learner.run(who(), lock.confirm)
    if as_json:
        click.echo(json.dumps(asdict(done), indent=2))
    else:
        click.echo("\n".join([done.words, *map(checked, map(asdict, done.checks))]))
    return parts, done


def checked(check: Mapping[str, Any]) -> str:
    """Returns what a check found, as a line."""
    return f"  {'passed' if check['passed'] else 'FAILED'}  {check['name']}: {check['words']}"


def in_words(done: "LearningRun") -> str:
    """Returns how a run ended, check by check."""
    lines = [done.step]
    lines += map(checked, done.report.get("checks", ()))
    seen = done.report.get("preview")
    if seen:
        gained, lost = sum(seen["gained"].values()), sum(seen["lost"].values())
        looked = f"  Of {seen['passages']:,} passages looked at"
        lines.append(f"{looked}, {gained:,} labels would be gained and {lost:,} lost.")
    return "\n".join(lines)
