"""How alike two wordings of a passage are: the Dice coefficient of their pairs of neighbouring words.

L. R. Dice, "Measures of the Amount of Ecologic Association Between Species", Ecology 26 (1945).
"""

import re
from collections.abc import Mapping
from itertools import pairwise

# Below it a passage is another one, not another wording: two versions of a clause share most pairs.
LEAST_SIMILARITY = 0.5
_WORD = re.compile(r"\w+")

Profile = frozenset[tuple[str, str]]


def profile(text: str) -> Profile:
    """Returns the pairs of neighbouring words, whatever their case; a lone word pairs with itself."""
    words = _WORD.findall(text.casefold())
    return frozenset(pairwise(words)) or frozenset((word, word) for word in words)


def similarity(one: Profile, other: Profile) -> float:
    """Returns twice the number of common pairs over the number of all; in [0, 1], 0 where there are none."""
    total = len(one) + len(other)
    return 2 * len(one & other) / total if total else 0.0


def likest(text: str, passages: Mapping[int, Profile]) -> tuple[int | None, float]:
    """Returns the key of the passage that is most like a text, and how much; None below one half."""
    own = profile(text)
    best, key = max(((similarity(own, other), -key) for key, other in passages.items()), default=(0.0, 0))
    return (-key, best) if best >= LEAST_SIMILARITY else (None, best)
