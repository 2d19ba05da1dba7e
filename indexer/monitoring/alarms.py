"""What is wrong, and what to do about it, in plain words; told from measurements alone."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace

from indexer.monitoring.values import Measurement, Metric, Series
from models.evaluation.gate import FLOOR

# So unlikely must a distance be where nothing changed, and so large beyond what chance explains. An alarm
# that lasts ends below half of it, or where chance explains it easily.
LEVEL, EASILY = 0.001, 0.05
INDEX = 0.25
FAILURES = 0.05
DIRECTION = 0.05
LEAST_JUDGED = 20
_LEARN = "Confirm or dismiss labels in some of them, so that the classifier learns from them"
Words = tuple[str, str]


def wrong(
    found: Sequence[Measurement],
    lasting: Iterable[Series],
    answered: Iterable[Series],
    titles: Mapping[str, str],
) -> dict[Series, Words]:
    """Returns cause and action of what is wrong.

    Args:
        found: All that was measured now.
        lasting: What was wrong the last time.
        answered: Golden queries that were answered before.
        titles: Of labels, by name.
    """
    open_before, answered_before = set(lasting), set(answered)
    alarms: dict[Series, Words] = {}
    for point in found:
        words = _WORDS.get(point.series.metric)
        if words is not None and _beyond(point, lasting=point.series in open_before):
            alarms[point.series] = words(point, found, titles)
        elif point.series.metric in _FLOORS and _below(point):
            alarms[point.series] = _too_low(point, titles)
        elif (
            point.series.metric is Metric.GOLDEN_QUERY and not point.value and point.series in answered_before
        ):
            alarms[point.series] = _unanswered(point)
    return {series: alarms[series] for series in sorted(_told_once(alarms), key=_importance)}


def _told_once(alarms: Iterable[Series]) -> list[Series]:
    """Returns them without those of all sources where the same is wrong with one of the sources."""
    every = list(alarms)
    parts = {replace(series, source="") for series in every if series.source}
    return [series for series in every if series.source or series not in parts]


def _importance(series: Series) -> tuple[int, str, str, str]:
    return _ORDER.index(series.metric), series.collection, series.source, series.label


def _beyond(point: Measurement, *, lasting: bool) -> bool:
    if point.distance is None or point.chance is None:
        return False
    metric = point.series.metric
    if metric in _ONLY_MORE and point.before is not None and point.value <= point.before:
        return False
    least = {Metric.FAILED: FAILURES, Metric.MEANING: DIRECTION}.get(metric, INDEX)
    if lasting:
        return point.distance >= least / 2 and point.chance <= EASILY
    return point.distance >= least and point.chance <= LEVEL


def _below(point: Measurement) -> bool:
    return point.n >= LEAST_JUDGED and point.high is not None and point.high < FLOOR


def _too_low(point: Measurement, titles: Mapping[str, str]) -> Words:
    what = titles.get(point.series.label, point.series.label) or "Labels"
    kind = "right" if point.series.metric is Metric.PRECISION else "found"
    return (
        f"{what} in {point.series.collection}: surely less than half are {kind} ({_percent(point.value)}, at"
        f" most {_percent(point.high or 0)}, by {point.n:,} random checks).",
        "Learn from the decisions on the page of models, or go back to the version before.",
    )


def _unanswered(point: Measurement) -> Words:
    return (
        f"The search “{point.series.label}” in {point.series.collection} no longer finds a passage with its"
        " label among the first ten.",
        "Run it and see what stands there instead; if labels are gone, go back on the page of models.",
    )


def _strange(point: Measurement, _found: Sequence[Measurement], _titles: Mapping[str, str]) -> Words:
    return (
        f"{_new(point)}: {_percent(point.value)} of the passages are in words that the classifier did not"
        f" learn from; before, {_percent(point.before or 0)}. There it claims nothing by itself and asks.",
        "See whether they are in another language or of another kind. "
        f"{_LEARN}; for another language take an encoder and a reader that know it.",
    )


def _failing(point: Measurement, _found: Sequence[Measurement], _titles: Mapping[str, str]) -> Words:
    return (
        f"{_new(point, 'files')}: {_percent(point.value)} could not be read; before,"
        f" {_percent(point.before or 0)}.",
        "The page of runs groups them by reason, each with its remedy.",
    )


def _warned(point: Measurement, _found: Sequence[Measurement], _titles: Mapping[str, str]) -> Words:
    return (
        f"{_new(point)}: {_percent(point.value)} were read with a warning; before,"
        f" {_percent(point.before or 0)}.",
        "Open some of them: the warning stands above the text. Scans may need a better source.",
    )


def _by_tika(point: Measurement, _found: Sequence[Measurement], _titles: Mapping[str, str]) -> Words:
    return (
        f"{_new(point)}: {_percent(point.value)} were read by Tika; before, {_percent(point.before or 0)}.",
        "Look at the text of some: Tika gives neither sections nor pages, which passages are cut along.",
    )


def _labels(point: Measurement, found: Sequence[Measurement], titles: Mapping[str, str]) -> Words:
    own = [
        each
        for each in found
        if each.series.metric is Metric.LABEL_RATE
        and (each.series.collection, each.series.source) == (point.series.collection, point.series.source)
    ]
    moved = sorted(own, key=lambda each: (-abs(each.value - (each.before or 0)), each.series.label))[:3]
    most = "; ".join(
        f"{titles.get(each.series.label, each.series.label)} {_percent(each.value)}, before"
        f" {_percent(each.before or 0)}"
        for each in moved
    )
    return (
        f"{_new(point)} carry other labels than those before. Shares of documents: {most}.",
        "Look at what is claimed there, and at what is not. "
        f"If it is wrong: {_LEARN[0].lower()}{_LEARN[1:]}.",
    )


def _otherwise(
    what: str, show: Callable[[float], str]
) -> Callable[[Measurement, Sequence[Measurement], Mapping[str, str]], Words]:
    def words(point: Measurement, _found: Sequence[Measurement], _titles: Mapping[str, str]) -> Words:
        return (
            f"{_new(point)} differ in {what}: {show(point.value)} on average, before"
            f" {show(point.before or 0)}; their spread counts too.",
            "See whether they were read well and are of the kind that this collection is for.",
        )

    return words


def _about(point: Measurement, _found: Sequence[Measurement], _titles: Mapping[str, str]) -> Words:
    return (
        f"{_new(point)} are about other things than those before: their mean meaning has a cosine of"
        f" {point.value:.2f} to that of the others, which chance does not explain.",
        f"See whether they belong into this collection. {_LEARN}; older figures do not hold for them.",
    )


def _new(point: Measurement, what: str = "documents") -> str:
    where = f" from {point.series.source}" if point.series.source else ""
    return f"New {what} in {point.series.collection}{where}"


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %" if 0 < share < 0.0995 else f"{100 * share:.0f} %"


_ONLY_MORE = frozenset({Metric.UNFAMILIAR, Metric.FAILED, Metric.WARNINGS, Metric.TIKA})
_FLOORS = frozenset({Metric.PRECISION, Metric.RECALL})
# What is told first.
_ORDER = (
    Metric.PRECISION, Metric.RECALL, Metric.FAILED, Metric.UNFAMILIAR, Metric.LABELS, Metric.MEANING,
    Metric.GOLDEN_QUERY, Metric.WARNINGS, Metric.TIKA, Metric.LENGTH, Metric.DIGITS,
)  # fmt: skip
_WORDS: dict[Metric, Callable[[Measurement, Sequence[Measurement], Mapping[str, str]], Words]] = {
    Metric.UNFAMILIAR: _strange,
    Metric.FAILED: _failing,
    Metric.WARNINGS: _warned,
    Metric.TIKA: _by_tika,
    Metric.LABELS: _labels,
    Metric.LENGTH: _otherwise("the length of passages", lambda value: f"{value:,.0f} characters"),
    Metric.DIGITS: _otherwise("the share of digits", _percent),
    Metric.MEANING: _about,
}
