"""clausewatch train encoder: the encoder adapted to judged searches and marked passages."""

import json
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import click

from search_app.settings import load_settings

if TYPE_CHECKING:
    from models.adaptation.card import AdaptationCard
    from models.adaptation.graded import Graded
    from search_app.compose import Parts

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)


@click.command("encoder")
@click.option(
    "--judgements",
    type=_FOLDER,
    required=True,
    help="A BEIR folder: corpus.jsonl, queries.jsonl, qrels/*.tsv.",
)
@click.option("--split", default="", metavar="S", help="The file qrels/S.tsv; default all splits together.")
@click.option(
    "--spans", "files", type=_FILE, multiple=True, help="Marked passages; may be given several times."
)
@click.option("--contracts", type=_FOLDER, help="Folder of the texts that a file of spans names.")
@click.option("--collection", default="contracts", show_default=True, help="Its pack describes the labels.")
@click.option(
    "--epochs", type=click.IntRange(1, 100), default=6, show_default=True, help="Times that it sees all."
)
@click.option("--seed", type=click.IntRange(0), default=0, show_default=True, help="Of everything random.")
@click.option(
    "--measure",
    "measured",
    type=click.IntRange(0, 5),
    default=1,
    show_default=True,
    help="Fifths of the queries to measure on; each takes a training of its own.",
)
@click.option("--name", default="", help="What people read of where the data came from.")
@click.option("--output", type=click.Path(path_type=Path), required=True, help="The new encoder's folder.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def encoder(
    judgements: Path,
    *,
    split: str,
    files: tuple[Path, ...],
    contracts: Path | None,
    collection: str,
    epochs: int,
    seed: int,
    measured: int,
    name: str,
    output: Path,
    as_json: bool,
) -> None:
    """Adapt the encoder to the team's language.

    A copy of its upper layers learns which passages answer the judged queries, and, with --spans, which words
    carry which label; the new encoder is the mean of old and new. On two processors a training on 51 queries
    of 1,300 passages each takes about ten minutes. Stopped or killed it leaves nothing but FOLDER.unfinished,
    from which the same command goes on. "clausewatch encoder prepare FOLDER" goes on with it.
    """
    from search_app.compose import compose  # noqa: PLC0415 - not for the help page
    from search_app.encoder_training import Request, train_encoder  # noqa: PLC0415

    parts = compose(load_settings())
    spans = _spans(parts, collection, files, contracts)
    named = name or " ".join(filter(None, (judgements.resolve().name, split)))
    asked = Request(judgements, split or None, spans, named, epochs, seed, measured)
    with ExitStack() as stack:
        card = train_encoder(asked, parts.settings, output, _reports(stack))
    click.echo(json.dumps(_summary(card, output), indent=2) if as_json else _described(card, output))


def _spans(
    parts: "Parts", collection: str, files: tuple[Path, ...], contracts: Path | None
) -> "Graded | None":
    from models.adaptation.graded import graded_spans  # noqa: PLC0415
    from models.errors import TrainingError  # noqa: PLC0415
    from search_app.cli.training_data import read_data  # noqa: PLC0415

    if not files:
        if contracts:
            raise click.UsageError("--contracts only holds the texts that a file of --spans speaks of.")
        return None
    pack = parts.packs[collection]
    data = read_data(parts, pack, files, contracts, to_learn=False, skip_bad=False, as_json=False).data
    described = {label: f"{each.title}: {each.description}" for label, each in pack.labels.items()}
    spans = graded_spans(data, described)
    if not spans.useful:
        raise TrainingError("no passage of --spans carries a label; there is nothing to learn from them")
    return spans


def _reports(stack: ExitStack) -> "Callable[[str, str], Callable[[int, int, str], None]]":
    """Returns what begins to show a new kind of work, where the one before ends."""
    from search_app.cli.progress import progress  # noqa: PLC0415

    def begin(what: str, unit: str) -> Callable[[int, int, str], None]:
        stack.pop_all().close()
        return stack.enter_context(progress(what, unit))

    return begin


def _summary(card: "AdaptationCard", output: Path) -> dict[str, object]:
    return {"folder": str(output), **json.loads(card.to_json())}


def _described(card: "AdaptationCard", output: Path) -> str:
    lines = []
    if card.figures:
        lines.append(f"On {card.measured} queries that a training was kept from:")
        lines.append(f"{'':<22}{'before':>10}{'adapted':>10}")
        for name, value in card.figures.items():
            if name.startswith("new "):
                what = name.removeprefix("new ")
                lines.append(f"{what:<22}{card.figures[f'old {what}']:>10.4f}{value:>10.4f}")
    lines.append(
        f"{output}: from {len(card.queries)} queries ({card.data_name}), {card.passages} passages that "
        f"answer them, {card.marked} marked spans."
    )
    lines.append(f"To look at it: CLAUSEWATCH_ENCODER={output} clausewatch evaluate retrieval DIR")
    lines.append(f"To use it: clausewatch encoder prepare {output}")
    return "\n".join(lines)
