"""Describes each pair of a passage and a label: scores, rules, neighbours, place in the document."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.classifier.features import UNWORDED, features
from models.classifier.margins import Margins, Scale

_UNLIKELY = -8.0
_LOWEST_RANK = 30
_PROMISING = -1.0
# A pair whose two margins sum to less, and that no rule names, is left as the linear models have it.
_CANDIDATE = -2.2
_READ_ABOVE = -3.0

Floats = NDArray[np.float32]
Counts = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Scales:
    """The scales of both linear models, and how frequent each label is.

    Attributes:
        share: Share of the passages that carry a label, float32, shape (labels,).
    """

    passage: Scale
    sentence: Scale
    share: Floats


@dataclass(frozen=True, slots=True)
class Pairs:
    """The pairs of one document's passages and all labels.

    Attributes:
        base: Log-odds of the linear models, the mean of both, shape (passages, labels).
        candidate: Pairs worth a closer look, same shape.
        features: Those of the candidates in the order of ``np.nonzero(candidate)``; shape (candidates,
            columns), the columns as in ``models.classifier.features``.
    """

    base: Floats
    candidate: NDArray[np.bool_]
    features: Floats


def describe(
    margins: Margins,
    scales: Scales,
    rules: Floats,
    sizes: tuple[Counts, Counts],
    readings: Floats | None = None,
) -> Pairs:
    """Describes the pairs of one document.

    Args:
        margins: Of its passages.
        scales: Of the linear models.
        rules: Probability that the keyword rules give, 0 where they are silent; shape (passages, labels).
        sizes: How many words, and how many sentences, each passage has.
        readings: Log-odds that a reader read, NaN where it did not read the label or the passage; shape
            (passages, labels); None for a classifier that does without.
    """
    passage, sentence = scales.passage.log_odds(margins.passage), scales.sentence.log_odds(margins.sentence)
    base = np.asarray((passage + sentence) / 2, np.float32)
    candidate = (margins.passage + margins.sentence > _CANDIDATE) | (rules > 0)
    count, labels = base.shape
    rank, lead, highest = _standing(base)
    rival = _rivals(base)
    place = np.arange(count, dtype=np.float32) / count
    columns: list[Floats] = [
        passage,
        sentence,
        scales.sentence.log_odds(margins.second),
        base,
        rules,
        _shifted(base, 1, _UNLIKELY),
        _shifted(base, -1, _UNLIKELY),
        rank,
        lead,
        highest,
        rival,
        base - rival,
        np.maximum(_shifted(rules, 1, 0.0), _shifted(rules, -1, 0.0)),
        _across(place, labels),
        _across(np.asarray(sizes[0], np.float32), labels),
        _across(np.asarray(sizes[1], np.float32), labels),
        np.broadcast_to(scales.share, base.shape),
        np.asarray(_ranks(base, axis=1), np.float32),
        _across(rules.max(axis=1), labels),
        np.broadcast_to((base > _PROMISING).sum(axis=0), base.shape),
    ]
    if readings is not None:
        columns += _of_readings(readings)
        candidate |= readings > _READ_ABOVE
    assert len(columns) == len(features(read=readings is not None))
    return Pairs(base, candidate, np.stack([column[candidate] for column in columns], -1).astype(np.float32))


def describe_read(readings: Floats, share: Floats) -> Pairs:
    """Describes the pairs of one document by what a reader read alone, its words being unknown.

    Args:
        readings: Log-odds, NaN where it did not read the label or the passage; shape (passages, labels).
        share: How frequent each label is, shape (labels,).
    """
    known = np.where(np.isnan(readings), _UNLIKELY, readings)
    count, labels = readings.shape
    columns = [
        *_of_readings(readings),
        _standing(known)[0],
        _rivals(known),
        _across(np.arange(count, dtype=np.float32) / count, labels),
        np.broadcast_to(share, readings.shape),
    ]
    assert len(columns) == len(UNWORDED)
    candidate = readings > _READ_ABOVE
    base = np.full_like(readings, _UNLIKELY)
    return Pairs(base, candidate, np.stack([column[candidate] for column in columns], -1).astype(np.float32))


def _of_readings(readings: Floats) -> tuple[Floats, ...]:
    """Returns the readings, those of the passages before and after, and the lead over the best other one."""
    known = np.where(np.isnan(readings), _UNLIKELY, readings)
    lead = np.where(np.isnan(readings), np.nan, _standing(known)[1])
    return readings, _shifted(known, 1, _UNLIKELY), _shifted(known, -1, _UNLIKELY), lead


def _across(values: Floats, labels: int) -> Floats:
    return np.broadcast_to(values[:, np.newaxis], (len(values), labels))


def _shifted(values: Floats, by: int, missing: float) -> Floats:
    """Returns for each passage the value of the one before (1) or after (-1) it."""
    result = np.full_like(values, missing)
    if by > 0:
        result[by:] = values[:-by]
    else:
        result[:by] = values[-by:]
    return result


def _standing(base: Floats) -> tuple[Floats, Floats, Floats]:
    """Returns rank in the document, lead over the best other passage, and the document's highest."""
    rank = _ranks(base, axis=0)
    ordered = np.sort(base, axis=0)
    first, second = ordered[-1], ordered[-2] if len(base) > 1 else ordered[-1]
    lead = base - np.where(rank == 0, second, first)
    highest = np.broadcast_to(first, base.shape)
    return np.minimum(rank, _LOWEST_RANK).astype(np.float32), lead, highest


def _ranks(values: Floats, axis: int) -> NDArray[np.intp]:
    """Returns 0 for the highest along an axis, 1 for the next; of equal ones the first is first."""
    return np.argsort(np.argsort(-values, axis=axis, kind="stable"), axis=axis, kind="stable")


def _rivals(base: Floats) -> Floats:
    """Returns the highest log-odds of any other label in the same passage."""
    if base.shape[1] == 1:
        return np.full_like(base, _UNLIKELY)
    ordered = np.sort(base, axis=1)
    first, second = ordered[:, -1:], ordered[:, -2:-1]
    return np.where(base == first, second, first)
