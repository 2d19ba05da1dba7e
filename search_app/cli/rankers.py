"""What clausewatch models says and does where rankers are meant."""

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from search_app.settings import load_settings

if TYPE_CHECKING:
    from indexer.registry import Rankers, RankerState, RankerVersion

PREFIX = "ranker:"
TAKES = "Searches take it within two seconds."


def is_ranker(version: str) -> bool:
    """Whether a version that was typed is a ranker's."""
    return version.strip().startswith(PREFIX)


def list_rankers(*, as_json: bool) -> None:
    """Prints the versions, the newest first, and which one orders hits."""
    rankers = _rankers()
    state = rankers.state()
    versions = rankers.versions()
    if as_json:
        click.echo(json.dumps([_object(each, state) for each in versions], indent=2))
        return
    for each in versions:
        mark = "orders" if _orders(each, state) else ""
        counts = f"{len(each.card.queries)} queries, {each.card.data_name}"
        click.echo(f"{each.version}  {each.origin:<8}  {each.created_at[:10]}  {mark:<6}  {counts}")
    instead = state.used.version if state.used else "the fusion"
    if state.trouble:
        click.echo(f"{state.trouble} Instead, {instead} orders hits.", err=True)
    elif not any(_orders(each, state) for each in versions):
        click.echo(f"{instead} orders hits, which the settings name.")


def show_ranker(version: str, *, as_json: bool) -> None:
    """Prints the card of a version, and its lines of the journal."""
    rankers = _rankers()
    found = rankers.find(version)
    lines = [each for each in rankers.journal() if each.version == found.version]
    if as_json:
        whole = _object(found, rankers.state()) | {"journal": [asdict(each) for each in lines]}
        click.echo(json.dumps(whole | {"card": asdict(found.card)}, indent=2))
        return
    card = found.card
    click.echo(f"version   {found.version}, {found.origin}, {found.created_at}")
    click.echo(f"file      SHA-256 {found.digest}")
    click.echo(f"parent    {found.parent or 'none'}")
    click.echo(f"dataset   {found.dataset or 'none'}")
    click.echo(f"data      {card.data_name}: {len(card.queries):,} queries, {card.candidates:,} candidates")
    click.echo("made by   " + ", ".join(f"{name} {value}" for name, value in sorted(card.parents.items())))
    click.echo(
        "figures   " + ", ".join(f"{name} {value:.3f}" for name, value in sorted(card.figures.items()))
    )
    for each in lines:
        click.echo(f"{each.at}  {each.action.value:<8}  {each.by}  {each.reason}")


def promote_ranker(version: str, reason: str, by: str) -> None:
    """Makes a version the one that orders hits."""
    made = _rankers().promote(version, reason, by)
    click.echo(f"{made.version} orders hits from now on. {TAKES}")


def rollback_ranker(reason: str, by: str) -> None:
    """Goes back to the version that ordered hits before."""
    click.echo(f"{_rankers().rollback(reason, by)} orders hits again. {TAKES}")


def _rankers() -> "Rankers":
    from search_app.compose import compose  # noqa: PLC0415 - the help page must not pay for the imports

    return compose(load_settings()).rankers


def _orders(version: "RankerVersion", state: "RankerState") -> bool:
    return state.used is not None and state.used.version == version.version


def _object(version: "RankerVersion", state: "RankerState") -> dict[str, Any]:
    card = version.card
    return {
        "version": version.version,
        "digest": version.digest,
        "origin": version.origin.value,
        "parent": version.parent,
        "created_at": version.created_at,
        "dataset": version.dataset,
        "orders_now": _orders(version, state),
        "queries": len(card.queries),
        "data": card.data_name,
        "figures": dict(card.figures),
    }
