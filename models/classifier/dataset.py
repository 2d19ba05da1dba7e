"""What a classifier is trained and measured on: documents, their passages, and what people said of them."""

from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256

from models.labels import Passage


@dataclass(frozen=True, slots=True, order=True)
class Evidence:
    """Characters of a passage that carry a label.

    Attributes:
        start: Offset of the first character within the passage.
        end: Offset after the last one.
        label: The label's name, as its pack spells it.
    """

    start: int
    end: int
    label: str


@dataclass(frozen=True, slots=True)
class TrainingPassage:
    """A passage and what people said of it.

    Attributes:
        passage: Its text and the headings above it.
        labels: Those that apply.
        evidence: Where, as far as people marked it; in order.
        judged: The labels that people looked for here; None where they looked for all of them. What was not
            looked for counts neither for nor against a label.
    """

    passage: Passage
    labels: frozenset[str]
    evidence: tuple[Evidence, ...] = ()
    judged: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class TrainingDocument:
    """A document's passages, in order; a split never divides them.

    Attributes:
        name: Tells it from others, for people; nothing is learned from it.
    """

    name: str
    passages: tuple[TrainingPassage, ...]


@dataclass(frozen=True, slots=True)
class TrainingSet:
    """Documents, and the labels of the pack that they are labelled with."""

    labels: tuple[str, ...]
    documents: tuple[TrainingDocument, ...]

    @property
    def fingerprint(self) -> str:
        """Hex SHA-256 of everything in it, in order; equal sets have equal ones."""
        hashed = sha256(repr(self.labels).encode())
        for part in _parts(self.documents):
            hashed.update(part.encode("utf-8", "surrogatepass"))
        return hashed.hexdigest()


def _parts(documents: Iterable[TrainingDocument]) -> Iterable[str]:
    for document in documents:
        yield repr((document.name, len(document.passages)))
        for each in document.passages:
            judged = None if each.judged is None else sorted(each.judged)
            evidence = [(item.start, item.end, item.label) for item in each.evidence]
            yield repr((each.passage.section, each.passage.text, sorted(each.labels), evidence, judged))
