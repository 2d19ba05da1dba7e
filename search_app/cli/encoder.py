"""clausewatch encoder: take another encoder into use beside the one that serves, and go back."""

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from search_app.settings import load_settings

if TYPE_CHECKING:
    from search_app.compose import Parts
    from search_app.encoder_switch import Wanted

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)
# An ingest that is under way may take that long.
WAIT_SECONDS = 600.0
_FOLLOW = "Running processes follow within a minute."


@click.group("encoder")
def command() -> None:
    """Take another encoder into use beside the one that serves, or go back."""


@command.command("list")
def listed() -> None:
    """List the encoders that were prepared, and the one in use."""
    from indexer.encoders import kept_encoders  # noqa: PLC0415 - the help page must not pay for the imports

    parts, named = _parts(), load_settings().encoder
    with parts.engine.connect() as connection:
        known = kept_encoders(connection)
    for each in (None, *known):
        mark = "in use" if each == parts.chosen and not named else ""
        click.echo(f"{each.short if each else 'product':<40} {mark}".rstrip())
    if named:
        click.echo(f"In use is the one that CLAUSEWATCH_ENCODER names: {named}")


@command.command("prepare")
@click.argument("folder", metavar="FOLDER")
@click.option("--reader", type=_FILE, help="What reads labels with it, from clausewatch train reader.")
@click.option("--judgements", type=_FOLDER, help="A BEIR folder to compare both encoders on.")
@click.option("--split", default="", metavar="S", help="Its file qrels/S.tsv; default all splits together.")
def prepare(folder: str, *, reader: Path | None, judgements: Path | None, split: str) -> None:
    """Encode everything with the model in FOLDER, beside the one in use, and compare the two.

    Searches, uploads and the worker go on as before. Stopped or killed it goes on where it was when it is
    called again.
    """
    from search_app.cli.progress import progress  # noqa: PLC0415
    from search_app.encoder_comparison import compare  # noqa: PLC0415
    from search_app.encoder_switch import prepare as prepared  # noqa: PLC0415

    parts, wanted = _parts(), _wanted("")
    with progress("Encoding", "passages") as report:
        new = prepared(parts, folder, str(reader or ""), wanted, report)
    assert new.chosen is not None
    click.echo(f"{new.chosen.short}: {new.encoder.version}")
    found = compare(parts.engine, parts.encoder, new.encoder, parts.packs)
    click.echo(
        f"{found.passages} passages are encoded by both. For {found.searches} searches of the packs, by "
        f"meaning alone, {found.overlap:.0%} of the first ten are the same; {found.old:.0%} of those of the "
        f"encoder in use carry the label that is searched for, {found.new:.0%} of the new one's."
    )
    if judgements:
        _judge(parts, new, judgements, split)
    _tell_of_labels(parts, new)
    click.echo(f"To use it: clausewatch encoder use {new.chosen.short}")


@command.command("use")
@click.argument("name", metavar="NAME")
@click.option("--reason", default="", metavar="TEXT", help="Why, for the journal.")
def use(name: str, reason: str) -> None:
    """Make the prepared encoder NAME the one in use; its first digits are enough.

    A generation of the index is built beside the one that answers, verified, and takes over at once. The one
    before is kept for "clausewatch encoder back".
    """
    from indexer.encoders import find  # noqa: PLC0415
    from indexer.registry import Action  # noqa: PLC0415
    from search_app.cli.progress import progress  # noqa: PLC0415
    from search_app.encoder_switch import take  # noqa: PLC0415

    parts, wanted = _parts(), _wanted(reason)
    with parts.engine.connect() as connection:
        kept = find(connection, name)
    if kept == parts.chosen:
        click.echo(f"{kept.short} is in use.")
        return
    with progress("Taking it into use", "passages") as report:
        status = take(parts, kept, Action.PROMOTE, wanted, report, wait=WAIT_SECONDS)
    click.echo(f"{kept.short} is in use; generation {status.generation}, {status.chunks} passages. {_FOLLOW}")


@command.command("back")
@click.option("--reason", default="", metavar="TEXT", help="Why, for the journal.")
def back(reason: str) -> None:
    """Go back to the encoder that was in use before, and to its generation of the index."""
    from indexer.encoders import previous  # noqa: PLC0415
    from indexer.registry import Action  # noqa: PLC0415
    from search_app.cli.progress import progress  # noqa: PLC0415
    from search_app.encoder_switch import take  # noqa: PLC0415

    parts, wanted = _parts(), _wanted(reason)
    with parts.engine.connect() as connection:
        kept = previous(connection)
    with progress("Going back", "passages") as report:
        status = take(parts, kept, Action.ROLLBACK, wanted, report, wait=WAIT_SECONDS)
    named = kept.short if kept else "The product's own encoder"
    click.echo(
        f"{named} is in use again; generation {status.generation}, {status.chunks} passages. {_FOLLOW}"
    )


def _parts() -> "Parts":
    from search_app.compose import compose  # noqa: PLC0415

    return compose(load_settings())


def _wanted(reason: str) -> "Wanted":
    from indexer.records.codec import time_to_text  # noqa: PLC0415
    from search_app.cli.models import who  # noqa: PLC0415
    from search_app.encoder_switch import Wanted  # noqa: PLC0415

    return Wanted(load_settings(), who(), time_to_text(datetime.now(UTC)), reason)


def _judge(old: "Parts", new: "Parts", judgements: Path, split: str) -> None:
    """Prints how both rank judged documents."""
    from models.evaluation.beir import read_judged  # noqa: PLC0415
    from search_app.chosen_ranker import ranker_of  # noqa: PLC0415
    from search_app.cli.progress import progress  # noqa: PLC0415
    from search_app.evaluate import evaluate_retrieval  # noqa: PLC0415

    found, judged = [], read_judged(judgements, split or None)
    for parts in (old, new):
        with progress("Evaluating", "steps") as report:
            ranker = ranker_of(parts.settings)
            found.append(evaluate_retrieval(judged, parts.encoder, report, ranker))
    click.echo(f"{found[0]['queries']} judged queries{'':<20}{'in use':>10}{'new':>10}")
    for way in ("semantic", "hybrid", "reranked"):
        if way in found[0] and way in found[1]:
            for metric in ("ndcg@5", "ndcg@10"):
                one, other = (each[way][metric] for each in found)
                click.echo(f"{way:<12}{metric:<26}{one:>10.4f}{other:>10.4f}")


def _tell_of_labels(old: "Parts", new: "Parts") -> None:
    """Says which classifiers need a reader that the new encoder has not."""
    from models.encoder.manifest import reads_with  # noqa: PLC0415

    for pack in sorted({each.name for each in old.packs.values()}):
        used = old.registry.state(pack).used
        if used and used.card.reader and not reads_with(new.encoder.version, used.card.reader):
            click.echo(
                f"{used.version} needs the reader of the encoder in use. With this one it is passed over: "
                "documents keep their labels, and new ones get those of the newest classifier that fits. "
                "To train a reader for it, see docs/learning.md."
            )
