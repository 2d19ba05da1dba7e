"""clausewatch train ranker: the order of hits from judged searches, or from clicks."""

import hashlib
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from search_app.cli import DONE, FAILED
from search_app.settings import load_settings

if TYPE_CHECKING:
    from indexer.model_figures import Measurement
    from models.ranker.linear import LinearRanker


@click.command("ranker")
@click.option(
    "--judgements",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="A BEIR folder: corpus.jsonl, queries.jsonl, qrels/*.tsv.",
)
@click.option("--imported", is_flag=True, help="Those that were imported, beside a folder or instead of one.")
@click.option("--clicks", is_flag=True, help="Learn from the clicks in the records instead.")
@click.option("--split", default="", metavar="S", help="The file qrels/S.tsv; default all splits together.")
@click.option("--seed", type=click.IntRange(0), default=0, show_default=True, help="Of the folds measured.")
@click.option("--name", default="", help="What people read of where the data came from.")
@click.option("--output", type=click.Path(dir_okay=False, path_type=Path), help="Write the ranker here.")
@click.option(
    "--judged",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Also write the judged candidates as numbers, without words, to compare other rankers on.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def ranker(
    judgements: Path | None,
    *,
    imported: bool,
    clicks: bool,
    split: str,
    seed: int,
    name: str,
    output: Path | None,
    judged: Path | None,
    as_json: bool,
) -> int:
    """Learn the order of hits from queries whose answers people graded, or clicked.

    It learns from the candidates that a search finds among the documents judged for a query. What is told of
    it is measured on queries that it did not learn from, five folds. Without --output the file is written
    into the folder rankers under CLAUSEWATCH_HOME. CLAUSEWATCH_RANKER=FILE uses it.

    With --imported it learns from what clausewatch import judgements took over; where a folder grades the
    same text for the same query, the folder counts.

    With --clicks it learns as clausewatch learn --ranker does, from the ranker that the settings name on, and
    keeps the version without using it, whatever the checks say: clausewatch models promote does. Exit status
    1 where a check failed.
    """
    _check(judgements, split, imported=imported, clicks=clicks)
    if clicks:
        return _from_clicks(output, as_json=as_json)
    from indexer.model_figures import take_down  # noqa: PLC0415 - not for the help page
    from models.ranker.file import read_ranker  # noqa: PLC0415
    from search_app.chosen_classifier import write_file  # noqa: PLC0415
    from search_app.cli.progress import progress  # noqa: PLC0415
    from search_app.compose import compose  # noqa: PLC0415
    from search_app.judged import judgements_of  # noqa: PLC0415
    from search_app.ranker_training import train_ranker  # noqa: PLC0415

    parts, started = compose(load_settings()), datetime.now(UTC)
    found = judgements_of(parts.engine, judgements, split, imported=imported)
    with progress("Training", "steps") as report:
        made = train_ranker(found.judged, parts.encoder, report, name=name or found.name, seed=seed)
    if judged:
        write_file(judged, made.judged)
    trained = read_ranker(made.ranker, "the new ranker")
    place = output or _place(parts.settings.home, made.ranker)
    write_file(place, made.ranker)
    take_down(parts.engine, _measurement(trained, started))
    click.echo(json.dumps(_summary(trained, place), indent=2) if as_json else _described(trained, place))
    return DONE


def _check(judgements: Path | None, split: str, *, imported: bool, clicks: bool) -> None:
    if clicks == bool(judgements or imported):
        raise click.UsageError("Give --judgements DIR, --imported or both, or else --clicks")
    if split and not judgements:
        raise click.UsageError(f"--split {split!r} is of --judgements DIR, which is missing")


def _place(home: Path, content: bytes) -> Path:
    folder = home / "rankers"
    folder.mkdir(exist_ok=True)
    return folder / f"{hashlib.sha256(content).hexdigest()[:12]}.json"


def _from_clicks(output: Path | None, *, as_json: bool) -> int:
    from search_app.chosen_classifier import write_file  # noqa: PLC0415 - not for the help page
    from search_app.cli.learn import from_clicks  # noqa: PLC0415

    parts, done = from_clicks(as_json=as_json, by_itself=False)
    if output and done.version:
        write_file(output, parts.rankers.content(done.version))
    return FAILED if done.refused else DONE


def _measurement(trained: "LinearRanker", started: datetime) -> "Measurement":
    from indexer.model_figures import Measurement, Took  # noqa: PLC0415 - not for the help page

    card = trained.card
    return Measurement(
        kind="train-ranker",
        subject=trained.version,
        took=Took.since(started, datetime.now(UTC)),
        data=card.data_name,
        parameters={"data": card.data, "seed": str(card.seed), **card.parents},
        figures=dict(card.figures) | {"queries": len(card.queries), "candidates": card.candidates},
    )


def _summary(trained: "LinearRanker", place: Path) -> dict[str, object]:
    card = trained.card
    return {
        "version": trained.version,
        "file": str(place),
        "queries": len(card.queries),
        "candidates": card.candidates,
        "seed": card.seed,
        "data": card.data,
        "data_name": card.data_name,
        "parents": dict(card.parents),
        "figures": dict(card.figures),
    }


def _described(trained: "LinearRanker", place: Path) -> str:
    card = trained.card
    lines = [f"{'':<14}{'fusion':>10}{'reranked':>10}"]
    for metric in ("ndcg@5", "ndcg@10"):
        fused, ranked = card.figures[f"fusion_{metric}"], card.figures[metric]
        lines.append(f"{metric:<14}{fused:>10.4f}{ranked:>10.4f}")
    lines.append(f"{trained.version}, from {len(card.queries)} queries ({card.data_name}): {place}")
    lines.append(f"Set CLAUSEWATCH_RANKER={place} to use it.")
    return "\n".join(lines)
