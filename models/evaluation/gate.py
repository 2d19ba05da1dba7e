"""Whether a new classifier may take the place of the one in use: it must not be worse where that shows."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from models.evaluation.classification import calibration_error
from models.evaluation.proportion import wilson
from models.evaluation.scores import Bools, Floats, Ints

# One-sided level of the exact sign test of W. J. Conover, "Practical Nonparametric Statistics" (1999), 3.4.
LEVEL = 0.05
# A label whose claims are surely less often right than this is worse than none, and so is one that surely
# finds less of what people say it should.
FLOOR = 0.5
LEAST_JUDGED = 8
# Calibration is compared from so many pairs on, and may differ by so much.
LEAST_CALIBRATED, CALIBRATION_MARGIN = 100, 0.03
LARGEST_BYTES = 64 << 20
SLOWER, LARGER = 1.5, 2.0


@dataclass(frozen=True, slots=True)
class Answers:
    """What a classifier says of some passages.

    Attributes:
        probabilities: Shape (passages, labels).
        claims: Same shape; whether it gives the label.
    """

    probabilities: Floats
    claims: Bools


@dataclass(frozen=True, slots=True)
class Judgements:
    """What people say of the same passages.

    Attributes:
        labels: Names of the columns.
        truth: Shape (passages, labels).
        judged: Same shape; where people said nothing, nothing counts.
        documents: Number of each passage's document, shape (passages,).
    """

    labels: tuple[str, ...]
    truth: Bools
    judged: Bools
    documents: Ints


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at; ``words`` says what was found, as a sentence."""

    name: str
    passed: bool
    words: str


@dataclass(frozen=True, slots=True)
class LabelChange:
    """A label on which the two differ: pairs that only one of them answers right."""

    label: str
    judged: int
    gained: int
    lost: int


def compare(
    where: str, people: Judgements, champion: Answers, candidate: Answers, seed: int
) -> tuple[list[Check], list[LabelChange]]:
    """Compares two classifiers on what people said.

    Args:
        where: What the passages are, for people: "decisions", "golden set".
        people: The truth.
        champion: Answers of the classifier in use.
        candidate: Of the new one, which must not have learned from these passages.
        seed: Of the resampling.

    Returns:
        The checks, and the labels on which the two differ.
    """
    known = people.judged
    before = (champion.claims == people.truth) & known
    after = (candidate.claims == people.truth) & known
    gained, lost = after & ~before, before & ~after
    changes = [
        LabelChange(label, int(known[:, place].sum()), int(gained[:, place].sum()), int(lost[:, place].sum()))
        for place, label in enumerate(people.labels)
        if gained[:, place].any() or lost[:, place].any()
    ]
    checks = [
        _right(where, _Rights(known, before, after, people.documents), seed),
        _labels(where, changes),
        _floors(where, people, champion.claims, candidate.claims),
    ]
    if known.sum() >= LEAST_CALIBRATED:
        checks.append(_calibration(where, people, champion.probabilities, candidate.probabilities))
    return checks, changes


def bounded(champion: tuple[int, float], candidate: tuple[int, float]) -> list[Check]:
    """Compares bytes of the files and seconds that the same passages took."""
    size = candidate[0] <= min(LARGEST_BYTES, max(LARGER * champion[0], champion[0] + (4 << 20)))
    speed = candidate[1] <= SLOWER * champion[1] + 0.05
    ratio = candidate[1] / max(champion[1], 1e-9)
    return [
        Check("size", size, f"{candidate[0] / 1e6:.1f} MB, {champion[0] / 1e6:.1f} before."),
        Check("speed", speed, f"Labelling takes {ratio:.2f} times as long as before."),
    ]


def sign_test(lost: int, gained: int) -> float:
    """Returns the probability of at least so many losses if either were as likely; exact, one-sided."""
    total = lost + gained
    ways: int = sum(math.comb(total, each) for each in range(lost, total + 1))
    return float(ways / 2**total)


@dataclass(frozen=True, slots=True)
class _Rights:
    """Which pairs were answered right before and after, among those that are known."""

    known: Bools
    before: Bools
    after: Bools
    documents: Ints

    def difference(self, seed: int, samples: int = 2000) -> tuple[float, float, float]:
        """Returns after minus before as a share, and its 95 % interval: documents are drawn, paired."""
        _, owner = np.unique(self.documents, return_inverse=True)
        size = int(owner.max()) + 1
        judged = np.bincount(owner, self.known.sum(1), size)
        gain = np.bincount(owner, self.after.sum(1).astype(float) - self.before.sum(1), size)
        drawn = np.random.default_rng(seed).multinomial(size, np.full(size, 1 / size), samples)
        low, high = np.quantile(drawn @ gain / np.maximum(drawn @ judged, 1), [0.025, 0.975])
        return float(gain.sum() / judged.sum()), float(low), float(high)


def _right(where: str, rights: _Rights, seed: int) -> Check:
    count = int(rights.known.sum())
    if not count:
        return Check(where, True, f"There are no {where} to compare on.")
    difference, low, high = rights.difference(seed)
    words = (
        f"Of {count:,} {where}, {int(rights.after.sum()):,} are answered right, "
        f"{int(rights.before.sum()):,} before: "
        f"{100 * difference:+.1f} points [{100 * low:+.1f}, {100 * high:+.1f}]."
    )
    return Check(where, high >= 0, words)


def _labels(where: str, changes: Sequence[LabelChange]) -> Check:
    worse = [
        each for each in changes if each.lost > each.gained and sign_test(each.lost, each.gained) < LEVEL
    ]
    if worse:
        named = ", ".join(f"{each.label} ({each.lost} lost, {each.gained} gained)" for each in worse)
        return Check(f"labels on {where}", False, f"Surely worse: {named}.")
    return Check(f"labels on {where}", True, "No label is surely worse.")


def _floors(where: str, people: Judgements, before: Bools, after: Bools) -> Check:
    """Fails where precision or recall of a label is surely below the floor, and was not before."""
    below = []
    for place, label in enumerate(people.labels):
        known, truth = people.judged[:, place], people.truth[:, place]
        old, new = before[:, place] & known, after[:, place] & known
        for name, base_old, base_new in (("precision", old, new), ("recall", truth & known, truth & known)):
            right, judged = int((new & truth & base_new).sum()), int(base_new.sum())
            right_before, judged_before = int((old & truth & base_old).sum()), int(base_old.sum())
            worse = right * max(judged_before, 1) < right_before * max(judged, 1)
            if judged >= LEAST_JUDGED and wilson(right, judged)[1] < FLOOR and worse:
                below.append(
                    f"{name} of {label} {right} of {judged}, {right_before} of {judged_before} before"
                )
    if below:
        return Check(f"floors on {where}", False, f"Below one half: {'; '.join(below)}.")
    return Check(f"floors on {where}", True, "No label fell below one half.")


def _calibration(where: str, people: Judgements, before: Floats, after: Floats) -> Check:
    truth = people.truth[people.judged]
    old, new = (calibration_error(truth, each[people.judged]) for each in (before, after))
    words = f"Expected calibration error {new:.3f}, {old:.3f} before."
    return Check(f"calibration on {where}", new <= old + CALIBRATION_MARGIN, words)
