"""clausewatch reviewers: who decides about labels, and whose word counts where people disagree."""

import json
from dataclasses import asdict
from datetime import UTC, datetime

import click

from search_app.settings import load_settings


@click.group("reviewers")
def command() -> None:
    """List who decided about labels and how far they agree; give names, and say whose word decides."""


@command.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def list_(*, as_json: bool) -> None:
    """List reviewers by pseudonym, the busiest first, and how far each two agree (Cohen's kappa)."""
    from indexer.decisions import all_decisions  # noqa: PLC0415 - the help page must not pay for the imports
    from indexer.decisions.people import agreements, disputed, reviewers  # noqa: PLC0415
    from search_app.compose import compose  # noqa: PLC0415

    with compose(load_settings()).engine.connect() as connection:
        people = reviewers(connection)
        agreeing = agreements(all_decisions(connection))
        open_ = disputed(connection)
    if as_json:
        found = {
            "reviewers": [asdict(each) for each in people],
            "agreements": [asdict(each) for each in agreeing],
            "disputed": open_,
        }
        click.echo(json.dumps(found, indent=2))
        return
    if not people:
        click.echo("Nobody has decided anything yet.")
    for each in people:
        click.echo(f"{each.id}  {each.acts:>6,}  {'senior' if each.senior else '':<6}  {each.name or '–'}")
    for pair in agreeing:
        beyond = "–" if pair.kappa is None else f"{pair.kappa:.2f}"
        click.echo(f"{pair.one} and {pair.other}: agree on {pair.agreed:,} of {pair.both:,}, kappa {beyond}")
    if open_:
        click.echo(f"{open_:,} labels are disputed; the review asks about them first.")


@command.command("set")
@click.argument("reviewer", metavar="ID")
@click.option("--name", metavar="TEXT", help="What colleagues know this person by.")
@click.option("--senior/--no-senior", default=None, help="Whether this word decides where people disagree.")
def set_(*, reviewer: str, name: str | None, senior: bool | None) -> None:
    """Give the reviewer of a pseudonym a name, or say whether this word decides a disagreement."""
    from indexer.decisions.people import Reviewer, reviewers, set_reviewer  # noqa: PLC0415
    from indexer.records.codec import time_to_text  # noqa: PLC0415
    from indexer.records.database import writing  # noqa: PLC0415
    from search_app.compose import compose  # noqa: PLC0415

    if name is None and senior is None:
        raise click.UsageError("Give --name, --senior or --no-senior")
    parts = compose(load_settings())
    with writing(parts.engine) as connection:
        known = {each.id: each for each in reviewers(connection)}.get(
            reviewer, Reviewer(reviewer, "", False, 0)
        )
        wanted = Reviewer(
            reviewer,
            known.name if name is None else name.strip(),
            known.senior if senior is None else senior,
            known.acts,
        )
        changed = set_reviewer(connection, wanted, parts.packs, time_to_text(datetime.now(UTC)))
    click.echo(f"Noted. {changed:,} documents have other labels now." if changed else "Noted.")
