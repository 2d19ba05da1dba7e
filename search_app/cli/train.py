"""clausewatch train: models from what people said."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from search_app.cli.train_encoder import encoder
from search_app.cli.train_ranker import ranker
from search_app.settings import load_settings

if TYPE_CHECKING:
    from models.classifier.dataset import TrainingSet
    from models.protocols import Classifier
    from search_app.compose import Parts

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)
_SHARE = click.FloatRange(0, 1, min_open=True, max_open=True)


@click.group("train")
def command() -> None:
    """Train models from what people said."""


command.add_command(ranker)
command.add_command(encoder)


@command.command("classifier")
@click.option("--collection", default="contracts", show_default=True, help="Its pack's labels are learnt.")
@click.option(
    "--data", "files", type=_FILE, multiple=True, help="Marked passages; may be given several times."
)
@click.option("--contracts", type=_FOLDER, help="Folder of the texts that a file of spans names.")
@click.option("--seed", type=click.IntRange(0), default=0, show_default=True, help="Of everything random.")
@click.option(
    "--precision", type=_SHARE, default=0.8, show_default=True, help="What thresholds are chosen for."
)
@click.option("--name", default="", help="What people read of where the data came from.")
@click.option("--without-reader", is_flag=True, help="Learn nothing from what the encoder's reader reads.")
@click.option("--skip-bad", is_flag=True, help="Go on with what can be used.")
@click.option("--output", type=click.Path(dir_okay=False, path_type=Path), help="Write the model here.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def classifier(
    collection: str,
    files: tuple[Path, ...],
    contracts: Path | None,
    *,
    seed: int,
    precision: float,
    name: str,
    without_reader: bool,
    skip_bad: bool,
    output: Path | None,
    as_json: bool,
) -> None:
    """Learn to label passages from marked ones.

    Files are told apart by their content: spans as JSON lines (with --contracts), the JSON of CUAD and
    SQuAD, CSV with the columns text and label, or an export of Label Studio. What is wrong in them is
    listed, and nothing is trained unless --skip-bad is given.
    """
    if not files:
        raise click.UsageError(
            "Name marked passages with --data FILE. Decisions of people are not collected for training yet."
            + (" --contracts only holds the texts that such a file speaks of." if contracts else "")
        )
    from models.classifier.file import read_classifier  # noqa: PLC0415 - not for the help page
    from search_app.chosen_classifier import keep, write_file  # noqa: PLC0415
    from search_app.cli.training_data import as_rows, read_data  # noqa: PLC0415
    from search_app.compose import compose  # noqa: PLC0415

    parts = compose(load_settings())
    pack = parts.packs[collection]
    found = read_data(parts, pack, files, contracts, to_learn=True, skip_bad=skip_bad, as_json=as_json)
    named = name or _named(files, found.data)
    content = _train(
        parts, found.data, pack.name, named, seed=seed, precision=precision, with_reader=not without_reader
    )
    trained = read_classifier(content, "the new classifier")
    if output:
        write_file(output, content)
    place = str(output) if output else keep(parts, content)
    if as_json:
        problems, notes = as_rows(found.problems), as_rows(found.notes)
        click.echo(json.dumps(_summary(trained, place, problems=problems, notes=notes), indent=2))
    else:
        _print(trained, place)


@command.command("reader")
@click.option("--collection", default="contracts", show_default=True, help="Its pack's labels are learnt.")
@click.option(
    "--data",
    "files",
    type=_FILE,
    multiple=True,
    required=True,
    help="Marked passages; may be given several times.",
)
@click.option("--contracts", type=_FOLDER, help="Folder of the texts that a file of spans names.")
@click.option(
    "--epochs", type=click.IntRange(1), default=8, show_default=True, help="Times that it sees all."
)
@click.option("--seed", type=click.IntRange(0), default=0, show_default=True, help="Of everything random.")
@click.option("--name", default="", help="What people read of where the data came from.")
@click.option("--skip-bad", is_flag=True, help="Go on with what can be used.")
@click.option(
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    required=True,
    help="Write the reader here.",
)
def reader(
    collection: str,
    files: tuple[Path, ...],
    contracts: Path | None,
    *,
    epochs: int,
    seed: int,
    name: str,
    skip_bad: bool,
    output: Path,
) -> None:
    """Fine-tune a copy of the encoder's last layer to read labels.

    Its readings make classifiers that are trained afterwards more precise. This takes an hour or two for 400
    contracts on two processors. CLAUSEWATCH_READER=FILE uses it: then run rebuild, and train a classifier.
    """
    from indexer.model_figures import Measurement, Took, take_down  # noqa: PLC0415
    from models.reader.file import read_reader  # noqa: PLC0415
    from search_app.chosen_classifier import write_file  # noqa: PLC0415
    from search_app.cli.progress import progress  # noqa: PLC0415
    from search_app.cli.training_data import read_data  # noqa: PLC0415
    from search_app.compose import compose  # noqa: PLC0415
    from search_app.training import new_reader  # noqa: PLC0415

    parts, started = compose(load_settings()), datetime.now(UTC)
    pack = parts.packs[collection]
    found = read_data(parts, pack, files, contracts, to_learn=True, skip_bad=skip_bad, as_json=False)
    named = name or _named(files, found.data)
    with progress("Training", "steps") as report:
        content = new_reader(parts, found.data, pack.name, named, seed=seed, epochs=epochs, report=report)
    write_file(output, content)
    take_down(
        parts.engine,
        Measurement(
            kind="train-reader",
            subject=read_reader(output).version,
            took=Took.since(started, datetime.now(UTC)),
            data=named,
            parameters={"data": found.data.fingerprint, "seed": str(seed), "epochs": str(epochs)},
            figures={"labels": len(found.data.labels), "documents": len(found.data.documents)},
        ),
    )
    click.echo(f"{output}: reads {len(found.data.labels)} labels. Set CLAUSEWATCH_READER={output} to use it.")


def _named(files: tuple[Path, ...], data: "TrainingSet") -> str:
    return f"{', '.join(file.name for file in files)}, {len(data.documents)} documents"


def _train(
    parts: "Parts",
    data: "TrainingSet",
    pack: str,
    name: str,
    *,
    seed: int,
    precision: float,
    with_reader: bool,
) -> bytes:
    from models.classifier.train import train  # noqa: PLC0415
    from models.errors import TrainingError  # noqa: PLC0415
    from search_app.cli.progress import progress  # noqa: PLC0415
    from search_app.training import read_for_training  # noqa: PLC0415

    if not any(each.labels for document in data.documents for each in document.passages):
        raise TrainingError("no passage that can be used carries a label; there is nothing to learn")
    reads = None
    if with_reader:
        with progress("Reading", "passages") as report:
            data, reads = read_for_training(parts, data, report)
    with progress("Training", "steps") as report:
        return train(data, pack=pack, name=name, seed=seed, precision=precision, report=report, reads=reads)


def _summary(trained: "Classifier", place: str, **findings: list[dict[str, str]]) -> dict[str, object]:
    from dataclasses import asdict  # noqa: PLC0415

    card = trained.card
    return {
        "version": trained.version,
        "file": place,
        "documents": card.documents,
        "passages": card.passages,
        "precision": card.precision,
        "seed": card.seed,
        "data": card.data,
        "figures": dict(card.figures),
        "labels": {label: asdict(each) for label, each in card.labels.items()},
        "left_to_rules": dict(card.left_to_rules),
        **findings,
    }


def _print(trained: "Classifier", place: str) -> None:
    card = trained.card
    head = ("label", "examples", "unsure from", "yes from", "right", "recall", "unsure")
    click.echo(f"{head[0]:<36}" + "".join(f"{cell:>12}" for cell in head[1:]))
    for label, each in card.labels.items():
        high = f"{each.high:.2f}" if each.high <= 1 else "never"
        cells = (each.examples, f"{each.low:.2f}", high, f"{each.right} of {each.said}")
        shown = (*cells, f"{each.recall:.2f}", each.unsure)
        click.echo(f"{label:<36}" + "".join(f"{cell:>12}" for cell in shown))
    for label, reason in card.left_to_rules.items():
        click.echo(f"{label}: left to its keyword rules. {reason}")
    for name, value in card.figures.items():
        click.echo(f"{name:<36}{value:>12.3f}")
    click.echo(f"{trained.version}, from {card.passages} passages of {card.documents} documents: {place}")
