"""A training set as arrays: what is true of each passage and each sentence."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.classifier.dataset import TrainingPassage, TrainingSet
from models.classifier.views import Split
from models.classifier.words import Span
from models.errors import TrainingError

FEWEST_EXAMPLES, FEWEST_DOCUMENTS = 20, 5
# A sentence carries a label where it shares this much with what people marked, or half of either.
_SHARED_CHARACTERS = 50

Truth = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Learnable:
    """Which labels can be learned from a set.

    Attributes:
        labels: Those with enough examples, in the order of the set.
        examples: Passages with each of them.
        documents: Documents with such a passage.
        left: Reason for each of the others, as a sentence.
    """

    labels: tuple[str, ...]
    examples: tuple[int, ...]
    documents: tuple[int, ...]
    left: dict[str, str]


def learnable(data: TrainingSet) -> Learnable:
    """Finds the labels with at least 20 examples in 5 documents, and passages that lack them.

    Raises:
        TrainingError: There is none.
    """
    examples: Counter[str] = Counter()
    documents: Counter[str] = Counter()
    against: Counter[str] = Counter()
    for document in data.documents:
        documents.update({label for passage in document.passages for label in passage.labels})
        for passage in document.passages:
            examples.update(passage.labels)
            against.update(told(passage, data.labels) - passage.labels)
    left = {
        label: reason
        for label in data.labels
        if (reason := _lacking(examples[label], documents[label], against[label]))
    }
    labels = tuple(label for label in data.labels if label not in left)
    if not labels:
        most = examples.most_common(1)
        best = f"the most has {most[0][0]!r}, {most[0][1]}" if most else "there is none at all"
        raise TrainingError(
            f"No label has {FEWEST_EXAMPLES} examples in {FEWEST_DOCUMENTS} documents, and as many passages "
            f"without it; {best}"
        )
    return Learnable(
        labels, tuple(examples[each] for each in labels), tuple(documents[each] for each in labels), left
    )


def _lacking(examples: int, documents: int, against: int) -> str:
    if examples < FEWEST_EXAMPLES:
        return f"{examples} examples, {FEWEST_EXAMPLES} are needed."
    if documents < FEWEST_DOCUMENTS:
        return f"Its examples are in {documents} documents, {FEWEST_DOCUMENTS} are needed."
    if against < FEWEST_EXAMPLES:
        return f"{against} passages are known not to carry it, {FEWEST_EXAMPLES} are needed."
    return ""


def passage_truth(passages: Sequence[TrainingPassage], labels: Sequence[str]) -> Truth:
    """Returns which passage carries which label, shape (passages, labels)."""
    return np.array([[label in passage.labels for label in labels] for passage in passages], bool)


def judged(passages: Sequence[TrainingPassage], labels: Sequence[str]) -> Truth | None:
    """Returns what people looked for, shape (passages, labels); None where they looked for everything."""
    if all(passage.judged is None for passage in passages):
        return None
    return np.array([[label in told(passage, labels) for label in labels] for passage in passages], bool)


def sentence_truth(passages: Sequence[TrainingPassage], labels: Sequence[str], cut: Split) -> Truth:
    """Returns which sentence carries which label, shape (sentences, labels).

    A label that nobody marked the words of holds for all sentences of its passage.
    """
    columns = {label: column for column, label in enumerate(labels)}
    result = np.zeros((len(cut.owner), len(labels)), bool)
    for row, (owner, span) in enumerate(zip(cut.owner.tolist(), cut.spans, strict=True)):
        for label in _carried(passages[owner], span):
            if label in columns:
                result[row, columns[label]] = True
    return result


def _carried(passage: TrainingPassage, span: Span) -> set[str]:
    marked = {each.label for each in passage.evidence}
    found = set(passage.labels - marked)
    for each in passage.evidence:
        shared = min(span[1], each.end) - max(span[0], each.start)
        half = min(span[1] - span[0], each.end - each.start) / 2
        if shared >= _SHARED_CHARACTERS or 0 < half <= shared:
            found.add(each.label)
    return found


def told(passage: TrainingPassage, labels: Collection[str]) -> frozenset[str]:
    """Returns the labels of which it is known whether they apply to a passage."""
    return frozenset(labels) if passage.judged is None else passage.judged | passage.labels
