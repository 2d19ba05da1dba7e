"""Chooses what each step of the training sees."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.adaptation.graded import Graded

# Targets that a step compares with at most; those that its texts are worth something to come first.
MOST_TARGETS = 128
# Of the texts of a step, the share that is worth nothing to any target, as most of a collection is.
_WORTHLESS = 0.25


@dataclass(frozen=True, slots=True)
class Batch:
    """Texts and targets of one step.

    Attributes:
        texts: As text.
        targets: As text.
        gains: float32, shape (texts, targets); NaN where nobody judged.
    """

    texts: list[str]
    targets: list[str]
    gains: NDArray[np.float32]


def batches(graded: Graded, size: int, random: np.random.Generator) -> Iterator[Batch]:
    """Yields texts in random order, each that is worth something once, others drawn among them.

    Args:
        graded: What there is.
        size: Texts of a step; the last has fewer where they do not divide.
        random: Decides.
    """
    useful = graded.useful
    useless = sorted(set(range(len(graded.texts))) - set(useful))
    drawn = min(len(useless), round(len(useful) * _WORTHLESS / (1 - _WORTHLESS)))
    chosen = np.concatenate([useful, random.choice(useless, drawn, replace=False) if drawn else []])
    order = random.permutation(chosen.astype(np.intp)).tolist()
    for start in range(0, len(order), size):
        yield _batch(graded, order[start : start + size], random)


def steps(graded: Graded, size: int) -> int:
    """Returns the number of batches of an epoch."""
    return sum(1 for _ in range(0, _length(graded), size))


def _length(graded: Graded) -> int:
    useful = len(graded.useful)
    return useful + min(len(graded.texts) - useful, round(useful * _WORTHLESS / (1 - _WORTHLESS)))


def _batch(graded: Graded, rows: list[int], random: np.random.Generator) -> Batch:
    targets = _targets(graded, rows, random)
    column = {target: place for place, target in enumerate(targets)}
    gains = np.full((len(rows), len(targets)), np.nan, np.float32)
    for place, row in enumerate(rows):
        for target, gain in graded.gains[row].items():
            if target in column:
                gains[place, column[target]] = gain
    return Batch([graded.texts[row] for row in rows], [graded.targets[each] for each in targets], gains)


def _targets(graded: Graded, rows: list[int], random: np.random.Generator) -> list[int]:
    if len(graded.targets) <= MOST_TARGETS:
        return list(range(len(graded.targets)))
    wanted = dict.fromkeys(target for row in rows for target, gain in graded.gains[row].items() if gain)
    others = (each for each in random.permutation(len(graded.targets)).tolist() if each not in wanted)
    return sorted([*wanted, *others][:MOST_TARGETS])
