"""The page of the monitor: how right the classifier is over time, how inputs change, and what is wrong."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from flask import Blueprint, render_template

from indexer.monitoring import Measurement, Metric, Reading, ended_alarms, history, latest
from indexer.monitoring.look import DAYS
from indexer.monitoring.sides import LEAST_NEW, LEAST_OLD
from indexer.records.codec import time_to_text
from models.packs import Pack
from search_app.pages.site import site
from search_app.plots import Plot, Point, plot

blueprint = Blueprint("monitor", __name__)
SHOWN_DAYS, ENDED, ROWS, LABELS = 90, 20, 6, 12
TITLES = {
    Metric.PRECISION: "Claims that are right, by random checks",
    Metric.RECALL: "Labels that apply and are claimed, by random checks",
    Metric.DISMISSED: "Judged claims that people dismissed",
    Metric.GOLDEN_QUERIES: "Golden queries that are answered",
    Metric.LABELS: "Claims per passage of new documents",
    Metric.UNFAMILIAR: "Passages of new documents in unknown words",
    Metric.FAILED: "New files that could not be read",
    Metric.WARNINGS: "New documents read with a warning",
    Metric.TIKA: "New documents read by Tika",
    Metric.LENGTH: "Characters per passage of new documents",
    Metric.DIGITS: "Digits among the characters of new documents",
    Metric.MEANING: "Likeness in meaning of new and old documents (cosine)",
    Metric.SEARCH_MS: "Time of a golden query, in milliseconds",
    Metric.LABEL_MS: "Time of labelling a golden passage, in milliseconds",
    Metric.GOLDEN_PRECISION: "Claims on the golden passages that are right",
    Metric.GOLDEN_RECALL: "Labels of the golden passages that are claimed",
}
# How these are written: as a share of 100, or as a number.
_NUMBERS = frozenset({Metric.LENGTH, Metric.MEANING, Metric.SEARCH_MS, Metric.LABEL_MS, Metric.LABELS})
_QUALITY = (Metric.PRECISION, Metric.RECALL, Metric.DISMISSED, Metric.GOLDEN_PRECISION, Metric.GOLDEN_RECALL,
            Metric.GOLDEN_QUERIES, Metric.LABEL_MS, Metric.SEARCH_MS)  # fmt: skip
_INPUTS = (Metric.LABELS, Metric.UNFAMILIAR, Metric.MEANING, Metric.LENGTH, Metric.DIGITS, Metric.FAILED,
           Metric.WARNINGS, Metric.TIKA)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Figure:
    """One plot: the newest points, the newest first, stand in a table beside it.

    ``current`` says that the newest of them is of the last look.
    """

    title: str
    plot: Plot
    rows: tuple[Measurement, ...]
    number: bool
    current: bool


@dataclass(frozen=True, slots=True)
class Group:
    """What is shown of a collection, or of a whole pack.

    Attributes:
        quality: How right the classifier is; ``inputs`` how new documents differ.
        sources: How far the new documents of each source are from the old ones.
        labels: Labels whose share of documents moved most.
        queries: Golden queries, with how many of ten answers carry their label.
        missing: What cannot be told yet, and what it takes, as sentences.
    """

    title: str
    quality: tuple[Figure, ...]
    inputs: tuple[Figure, ...]
    sources: tuple[tuple[str, tuple[Measurement, ...]], ...]
    labels: tuple[Measurement, ...]
    queries: tuple[Measurement, ...]
    missing: tuple[str, ...]


@blueprint.get("/monitor")
def show() -> str:
    """Shows what was measured, by collection, and the alarms."""
    here = site()
    since = time_to_text(datetime.now(UTC) - timedelta(days=SHOWN_DAYS))
    packs = {pack.name: pack for pack in here.parts.packs.values()}
    with here.parts.engine.connect() as connection:
        now = latest(connection)
        ended = ended_alarms(connection, ENDED)
        series: dict[tuple[str, str, Metric], list[Measurement]] = defaultdict(list)
        for name in packs:
            for each in history(connection, name, TITLES, since, overall=True):
                series[name, each.series.collection, each.series.metric].append(each)
    names = sorted({(each.series.pack, each.series.collection) for each in now.measurements})
    groups = [_group(packs[pack], name, now, series) for pack, name in names if pack in packs]
    return render_template(
        "monitor.html",
        now=now,
        ended=ended,
        groups=groups,
        titles=TITLES,
        numbers=_NUMBERS,
        label_titles={label: each.title for pack in packs.values() for label, each in pack.labels.items()},
        days=DAYS,
    )


def _group(
    pack: Pack, name: str, now: Reading, series: dict[tuple[str, str, Metric], list[Measurement]]
) -> Group:
    own = now.of_collection(name)
    by_source: dict[str, list[Measurement]] = defaultdict(list)
    for each in now.measurements:
        if each.series.collection == name and each.distance is not None and not each.series.label:
            by_source[each.series.source].append(each)
    rates = [each for each in own if each.series.metric is Metric.LABEL_RATE]
    figures = {
        metric: _figure(metric, points, now.at)
        for metric in TITLES
        if (points := series.get((pack.name, name, metric)))
    }
    known = {each.series.metric for each in own}
    return Group(
        title=name or f"All collections of the pack {pack.title}",
        quality=tuple(figures[metric] for metric in _QUALITY if metric in figures),
        inputs=tuple(figures[metric] for metric in _INPUTS if metric in figures),
        sources=tuple((source, tuple(found)) for source, found in sorted(by_source.items())),
        labels=tuple(sorted(rates, key=_moved)[:LABELS]),
        queries=tuple(each for each in own if each.series.metric is Metric.GOLDEN_QUERY),
        missing=_missing(known) if name else (),
    )


def _figure(metric: Metric, points: Sequence[Measurement], now: str) -> Figure:
    number = metric in _NUMBERS
    highest = max(max(each.value, each.high or 0.0) for each in points)
    top = 1.0 if not number and highest > 0.5 else max(highest * 1.1, 0.01)
    drawn = plot([Point(each.at, each.value, each.low, each.high) for each in points], 0.0, top)
    return Figure(TITLES[metric], drawn, tuple(points[::-1][:ROWS]), number, points[-1].at == now)


def _moved(each: Measurement) -> tuple[float, str]:
    return -abs(each.value - (each.before or 0.0)), each.series.label


def _missing(known: set[Metric]) -> tuple[str, ...]:
    found = []
    if Metric.PRECISION not in known:
        found.append(
            "How often labels are right is not known: no random check of a claim was answered since the"
            " classifier learned last."
        )
    if Metric.RECALL not in known:
        found.append(
            "How much is missed is not known: it takes answers to random checks of claims and of both kinds"
            " of passages without a claim."
        )
    if Metric.LENGTH not in known:
        found.append(
            f"How new documents differ is not known: it takes {LEAST_NEW} documents of the last {DAYS} days"
            f" and {LEAST_OLD} that stood there before."
        )
    return tuple(found)
