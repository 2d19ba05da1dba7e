"""Finds the words that carried a label."""

import math
from collections.abc import Collection, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from models.classifier.linear import Linear
from models.classifier.views import Matrix
from models.classifier.words import Span, located_words
from models.labels import Trigger

# A word is shown if it carries at least this share of what the weightiest does; so many places at most.
_WEIGHTY, _MOST = 0.35, 4
# The inverse document frequency of what stands in every other passage.
_FREQUENT = math.log(2) + 1


def contributions(row: Matrix, linear: Linear, label: int, terms: int) -> dict[int, float]:
    """Returns what each term of a row adds to a label's margin, by the term's column; only what is above 0.

    Only the first ``terms`` columns count: the words of the text itself, not those around it.
    """
    own = row.indices < terms
    indices = row.indices[own]
    added = row.data[own] * linear.weights[indices, label]
    return {int(index): float(value) for index, value in zip(indices, added, strict=True) if value > 0}


def frequent_words(vocabulary: Mapping[str, int], inverse: NDArray[np.float32]) -> frozenset[str]:
    """Returns the words that stand in more than half of the passages: to, of, shall.

    Args:
        vocabulary: Place of each term.
        inverse: Inverse document frequencies of the terms in passages.
    """
    return frozenset(
        term for term, place in vocabulary.items() if " " not in term and inverse[place] < _FREQUENT
    )


def triggers(
    text: str,
    span: Span,
    added: Mapping[int, float],
    vocabulary: Mapping[str, int],
    frequent: Collection[str] = (),
) -> tuple[Trigger, ...]:
    """Returns the words of ``text[span]`` that added most, neighbours together, in order.

    Where there is nothing but ``frequent`` words together, they tell a reader nothing and are left out.
    """
    found, places = located_words(text[span[0] : span[1]])
    weights = _by_word(found, added, vocabulary)
    if not len(weights) or weights.max() <= 0:
        return ()
    runs = _runs(weights >= _WEIGHTY * weights.max())
    runs = [run for run in runs if any(word not in frequent for word in found[run])]
    runs = sorted(sorted(runs, key=lambda run: -weights[run].sum())[:_MOST], key=lambda run: run.start)
    offsets = [(span[0] + places[run.start][0], span[0] + places[run.stop - 1][1]) for run in runs]
    return tuple(Trigger(start, end, text[start:end]) for start, end in offsets)


def _by_word(
    found: Sequence[str], added: Mapping[int, float], vocabulary: Mapping[str, int]
) -> NDArray[np.float64]:
    weights = np.zeros(len(found))
    for place, word in enumerate(found):
        weights[place] += added.get(vocabulary.get(word, -1), 0.0)
        if place:
            pair = added.get(vocabulary.get(f"{found[place - 1]} {word}", -1), 0.0)
            weights[place - 1 : place + 1] += pair / 2
    return weights


def _runs(chosen: NDArray[np.bool_]) -> list[slice]:
    edges = np.flatnonzero(np.diff(np.concatenate([[False], chosen, [False]]).astype(np.int8)))
    return [slice(int(start), int(end)) for start, end in edges.reshape(-1, 2)]
