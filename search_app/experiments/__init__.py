"""What experiments of each kind measure, and how a difference reads."""

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import partial

from indexer.experiments import Definition, Kind, Metric, Prepare, Runner
from models.ranker.features import FEATURES as RANKER_FEATURES
from search_app.compose import Parts

FEATURES = tuple(feature.name for feature in RANKER_FEATURES)
# The first metric of each kind tells which variant is the best.
METRICS: Mapping[Kind, tuple[Metric, ...]] = {
    Kind.RANKER: (
        Metric(
            "ndcg@5",
            "orders the first five hits better by {} of 100 points",
            "orders them worse by {} of 100 points",
        ),
        Metric(
            "p@5",
            "{} of 100 more of the first five hits are to the point",
            "{} of 100 fewer are to the point",
        ),
    ),
    Kind.CLASSIFIER: (
        Metric("recall", "finds {} of 100 more", "finds {} of 100 fewer"),
        Metric(
            "precision", "{} of 100 more of its claims are right", "{} of 100 fewer of its claims are right"
        ),
    ),
}


def runner_of(parts: Parts) -> Runner:
    """Returns what runs experiments."""
    from search_app.experiments.classifier import prepare as classifier  # noqa: PLC0415 - for whoever runs them
    from search_app.experiments.ranker import prepare as ranker  # noqa: PLC0415

    kinds: dict[Kind, Prepare] = {
        Kind.RANKER: partial(ranker, parts),
        Kind.CLASSIFIER: partial(classifier, parts),
    }
    return Runner(parts.engine, parts.settings.home, kinds, lambda: datetime.now(UTC))


def named(parameters: Mapping[str, object]) -> str:
    """Returns the settings of a variant as text; those in use where it has none of its own."""
    shown = (f"{value:g}" if isinstance(value, float) else str(value) for value in parameters.values())
    return ", ".join(map(" ".join, zip(parameters, shown, strict=True))) or "as in use"


def in_words(metric: Metric, difference: tuple[float, float, float]) -> str:
    """Returns a difference and its interval as words: "finds 3 of 100 more (1 to 5)"."""
    value, low, high = (100 * each for each in difference)
    if low <= 0 <= high:
        return f"no sure difference in {metric.name} ({value:+.1f} of 100; {low:+.1f} to {high:+.1f})"
    if value > 0:
        return f"{metric.more.format(f'{value:.1f}')} ({low:.1f} to {high:.1f})"
    return f"{metric.fewer.format(f'{-value:.1f}')} ({-high:.1f} to {-low:.1f})"


def handing_on(definition: Definition, parameters: Mapping[str, object]) -> str:
    """Returns the command that makes a model with these settings, for the checks; empty where none does."""
    data = definition.data
    if definition.kind is Kind.CLASSIFIER and parameters.get("share", 1) == 1:
        precision = f" --precision {parameters['precision']}" if "precision" in parameters else ""
        files = f"--data {data['spans']} --contracts {data['contracts']}"
        return f"clausewatch train classifier {files} --without-reader --seed {definition.seed}{precision}"
    return ""
