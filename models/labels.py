"""Labels as values: what was said of a passage, by whom, how surely, and on what ground."""

from dataclasses import dataclass
from enum import IntEnum, StrEnum


class LabelSource(StrEnum):
    """Who said it; a human decision outranks a model, a model outranks a keyword rule."""

    HUMAN = "human"
    MODEL = "model"
    RULE = "rule"


class Severity(IntEnum):
    """How much a label matters to a reviewer; orders results and facets."""

    LOW = 1
    MEDIUM = 2
    HIGH = 3


@dataclass(frozen=True, slots=True)
class Trigger:
    """Words that carried a label.

    Attributes:
        start: Offset of the first character within the passage text (not the document).
        end: Offset after the last character; ``passage.text[start:end] == text``.
        text: The words themselves.
    """

    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class LabelPrediction:
    """One label of one passage.

    Attributes:
        label: The label's name as its pack spells it, e.g. ``"Cap On Liability"``.
        probability: In [0, 1].
        source: Who said it.
        model: Version of the model or of the rule set, e.g. ``"rules:contracts:3f2a91c0"``.
        triggers: The evidence, ordered by start; never empty for a rule.
    """

    label: str
    probability: float
    source: LabelSource
    model: str
    triggers: tuple[Trigger, ...] = ()


@dataclass(frozen=True, slots=True)
class Passage:
    """What a labeller sees of a chunk: its text and the path of headings above it."""

    text: str
    section: str = ""
