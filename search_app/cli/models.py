"""clausewatch models: which classifiers and rankers there are, which one is used, and going back."""

import getpass
import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from search_app.cli.interleave import interleave
from search_app.cli.lineage import compare, lineage
from search_app.cli.rankers import is_ranker, list_rankers, promote_ranker, rollback_ranker, show_ranker
from search_app.cli.shadow import shadow
from search_app.settings import load_settings

if TYPE_CHECKING:
    from indexer.registry import ModelState, ModelVersion, Registry

# A label whose rules speak since the classifier does not cover it is shown with its reason.
_NAME_WIDTH = 36
RELABEL = (
    "Documents keep their labels until they are labelled anew: a worker does it, or clausewatch relabel."
)


RANKER = "ranker"
_KIND = click.option(
    "--kind",
    type=click.Choice(("classifier", RANKER)),
    default="classifier",
    show_default=True,
    help="What labels passages, or what orders hits.",
)


@click.group("models")
def command() -> None:
    """List the classifiers or rankers, show one, choose the one to use, or go back to the one before."""


@command.command("list")
@_KIND
@click.option("--pack", default="", metavar="P", help="Only classifiers of this pack.")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON list.")
def list_(kind: str, pack: str, as_json: bool) -> None:
    """List the versions, the newest first, and say which one is used."""
    if kind == RANKER:
        list_rankers(as_json=as_json)
        return
    registry = _registry()
    states = {name: registry.state(name) for name in _packs(pack)}
    versions = [each for each in registry.versions(pack) if each.pack in states]
    if as_json:
        click.echo(json.dumps([_object(each, states[each.pack]) for each in versions], indent=2))
        return
    for each in versions:
        mark = "labels" if states[each.pack].used == each else ""
        counts = f"{len(each.card.labels)} labels from {each.card.data_name or 'unnamed data'}"
        click.echo(f"{each.version}  {each.origin:<10}  {each.created_at[:10]}  {mark:<6}  {counts}")
    for name, state in states.items():
        if state.trouble:
            instead = f"{state.used.version} labels" if state.used else "the keyword rules label"
            click.echo(f"{name}: {state.trouble} Instead, {instead}.", err=True)
        elif state.used is None:
            click.echo(f"{name}: no classifier; the keyword rules label.")


@command.command("show")
@click.argument("version", metavar="VERSION")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def show(version: str, as_json: bool) -> None:
    """Show the card of a VERSION: its data, its figures, and how often each label was right.

    One that begins with ranker: is a ranker, with what was done with it.
    """
    if is_ranker(version):
        show_ranker(version, as_json=as_json)
        return
    registry = _registry()
    found = registry.find(version)
    if as_json:
        click.echo(
            json.dumps(_object(found, registry.state(found.pack)) | {"card": asdict(found.card)}, indent=2)
        )
        return
    card = found.card
    click.echo(f"version   {found.version}, {found.origin}, {found.created_at}")
    click.echo(f"file      SHA-256 {found.digest}")
    click.echo(f"parent    {found.parent or 'none'}")
    click.echo(f"data      {card.data_name}: {card.documents:,} documents, {card.passages:,} passages")
    click.echo(f"chosen    for a precision of {card.precision:g}, seed {card.seed}")
    click.echo(f"reader    {card.reader or 'needs none'}")
    click.echo(
        "figures   " + ", ".join(f"{name} {value:.3f}" for name, value in sorted(card.figures.items()))
    )
    click.echo(f"\n{'label':<{_NAME_WIDTH}} examples    right  recall  unsure")
    for name, label in card.labels.items():
        right = f"{label.right} of {label.said}" if label.said else "never"
        click.echo(
            f"{name:<{_NAME_WIDTH}} {label.examples:>8} {right:>8} {label.recall:>7.2f} {label.unsure:>7}"
        )
    for name, reason in card.left_to_rules.items():
        click.echo(f"{name:<{_NAME_WIDTH}} keyword rules: {reason}")


@command.command("promote")
@click.argument("version", metavar="VERSION")
@click.option("--reason", default="", metavar="TEXT", help="Why, for the journal.")
def promote(version: str, reason: str) -> None:
    """Make a VERSION the one that labels; its first digits are enough, of a ranker behind ranker:."""
    if is_ranker(version):
        promote_ranker(version, reason, who())
        return
    made = _registry().promote(version, reason, who())
    click.echo(f"{made.version} labels from now on. {RELABEL}")


@command.command("rollback")
@_KIND
@click.option("--pack", default="", metavar="P", help="Of this pack (default contracts).")
@click.option("--collection", default="", metavar="C", help="Of the pack of this collection.")
@click.option("--reason", default="", metavar="TEXT", help="Why, for the journal.")
def rollback(kind: str, pack: str, collection: str, reason: str) -> None:
    """Go back to the version that was used before; one whose file cannot be used is passed over."""
    if kind == RANKER:
        rollback_ranker(reason, who())
        return
    made = _registry().rollback(pack_of(pack, collection), reason, who())
    click.echo(f"{made.version} labels again. {RELABEL}")


@command.command("mirror")
def mirror() -> None:
    """Tell the MLflow that CLAUSEWATCH_MLFLOW names what it does not know yet.

    Versions with their cards, learning with its checks, measurements, and which version labels. A worker
    does it by itself. Texts of documents and names of people are not told.
    """
    from search_app.cli.progress import progress  # noqa: PLC0415 - the help page must not pay for the imports
    from search_app.compose import compose  # noqa: PLC0415
    from search_app.errors import SettingsError  # noqa: PLC0415

    told = compose(load_settings()).mirror
    if told is None:
        raise SettingsError("CLAUSEWATCH_MLFLOW is off; set it to on, or to the address of a server")
    with progress("Telling MLflow", "runs") as report:
        done = told.run(report)
    click.echo(
        f"MLflow has {done.all_runs:,} runs: {done.runs:,} were new or changed; "
        f"{done.versions:,} versions of models were new."
    )


command.add_command(lineage)
command.add_command(interleave)
command.add_command(compare)
command.add_command(shadow)


def pack_of(pack: str, collection: str) -> str:
    """Returns the pack that is meant by its name or by that of a collection; contracts where by neither."""
    from models.packs import load_pack  # noqa: PLC0415 - the help page must not pay for the imports
    from search_app.compose import DEFAULT_PACK, CollectionPacks  # noqa: PLC0415

    if pack and collection:
        raise click.UsageError("Give --pack or --collection, not both")
    if collection:
        return CollectionPacks()[collection].name
    return load_pack(pack or DEFAULT_PACK).name


def who() -> str:
    """Returns the name of the user, for the journal."""
    try:
        return getpass.getuser()[:64]
    except (OSError, KeyError):
        return "command line"


def _registry() -> "Registry":
    from search_app.compose import compose  # noqa: PLC0415 - the help page must not pay for the imports

    return compose(load_settings()).registry


def _packs(pack: str) -> tuple[str, ...]:
    from models.packs import pack_names  # noqa: PLC0415 - the help page must not pay for the imports

    return (pack_of(pack, ""),) if pack else pack_names()


def _object(version: "ModelVersion", state: "ModelState") -> dict[str, Any]:
    card = version.card
    return {
        "version": version.version,
        "pack": version.pack,
        "digest": version.digest,
        "origin": version.origin.value,
        "parent": version.parent,
        "created_at": version.created_at,
        "current": state.current == version,
        "labels_now": state.used == version,
        "labels": len(card.labels),
        "left_to_rules": len(card.left_to_rules),
        "data": card.data_name,
        "precision": card.precision,
        "figures": dict(card.figures),
    }
