"""A decision that speaks in what a classifier says of another passage."""

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


def passage_name(document: str, text: str) -> str:
    """Returns what a decided passage is known by: digits of its text's SHA-256, and its document."""
    return f"{sha256(text.encode('utf-8', 'surrogatepass')).hexdigest()[:_DIGITS]} {document}"
