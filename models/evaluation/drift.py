"""How far a window of documents is from a reference, beyond what chance alone lets one expect.

Shares over bins are compared by the population stability index (N. Siddiqi, Credit Risk Scorecards, 2006:
below 0.1 nothing moved, from 0.25 on a lot did), directions by the cosine of means. Both are above 0 for any
two samples: without drift the index has an expectation of about (bins - 1) (1/n + 1/m), B. Yurdakul,
Statistical Properties of Population Stability Index (2018). Here it is found by drawing windows of the same
size from both together, which holds for small windows, empty bins and passages of one document alike: whole
documents are drawn (permutation test, R. A. Fisher, The Design of Experiments, 1935).
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

DRAWS, SEED = 1999, 1935
BINS = 10
_Floats = NDArray[np.float64]
_HALF = 0.5  # added to each count, so that an empty bin is no infinite distance


@dataclass(frozen=True, slots=True)
class Shift:
    """How far two groups are apart.

    Attributes:
        distance: Beyond its mean over the draws; never below 0.
        chance: Share of the draws that are at least as far apart, the found one among them; in (0, 1].
    """

    distance: float
    chance: float


def deciles(values: NDArray[np.float64]) -> _Floats:
    """Returns for each value a row with a 1 in its bin; bins hold about equally many of all values."""
    edges = np.unique(np.quantile(values, np.linspace(0, 1, BINS + 1)[1:-1]))
    return binned(values, edges)


def binned(values: NDArray[np.float64], edges: NDArray[np.float64]) -> _Floats:
    """Returns for each value a row with a 1 in its bin; an edge belongs to the bin below it."""
    return np.eye(len(edges) + 1)[np.searchsorted(edges, values, side="left")]


def shifts(
    counts: Mapping[str, _Floats], window: int, seed: int = SEED, draws: int = DRAWS
) -> dict[str, Shift]:
    """Returns how far the window is from the reference, by name of what is compared.

    Args:
        counts: A row of counts over bins for each document, those of the window first; all of equally many
            documents.
        window: How many documents are in the window; at least one, and one is not.
        seed: Of the draws.
        draws: Number of windows that are drawn.
    """
    number = len(next(iter(counts.values())))
    drawn = _windows(number, window, draws, seed)
    found = {}
    for name, rows in counts.items():
        inside = drawn @ rows
        found[name] = _shift(_index(inside, rows.sum(axis=0) - inside))
    return found


def direction_shift(
    vectors: NDArray[np.float32], window: int, seed: int = SEED, draws: int = DRAWS
) -> tuple[float, Shift]:
    """Returns the cosine of the means of two groups of vectors, those of the window first, and the shift.

    The distance is one minus the cosine.
    """
    drawn = _windows(len(vectors), window, draws, seed).astype(np.float32)
    inside = drawn @ vectors
    outside = vectors.sum(axis=0) - inside
    norms = np.linalg.norm(inside, axis=1) * np.linalg.norm(outside, axis=1)
    cosines = np.einsum("ij,ij->i", inside, outside) / np.maximum(norms, 1e-12)
    return float(cosines[0]), _shift(1 - cosines.astype(np.float64))


def _windows(number: int, window: int, draws: int, seed: int) -> _Floats:
    """Returns who is in each window: first the true one, then the drawn ones; shape (draws + 1, number)."""
    random = np.random.default_rng(seed)
    places = np.argpartition(random.random((draws, number), np.float32), window - 1, axis=1)[:, :window]
    found = np.zeros((draws + 1, number))
    found[0, :window] = 1
    np.put_along_axis(found[1:], places, 1, axis=1)
    return found


def _index(inside: _Floats, outside: _Floats) -> _Floats:
    """Returns the population stability index of each row."""
    first, second = _shares(inside), _shares(outside)
    found: _Floats = np.sum((first - second) * np.log(first / second), axis=1)
    return found


def _shares(counts: _Floats) -> _Floats:
    smooth = counts + _HALF
    shares: _Floats = smooth / smooth.sum(axis=1, keepdims=True)
    return shares


def _shift(distances: _Floats) -> Shift:
    drawn = distances[1:]
    farther = int(np.sum(drawn >= distances[0] - 1e-12))
    return Shift(max(float(distances[0] - drawn.mean()), 0.0), (1 + farther) / (1 + len(drawn)))
