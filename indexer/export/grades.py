"""Grades relevance from clicks: clicks over expected clicks, smoothed.

A click says as much about the place as about the passage, since people look at the first results most. So a
passage is compared with what any passage at its places would have got: clicks over expected clicks (COEC;
Zhang and Jones, Comparing click logs and editorial labels for training query rewriting, WWW 2007).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

# Impressions at the overall rate that each position is given beside its own: one with few is near the mean.
RATE_PRIOR = 100.0
# Expected clicks, and as many clicks, that each pair is given: one with little evidence stays near 1.
VALUE_PRIOR = 1.0
# From which value on a passage has the grades 1, 2 and 3; one without a click has 0.
STEPS = (1.0, 2.0, 4.0)


@dataclass(frozen=True, slots=True)
class Tally:
    """What happened at a place: how often something was shown there, and in how many of these clicked."""

    impressions: int
    clicks: int


def click_rates(places: Mapping[int, Tally]) -> dict[int, float]:
    """Returns the share of impressions that are clicked at each 0-based position, all queries together.

    Each is (clicks + 100 · mean) / (impressions + 100), where the mean is over all positions.
    """
    shown = sum(tally.impressions for tally in places.values())
    mean = sum(tally.clicks for tally in places.values()) / shown if shown else 0.0
    return {
        place: (tally.clicks + RATE_PRIOR * mean) / (tally.impressions + RATE_PRIOR)
        for place, tally in places.items()
    }


def expected_clicks(places: Iterable[tuple[int, Tally]], rates: Mapping[int, float]) -> float:
    """Returns how often any passage would have been clicked that was shown at these places so often."""
    return sum(tally.impressions * rates[place] for place, tally in places)


def value(clicks: int, expected: float) -> float:
    """Returns clicks over expected clicks, (clicks + 1) / (expected + 1).

    It is the mean of the posterior where clicks are Poisson with the rate value · expected and the value has
    the prior Gamma(1, 1), whose mean is 1: clicked as often as anything else in its place.
    """
    return (clicks + VALUE_PRIOR) / (expected + VALUE_PRIOR)


def grade(clicks: int, of_value: float) -> int:
    """Returns 0 to 3: 0 without a click or below the usual, then from the usual, twice and four times it."""
    return sum(of_value >= step for step in STEPS) if clicks else 0
