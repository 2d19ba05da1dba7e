"""clausewatch evaluate: the quality of search and of labels on judged data."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from search_app.settings import load_settings

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)


@click.group("evaluate")
def command() -> None:
    """Measure the quality of search and of labels."""


@command.command("retrieval")
@click.argument("directory", type=_FOLDER, required=False)
@click.option("--imported", is_flag=True, help="Judgements that were imported, beside a folder or instead.")
@click.option("--split", default="", metavar="S", help="The file qrels/S.tsv; default all splits together.")
@click.option("--ranker", type=_FILE, help="Measure hybrid search with this ranker too.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def retrieval(
    directory: Path | None, *, imported: bool, split: str, ranker: Path | None, as_json: bool
) -> None:
    """Rank the judged documents of each query of the BEIR folder DIRECTORY, or of what was imported.

    The folder holds corpus.jsonl, queries.jsonl and qrels/*.tsv. Analysis, encoder and fusion are those of
    the product; only the documents judged for a query are ranked for it. Hybrid is the fusion alone: what a
    ranker makes of it is measured where --ranker names one.
    """
    from indexer.model_figures import Measurement, Took, flat, take_down  # noqa: PLC0415
    from search_app.chosen_ranker import ranker_from  # noqa: PLC0415
    from search_app.cli.progress import progress  # noqa: PLC0415 - the help page must not pay for the imports
    from search_app.compose import compose  # noqa: PLC0415
    from search_app.evaluate import evaluate_retrieval  # noqa: PLC0415
    from search_app.judged import judgements_of  # noqa: PLC0415

    if not directory and (split or not imported):
        raise click.UsageError("Give the folder DIRECTORY, or --imported without --split")
    parts, started = compose(load_settings()), datetime.now(UTC)
    measured = ranker_from(ranker) if ranker else None
    judged, name = judgements_of(parts.engine, directory, split, imported=imported)
    with progress("Evaluating", "steps") as report:
        found = evaluate_retrieval(judged, parts.encoder, report, measured)
    take_down(
        parts.engine,
        Measurement(
            kind="evaluate-retrieval",
            subject=measured.version if measured else "",
            took=Took.since(started, datetime.now(UTC)),
            data=name,
            parameters={"encoder": parts.encoder.version, "queries": str(found["queries"])},
            figures=flat(found),
        ),
    )
    if as_json:
        click.echo(json.dumps(found, indent=2))
        return
    modes = {"keyword": found["keyword"], "semantic": found["semantic"], "hybrid": found["hybrid"]}
    if "reranked" in found:
        modes["reranked"] = found["reranked"]
        click.echo(f"The ranker learned from {found['learned_from']} of these queries.")
    click.echo(f"{found['queries']} queries")
    click.echo("".join([f"{'':<14}", *(f"{name:>10}" for name in modes)]))
    for metric in found["hybrid"]:
        click.echo("".join([f"{metric:<14}", *(f"{values[metric]:>10.4f}" for values in modes.values())]))


@command.command("classifier")
@click.option("--contracts", type=_FOLDER, required=True, help="Folder of the texts.")
@click.option("--spans", type=_FILE, required=True, help="What experts marked in them: JSON lines.")
@click.option("--collection", default="contracts", show_default=True, help="Its pack's labels are measured.")
@click.option("--model", default="", metavar="M", help="File or version; default the one that labels now.")
@click.option(
    "--bootstrap",
    type=click.IntRange(0, 100_000),
    default=1000,
    show_default=True,
    metavar="N",
    help="Draws of documents for the intervals; 0 for none.",
)
@click.option("--seed", type=click.IntRange(0), default=0, show_default=True, help="Of these draws.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def classifier(
    contracts: Path,
    spans: Path,
    collection: str,
    *,
    model: str,
    bootstrap: int,
    seed: int,
    as_json: bool,
) -> None:
    """Measure the labels of passages against what experts marked.

    Each line of the file of spans is an object with file, category, start, end and text. The texts are cut
    and labelled as the product does it; the pack's keyword rules are measured beside the classifier. Lines
    that cannot be used are listed, and the rest is measured.
    """
    from indexer.model_figures import Measurement, Took, flat, take_down  # noqa: PLC0415
    from models.errors import EvaluationError  # noqa: PLC0415
    from search_app.chosen_classifier import classifier_of  # noqa: PLC0415 - the help page must not pay for the imports
    from search_app.cli.progress import progress  # noqa: PLC0415
    from search_app.cli.training_data import read_data  # noqa: PLC0415
    from search_app.compose import compose  # noqa: PLC0415
    from search_app.evaluate_classifier import evaluate_classifier, with_needed_readings  # noqa: PLC0415

    parts, started = compose(load_settings()), datetime.now(UTC)
    pack = parts.packs[collection]
    measured = classifier_of(parts, pack, model)
    data = read_data(parts, pack, [spans], contracts, to_learn=False, skip_bad=True, as_json=as_json).data
    if not data.documents:
        raise EvaluationError("there is no document to measure on")
    with progress("Encoding", "passages") as report:
        data = with_needed_readings(data, measured, parts, report)
    with progress("Scoring", "documents") as report:
        found = evaluate_classifier(data, measured, pack, samples=bootstrap, seed=seed, report=report)
    take_down(
        parts.engine,
        Measurement(
            kind="evaluate-classifier",
            subject=measured.version,
            took=Took.since(started, datetime.now(UTC)),
            data=spans.name,
            parameters={"data": data.fingerprint, "seed": str(seed), "draws": str(bootstrap)},
            figures=flat(found),
        ),
    )
    click.echo(json.dumps(found, indent=2) if as_json else "\n".join(_described(found)))


def _described(found: dict[str, Any]) -> Iterator[str]:
    yield f"{found['model']}: {found['chunks']} passages of {found['documents']} documents"
    for name, value in found.items():
        if isinstance(value, float):
            interval = found["intervals"].get(name)
            between = f"   {interval[0]:.3f} to {interval[1]:.3f}" if interval else ""
            yield f"{name:<36}{value:>10.3f}{between}"
    columns = (
        "examples",
        "average_precision",
        "precision",
        "recall",
        "unsure",
        "rule_precision",
        "rule_recall",
    )
    yield "".join([f"{'label':<36}", *(f"{name.replace('_', ' '):>19}" for name in columns)])
    for label, figures in found["per_label"].items():
        cells = (figures[name] for name in columns)
        shown = (f"{cell:>19.3f}" if isinstance(cell, float) else f"{cell:>19}" for cell in cells)
        yield "".join([f"{label:<36}", *shown])
