"""Rules of the house as values."""

from dataclasses import dataclass, field
from enum import StrEnum

from models.written import Written

# What a rule is taken for until people judged enough of what it says: the mean precision of the rules of the
# contracts pack on contracts that they were not written on (docs/packs.md) is 0.61. It goes on
# counting as ten answers.
PRIOR, PRIOR_WEIGHT, LEAST_JUDGED = 0.6, 10, 10


class Action(StrEnum):
    """What happened to a rule."""

    ADD = "add"
    RETIRE = "retire"
    MEASURE = "measure"  # people judged enough of what it says, and its probability is another


@dataclass(frozen=True, slots=True)
class NewRule:
    """A rule that somebody asks for.

    Attributes:
        label: As the pack spells it.
        name: What people call it; empty for one that is made of its words.
        reason: Why, in the person's words; may be empty.
        by: Pseudonym of the person.
        at: UTC ISO 8601 with milliseconds.
    """

    collection: str
    label: str
    written: Written
    by: str
    at: str
    name: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Retired:
    """When, by whom and why a rule was taken out of service."""

    by: str
    at: str
    reason: str


@dataclass(frozen=True, slots=True)
class HouseRule:
    """A rule of the house as it stands.

    Attributes:
        id: Made of collection, label and words: the same rule has the same id.
        probability: What its labels are given.
        right: Of the claims that people judged, those that were right, when it was measured last.
        judged: How many that were; 0 for a rule that was not measured yet.
        retired: None while it is at work.
    """

    id: str
    collection: str
    label: str
    name: str
    written: Written
    probability: float
    reason: str
    by: str
    at: str
    right: int = field(default=0)
    judged: int = field(default=0)
    retired: Retired | None = None


def shrunken(right: int, judged: int) -> float:
    """Returns the probability of a rule of whose claims people judged some: drawn towards the prior."""
    return (right + PRIOR * PRIOR_WEIGHT) / (judged + PRIOR_WEIGHT)
