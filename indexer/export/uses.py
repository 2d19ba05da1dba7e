"""What tells that a hit was of use: clicks, and decisions that were made at it.

Whoever confirms, corrects or adds a label at a hit has read it and worked with it, which counts like a click;
one search counts once, however much was done. Whoever dismisses a label says that a model or a rule is wrong,
and nothing of how well the passage answers the query: a search in which nothing else was done with the
passage counts neither for it nor against it.
"""

from collections.abc import Collection
from dataclasses import dataclass

CLICK, DISMISS = "click", "dismiss"
USES = frozenset({CLICK, "confirm", "correct", "add"})
# All that bears on whether a hit was of use.
TELLING = USES | {DISMISS}


@dataclass(frozen=True, slots=True)
class Weight:
    """What an event changes for its passage, at its place in its search.

    Attributes:
        used: Whether it is the first use there.
        excused: By how much it changes the number of impressions that count neither way: 1, 0 or -1.
    """

    used: bool = False
    excused: int = 0


NOTHING = Weight()


def weight(action: str, before: Collection[str]) -> Weight:
    """Returns the weight of an event; ``before`` are the telling actions that preceded it there."""
    used = not USES.isdisjoint(before)
    if action in USES and not used:
        return Weight(used=True, excused=-1 if DISMISS in before else 0)
    return Weight(excused=1 if action == DISMISS and not before else 0)
