"""Labels as values: what was said of a passage, by whom, how surely, and on what ground."""

from dataclasses import dataclass, field
from enum import IntEnum, StrEnum

import numpy as np
from numpy.typing import NDArray


class LabelSource(StrEnum):
    """Who said it; what stands earlier outranks what stands later."""

    HUMAN = "human"
    MODEL = "model"
    HOUSE = "house"  # a keyword rule that somebody wrote here
    RULE = "rule"  # a keyword rule of the pack


class Severity(IntEnum):
    """How much a label matters to a reviewer; orders results and facets."""

    LOW = 1
    MEDIUM = 2
    HIGH = 3


class Standing(StrEnum):
    """Whether what was said of a passage counts."""

    SPEAKS = "speaks"  # it is the label
    UNSURE = "unsure"  # a model abstains, or people disagree: a person should look
    OUTVOTED = "outvoted"  # kept to explain and to compare; a source that outranks it says otherwise
    DENIED = "denied"  # a person says that it does not apply


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
        standing: Whether it counts.
        sentence: Offsets within the passage of the sentence that carried it; None for the whole passage.
    """

    label: str
    probability: float
    source: LabelSource
    model: str
    triggers: tuple[Trigger, ...] = ()
    standing: Standing = Standing.SPEAKS
    sentence: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Passage:
    """What a labeller sees of a chunk.

    Attributes:
        text: The chunk's text.
        section: The path of headings above it.
        readings: Log-odds of the labels that the encoder's reader reads (``Encoder.reads``) as the records
            keep them, float16 precision in float32, shape (labels,); None where there are none yet.
        rules: What the keyword rules say of it; None where nobody asked them yet.
    """

    text: str
    section: str = ""
    readings: NDArray[np.float32] | None = field(default=None, compare=False, repr=False)
    rules: tuple[LabelPrediction, ...] | None = field(default=None, compare=False, repr=False)
