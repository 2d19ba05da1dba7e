"""How far figures of a classifier may lie off by the luck of which documents were measured on."""

from dataclasses import dataclass

import numpy as np

from models.evaluation.bootstrap import Comparison
from models.evaluation.scores import Bools, Floats, Ints, Scored, Thresholds

_ROUNDING = 1e-12


@dataclass(frozen=True, slots=True)
class Interval:
    """A 95 % interval, from the 2.5th to the 97.5th percentile."""

    low: float
    high: float


def intervals(scored: Scored, thresholds: Thresholds, seed: int, samples: int = 1000) -> dict[str, Interval]:
    """Returns intervals of macro_ap, p_at_80r and precision_at_threshold by a percentile bootstrap.

    Documents are drawn with replacement (Efron and Tibshirani, 1993), since passages of one document
    resemble each other. A draw of which a figure cannot be computed counts as 0.

    Args:
        scored: Probabilities and truth.
        thresholds: As for ``measure``.
        seed: Equal seeds give equal intervals.
        samples: Number of draws, at least 1.
    """
    random = np.random.default_rng(seed)
    _, documents = np.unique(scored.documents, return_inverse=True)
    count = int(documents.max(initial=-1)) + 1
    curves = [_Curve(*_known(scored, documents, place)) for place in range(len(scored.labels))]
    right, said = _by_document(scored, thresholds, documents, count)
    drawn: dict[str, list[float]] = {"macro_ap": [], "p_at_80r": [], "precision_at_threshold": []}
    for _ in range(samples):
        weights = (
            np.bincount(random.integers(0, count, count), minlength=count) if count else np.zeros(0, int)
        )
        found = [point for curve in curves if (point := curve.figures(weights, 0.8)) is not None]
        aps, precisions = zip(*found, strict=True) if found else ((0.0,), (0.0,))
        drawn["macro_ap"].append(float(np.mean(aps)))
        drawn["p_at_80r"].append(float(np.mean(precisions)))
        spoken = int(weights @ said)
        drawn["precision_at_threshold"].append(int(weights @ right) / spoken if spoken else 0.0)
    return {name: _interval(values) for name, values in drawn.items()}


def differences(first: Scored, second: Scored, seed: int, samples: int = 1000) -> dict[str, Comparison]:
    """Returns how much better a second ranking is than a first: macro_ap, p_at_80r, micro_ap, micro_p_at_80r.

    Both are of the same passages; each draw of documents is of both (paired bootstrap). The interval covers
    95 %.

    Args:
        first: What the one said, and the truth.
        second: What the other said.
        seed: Equal seeds give equal intervals.
        samples: Number of draws, at least 1.
    """
    random = np.random.default_rng(seed)
    _, documents = np.unique(first.documents, return_inverse=True)
    count = int(documents.max()) + 1
    curves = [_Curves(each, documents) for each in (first, second)]
    drawn = []
    for _ in range(samples):
        weights = np.bincount(random.integers(0, count, count), minlength=count)
        drawn.append(np.subtract(curves[1].figures(weights), curves[0].figures(weights)))
    ones = np.ones(count, np.int64)
    whole = np.subtract(curves[1].figures(ones), curves[0].figures(ones))
    low, high = np.quantile(drawn, [0.025, 0.975], axis=0)
    return {
        name: Comparison(float(whole[place]), float(low[place]), float(high[place]))
        for place, name in enumerate(("macro_ap", "p_at_80r", "micro_ap", "micro_p_at_80r"))
    }


class _Curves:
    """The curves of all labels, and that of all pairs in one ranking."""

    def __init__(self, scored: Scored, documents: Ints) -> None:
        places = range(len(scored.labels))
        self._labels = [_Curve(*_known(scored, documents, place)) for place in places]
        owner = np.broadcast_to(documents[:, np.newaxis], scored.truth.shape)
        self._pairs = _Curve(*scored.pairs(), owner[scored.judged])

    def figures(self, weights: Ints) -> tuple[float, float, float, float]:
        """Returns both figures as means over the labels, then both of all pairs; 0 where nothing is true."""
        found = [point for curve in self._labels if (point := curve.figures(weights, 0.8)) is not None]
        macro = np.mean(found, axis=0) if found else np.zeros(2)
        pairs = self._pairs.figures(weights, 0.8) or (0.0, 0.0)
        return float(macro[0]), float(macro[1]), *pairs


class _Curve:
    """A precision-recall curve that is sorted once and weighted anew for each draw.

    Only its points at examples are computed: between two of them precision falls and recall stays, so
    neither figure needs the others.
    """

    def __init__(self, truth: Bools, probabilities: Floats, documents: Ints) -> None:
        order = np.argsort(-probabilities, kind="stable")
        ordered, self._documents = probabilities[order], documents[order]
        self._examples = np.flatnonzero(truth[order])
        # Equal probabilities stand or fall together: an example's point lies at the last of its equals.
        lasts = np.searchsorted(-ordered, -ordered[self._examples], side="right") - 1
        self._ends, self._firsts = np.unique(lasts, return_index=True)

    def figures(self, weights: Ints, recall: float) -> tuple[float, float] | None:
        """Returns average precision and the best precision at a recall; None where nothing is true."""
        weight = weights[self._documents]
        examples = weight[self._examples]
        if not examples.any():
            return None
        gained = np.add.reduceat(examples, self._firsts)
        true = np.cumsum(gained)
        precision = true / np.maximum(np.cumsum(weight)[self._ends], 1)
        average = float(gained @ precision / true[-1])
        reached = true >= recall * true[-1] - _ROUNDING
        return average, float(precision[reached].max())


def _known(scored: Scored, documents: Ints, place: int) -> tuple[Bools, Floats, Ints]:
    truth, probabilities = scored.column(place)
    return truth, probabilities, documents[scored.judged[:, place]]


def _by_document(scored: Scored, thresholds: Thresholds, documents: Ints, count: int) -> tuple[Ints, Ints]:
    said = (scored.probabilities >= thresholds.high) & scored.judged
    right = said & scored.truth
    return (
        np.bincount(documents, right.sum(axis=1), count).astype(np.int64),
        np.bincount(documents, said.sum(axis=1), count).astype(np.int64),
    )


def _interval(values: list[float]) -> Interval:
    low, high = np.quantile(values, [0.025, 0.975])
    return Interval(float(low), float(high))
