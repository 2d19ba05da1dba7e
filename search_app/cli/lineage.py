"""clausewatch models lineage and compare: from a label to what stands behind it, and back."""

import json
from dataclasses import asdict, is_dataclass
from typing import TYPE_CHECKING, Any

import click

from search_app.cli.learn import in_words
from search_app.settings import load_settings

if TYPE_CHECKING:
    from indexer.learning.lineage import Behind, Influence

_TEXT = 160


@click.command("lineage")
@click.option(
    "--passage", default="", metavar="CHUNK", help="A passage, by the id that search --json prints."
)
@click.option("--label", default="", metavar="L", help="The label of it to look behind.")
@click.option("--decision", default="", metavar="ACT", help="What this decision influenced.")
@click.option("--person", default="", metavar="ID", help="What the decisions of this pseudonym influenced.")
@click.option("--document", default="", metavar="ID", help="What decisions about this document influenced.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def lineage(*, passage: str, label: str, decision: str, person: str, document: str, as_json: bool) -> None:
    """Show what stands behind a label, or what decisions influenced.

    Behind a label: who says it, the model, those it came from, its dataset and the decisions in it. Back:
    from a decision, those of a person or those about a document to the passages that they label, the
    datasets, the models and the passages that these label now. clausewatch export lineage has it as a table.
    """
    from indexer.learning.lineage import Models, acts_of, behind, influence  # noqa: PLC0415 - not for the help page
    from search_app.compose import compose  # noqa: PLC0415

    if bool(passage) != bool(label) or sum(map(bool, (passage, decision, person, document))) != 1:
        raise click.UsageError("Give --passage with --label, or --decision, --person or --document")
    parts = compose(load_settings())
    with parts.engine.connect() as connection:
        if passage:
            models = Models(parts.registry, parts.packs)
            found: Any = behind(connection, parts.blobs, models, passage, label)
        else:
            acts = acts_of(connection, person=person, document=document, act=decision)
            found = influence(connection, parts.blobs, acts)
    if as_json:
        click.echo(json.dumps(_values(found), indent=2))
    elif passage:
        for each in found:
            _print_behind(each)
    else:
        _print_influence(found)


@click.command("compare")
@click.argument("version", metavar="VERSION")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def compare(version: str, *, as_json: bool) -> None:
    """Show how a VERSION that was learned compared with the one in use, check by check."""
    from indexer.errors import ModelRegistryError  # noqa: PLC0415 - not for the help page
    from indexer.learning import learning_runs  # noqa: PLC0415
    from search_app.compose import compose  # noqa: PLC0415

    parts = compose(load_settings())
    wanted = parts.registry.find(version)
    with parts.engine.connect() as connection:
        every = learning_runs(connection, wanted.pack, 1_000)
    run = next((each for each in every if each.version == wanted.version and each.report), None)
    if run is None:
        raise ModelRegistryError(f"{wanted.version} was not learned from decisions; nothing was compared")
    click.echo(json.dumps(asdict(run), indent=2) if as_json else f"With {run.champion}:\n{in_words(run)}")


def _print_behind(found: "Behind") -> None:
    from models.written import in_words as in_words_of_rule  # noqa: PLC0415 - not for the help page

    click.echo(
        f"{found.label}: {found.source} says so, {found.model}, probability {found.probability:.2f}, "
        f"{found.standing}"
    )
    if found.rule is not None:
        rule = found.rule
        click.echo(f"  rule {rule.name}, written by {rule.by}, {rule.at}: {rule.reason or '–'}")
        click.echo(f"    {in_words_of_rule(rule.written)}")
    for each in found.versions:
        click.echo(f"  {each.version}  {each.origin}  {each.created_at}  {each.card.data_name}")
    if found.dataset is not None:
        click.echo(
            f"  dataset {found.dataset.id}: {found.dataset.decisions:,} decisions in "
            f"{found.dataset.documents:,} documents; {len(found.lessons):,} about this label"
        )
    for lesson in found.lessons:
        word = "yes" if lesson.applies else "no"
        speaks = f"{lesson.weight:+.2f}" if lesson.weight else ""
        who = f"{lesson.act} by {lesson.by} in {lesson.document}"
        click.echo(f"    {word:<3} {speaks:>6} {who}: {_short(lesson.text)}")
    for entry in found.journal:
        click.echo(
            f"  {entry.at}  {entry.action} {entry.version} by {entry.by or '–'}: {entry.reason or '–'}"
        )


def _print_influence(found: "Influence") -> None:
    click.echo(
        f"{len(found.acts):,} decisions, {len(found.datasets):,} datasets, {len(found.versions):,} models"
    )
    click.echo(f"  {found.shown:,} passages have a label by these decisions now")
    for known in found.datasets:
        click.echo(f"  dataset {known.id}  {known.created_at}  {known.decisions:,} decisions")
    for version in found.versions:
        click.echo(f"  {version.version}  {version.created_at}")
    click.echo(f"  {found.passages:,} passages have a label by these models now")
    for entry in found.journal:
        click.echo(
            f"  {entry.at}  {entry.action} {entry.version} by {entry.by or '–'}: {entry.reason or '–'}"
        )


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _TEXT else f"{line[: _TEXT - 1]}…"


def _values(found: object) -> object:
    """Returns dataclasses, nested in lists or not, as JSON values; cards are left out, which show prints."""
    if isinstance(found, list | tuple):
        return [_values(each) for each in found]
    if is_dataclass(found) and not isinstance(found, type):
        names = [name for name in found.__dataclass_fields__ if name != "card"]
        return {name: _values(getattr(found, name)) for name in names}
    return found
