"""Decisions as a classifier knows them: which speak in a label, and what the others make of each."""

from dataclasses import dataclass
from hashlib import sha256

_DIGITS = 16


@dataclass(frozen=True, slots=True)
class Influence:
    """A decision that speaks in what is said of another passage.

    Attributes:
        passage: What the decided passage is known by (``passage_name``).
        applies: Whether people said that the label applies there.
        weight: What it adds to the log-odds of the other passage.
    """

    passage: str
    applies: bool
    weight: float


@dataclass(frozen=True, slots=True)
class OutOfFold:
    """What decisions about other documents alone would have made of a decided pair.

    Attributes:
        passage: What the decided passage is known by (``passage_name``).
        label: The label that was decided about.
        probability: In [0, 1].
    """

    passage: str
    label: str
    probability: float


def passage_name(document: str, text: str) -> str:
    """Returns what a decided passage is known by: digits of its text's SHA-256, and its document."""
    return f"{sha256(text.encode('utf-8', 'surrogatepass')).hexdigest()[:_DIGITS]} {document}"
