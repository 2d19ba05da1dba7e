"""Team-draft interleaving: two rankings become one, of which each item was picked by one of them.

F. Radlinski, M. Kurup and T. Joachims, "How Does Clickthrough Data Reflect Retrieval Quality?", CIKM 2008:
in each round a coin says who picks first, and each picks the best of its ranking that is not picked yet.
Whoever picked what people click is the better ranker; the place favours neither.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import comb

import numpy as np

_SAMPLES = 5_000
# Looked at again and again as clicks come in, so that the interval is wider than that of one look.
LEVEL = 0.99
# From so many people on a result is told from luck.
FEWEST_PEOPLE = 20


@dataclass(frozen=True, slots=True)
class Preference:
    """What people's clicks say of two rankers.

    Attributes:
        people: Who clicked in searches in which the two took turns.
        challenger: How many of them clicked more of the challenger's picks; ``champion`` of the other's.
        difference: Mean over the people, from -1 (all for the champion) to 1 (all for the challenger).
        low: Lower end of the 99 % interval of the difference, by bootstrap over people; ``high`` the upper.
        p: Two-sided probability of a division so uneven if each were as likely (sign test).
    """

    people: int
    challenger: int
    champion: int
    difference: float = 0.0
    low: float = -1.0
    high: float = 1.0
    p: float = 1.0

    @property
    def better(self) -> bool:
        """Whether the challenger is surely better."""
        return self.people >= FEWEST_PEOPLE and self.low > 0

    @property
    def worse(self) -> bool:
        """Whether the challenger is surely worse."""
        return self.people >= FEWEST_PEOPLE and self.high < 0

    def words(self) -> str:
        """Returns it as a sentence."""
        found = (
            f"Of those who clicked, {self.challenger:,} of {self.people:,} did so more on the challenger's "
            f"hits, {self.champion:,} more on the champion's"
        )
        if self.people < FEWEST_PEOPLE:
            return f"{found}. From {FEWEST_PEOPLE} people on it can be told from luck."
        return f"{found}. Difference {self.difference:+.2f} [{self.low:+.2f}, {self.high:+.2f}]."


def team_draft(first: Sequence[int], second: Sequence[int], seed: int) -> list[tuple[int, bool]]:
    """Returns every item once with whether the second ranking picked it; equal seeds, equal order.

    Args:
        first: The champion's ranking.
        second: The challenger's, of the same items.
        seed: Of the coins.
    """
    random = np.random.default_rng(seed)
    taken: set[int] = set()
    picked: list[tuple[int, bool]] = []
    rest = {False: iter(first), True: iter(second)}
    while len(picked) < len(first):
        begins = bool(random.integers(2))
        for team in (begins, not begins):
            item = _next(rest[team], taken)
            if item is not None:
                taken.add(item)
                picked.append((item, team))
    return picked


def preference(scores: Mapping[str, Sequence[int]], seed: int = 0) -> Preference:
    """Returns what people prefer.

    Args:
        scores: By person, for each search in which they clicked: clicks on the challenger's picks minus those
            on the champion's.
        seed: Of the resampling.
    """
    means = np.array([np.mean(np.sign(scores[person])) for person in sorted(scores)])
    more, less = int((means > 0).sum()), int((means < 0).sum())
    if not len(means):
        return Preference(0, 0, 0)
    drawn = np.random.default_rng(seed).integers(len(means), size=(_SAMPLES, len(means)))
    low, high = np.quantile(means[drawn].mean(axis=1), [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return Preference(
        len(means), more, less, float(means.mean()), float(low), float(high), sign_test(more, less)
    )


def sign_test(one: int, other: int) -> float:
    """Returns the two-sided probability of a division at least so uneven; exact."""
    total, least = one + other, max(one, other)
    ways: int = sum(comb(total, each) for each in range(least, total + 1))
    return min(1.0, 2 * float(ways / 2**total))


def _next(ranking: Iterator[int], taken: set[int]) -> int | None:
    return next((item for item in ranking if item not in taken), None)
