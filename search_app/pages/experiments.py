"""Experiments: what was tried, what runs and for how long, the best so far, and what it would change."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import Blueprint, render_template

from indexer.experiments import Experiment, Metric, Result, experiment, experiments, results
from search_app.experiments import METRICS, handing_on, in_words, named
from search_app.experiments.best import best_of
from search_app.pages.site import site

blueprint = Blueprint("experiments", __name__, url_prefix="/experiments")
MOST_NUMBER = (1 << 31) - 1
# The plot in its own units: a variant has its name above its line.
WIDTH, ROW, MARGIN = 640, 52, 12


@dataclass(frozen=True, slots=True)
class Row:
    """An experiment with what is told of it; ``best`` is empty where nothing is surely better."""

    experiment: Experiment
    tried: int
    failed: int
    best: str
    settings: str
    changes: str


@dataclass(frozen=True, slots=True)
class Variant:
    """A variant with its difference from the settings in use, in words and as a line of the plot."""

    result: Result
    settings: str
    words: tuple[str, ...]
    low: int
    middle: int
    high: int
    y: int


@blueprint.get("")
def index() -> str:
    """Lists the experiments, the newest first."""
    with site().parts.engine.connect() as connection:
        rows = [_row(each, results(connection, each.id)) for each in experiments(connection)]
    return render_template("experiments.html", rows=rows)


@blueprint.get("/<int:number>")
def show(number: int) -> str:
    """Shows an experiment: every variant with its interval, and what it would change for users."""
    with site().parts.engine.connect() as connection:
        found = experiment(connection, min(number, MOST_NUMBER))
        came = results(connection, found.id)
    metrics = METRICS[found.definition.kind]
    best = best_of(came, metrics[0])
    variants, zero, span = _variants(came, metrics)
    return render_template(
        "experiment.html",
        row=_row(found, came),
        metric=metrics[0].name,
        base=came[0] if came else None,
        base_settings=named(found.definition.baseline),
        variants=variants,
        failures=[(named(each.parameters), each.error) for each in came if each.error],
        zero=zero,
        span=span,
        height=ROW * len(variants),
        width=WIDTH,
        best=best,
        command=handing_on(found.definition, best.parameters) if best else "",
    )


def _row(found: Experiment, came: Sequence[Result]) -> Row:
    metric = METRICS[found.definition.kind][0]
    best = best_of(came, metric)
    failed = sum(1 for each in came if each.error)
    return Row(
        experiment=found,
        tried=sum(1 for each in came if each.place and not each.error),
        failed=failed,
        best=in_words(metric, best.differences[metric.name]) if best else "",
        settings=named(best.parameters) if best else "",
        changes=_changes(best) if best else "",
    )


def _changes(result: Result) -> str:
    changes = result.changes
    return f"{changes['changed']:,} of {changes['of']:,} {changes['what']}" if changes["of"] else ""


def _variants(came: Sequence[Result], metrics: Sequence[Metric]) -> tuple[list[Variant], int, float]:
    """Returns the variants on one scale, where 0 lies on it, and the difference at its right end."""
    tried = [each for each in came if each.place and not each.error]
    ends = [abs(end) for each in tried for end in each.differences[metrics[0].name]]
    span = max([*ends, 0.001])

    def at(value: float) -> int:
        return round(WIDTH / 2 + value / span * (WIDTH / 2 - MARGIN))

    found = []
    for number, each in enumerate(tried):
        middle, low, high = each.differences[metrics[0].name]
        words = tuple(in_words(metric, each.differences[metric.name]) for metric in metrics)
        y = ROW * number + 36
        found.append(Variant(each, named(each.parameters), words, at(low), at(middle), at(high), y))
    return found, at(0), span
