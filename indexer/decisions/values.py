"""What a person decides about the labels of a passage, as values."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from enum import StrEnum

from models.labels import LabelPrediction


class Action(StrEnum):
    """What a person did."""

    CONFIRM = "confirm"  # the label that was shown applies
    DISMISS = "dismiss"  # it does not
    ADD = "add"  # a label that nobody gave applies
    CORRECT = "correct"  # not the label that was shown, but another
    UNDO = "undo"  # takes an earlier act back


class Origin(StrEnum):
    """Where it was said; what a random sample asked for may be counted, what people came across may not."""

    SEARCH = "search"
    DOCUMENT = "document"
    REVIEW = "review"
    SAMPLE = "sample"  # a random check of claims
    SILENCE = "silence"  # a random check of passages without any; kept out of learning, to measure on
    COMMAND = "command"
    IMPORT = "import"  # said elsewhere; it gives way to whoever decides here


@dataclass(frozen=True, slots=True)
class Asked:
    """What a person asks for.

    Attributes:
        act: Its id, given by whoever asks; the same act twice counts once.
        key: Key of the passage.
        label: The label that it is about.
        other: Of a correction, the label that applies instead; else empty.
        reason: In the person's words; may be empty.
        span: Bounds within the passage of the words that it is about; None for all of it.
        by: Pseudonym of the person.
        at: UTC ISO 8601 with milliseconds.
    """

    act: str
    action: Action
    key: int
    label: str
    by: str
    at: str
    origin: Origin
    other: str = ""
    reason: str = ""
    span: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """One line of what people said: a label does or does not apply to a text.

    Attributes:
        seq: Its number; later lines have higher ones.
        chunk: The id that the passage had.
        applies: None where the line takes an act back.
        seen: What was said of the label when the person saw it; None where nothing was.
    """

    seq: int
    act: str
    action: Action
    document: str
    chunk: str
    text_hash: bytes
    text: str
    section: str
    label: str
    applies: bool | None
    reason: str
    span: tuple[int, int] | None
    by: str
    origin: Origin
    seen: LabelPrediction | None
    at: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the people who spoke of a label of a text say together.

    Attributes:
        applies: None where they disagree and no senior has decided.
        decision: The line that counts: the newest of those that say so; of a dispute, the newest of all.
        people: How many spoke.
    """

    applies: bool | None
    decision: Decision
    people: int


Subject = tuple[bytes, str]
"""What a verdict is about: the hash of a text, and a label."""


def standing_decisions(lines: Iterable[Decision]) -> list[Decision]:
    """Returns what each person says in the end of each label of each text, the oldest line first.

    An act that was taken back counts as never done; else a person's later word replaces the earlier one.
    """
    every = sorted(lines, key=lambda line: line.seq)
    undone = {line.act for line in every if line.action is Action.UNDO}
    last = {
        (line.text_hash, line.label, line.by): line
        for line in every
        if line.applies is not None and line.act not in undone
    }
    return sorted(last.values(), key=lambda line: line.seq)


def verdicts(lines: Iterable[Decision], seniors: Collection[str] = ()) -> dict[Subject, Verdict]:
    """Returns what people say together of each label of each text.

    Where they disagree, the newest word of a senior decides; without one the label is disputed. What was
    imported counts where nobody decided here.

    Args:
        lines: All that was said, in any order.
        seniors: Pseudonyms of those whose word decides.
    """
    spoken: dict[Subject, list[Decision]] = {}
    for line in standing_decisions(lines):
        spoken.setdefault((line.text_hash, line.label), []).append(line)
    return {subject: _verdict(said, seniors) for subject, said in spoken.items()}


def _verdict(spoken: list[Decision], seniors: Collection[str]) -> Verdict:
    said = [line for line in spoken if line.origin is not Origin.IMPORT] or spoken
    by_seniors = [line for line in said if line.by in seniors]
    agreed = len({line.applies for line in said}) == 1
    if agreed or by_seniors:
        counts = (said if agreed else by_seniors)[-1]
        return Verdict(counts.applies, counts, len(said))
    return Verdict(None, said[-1], len(said))
