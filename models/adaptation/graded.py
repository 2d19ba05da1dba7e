"""What an encoder is adapted by: texts, and how well each answers what it is compared with."""

import hashlib
import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from models.classifier.dataset import TrainingPassage, TrainingSet
from models.errors import TrainingError
from models.evaluation.beir import Judged
from models.ranker.fit import GAINS

Gains = Mapping[int, float]


@dataclass(frozen=True, slots=True)
class Graded:
    """Texts against targets: passages against queries, or marked words against labels.

    Attributes:
        texts: Each once.
        targets: What they are compared with, each once.
        gains: Of each text, what it is worth to a target, by the target's number, at least 0; a target that
            is not among them was not judged for the text and counts neither for nor against it.
    """

    texts: tuple[str, ...]
    targets: tuple[str, ...]
    gains: tuple[Gains, ...]

    @property
    def fingerprint(self) -> str:
        """Hex SHA-256 of everything in it; equal sets have equal ones."""
        values = [self.texts, self.targets, [sorted(gains.items()) for gains in self.gains]]
        return hashlib.sha256(json.dumps(values, ensure_ascii=True).encode("ascii")).hexdigest()

    @property
    def useful(self) -> list[int]:
        """The numbers of the texts that are worth something to a target."""
        return [place for place, gains in enumerate(self.gains) if any(gains.values())]


def graded_passages(judged: Judged) -> Graded:
    """Returns the judged documents against the queries, both in the order of their ids.

    Raises:
        TrainingError: No document has a grade above 0, so that there is nothing to learn.
    """
    queries = sorted(judged.qrels)
    gains: dict[str, dict[int, float]] = defaultdict(dict)
    for number, query in enumerate(queries):
        for document, grade in judged.qrels[query].items():
            gains[judged.corpus[document]][number] = GAINS[min(grade, len(GAINS) - 1)]
    if not any(gain for each in gains.values() for gain in each.values()):
        raise TrainingError("no document has a grade above 0; there is nothing to learn")
    return _graded(gains, [judged.queries[query] for query in queries])


def graded_spans(data: TrainingSet, described: Mapping[str, str]) -> Graded:
    """Returns what people marked, against the labels as a pack describes them.

    Args:
        data: Passages; where the words of a label are marked these count, else the passage.
        described: Name and description of each label that is to be learned, by its name.
    """
    numbers = {label: number for number, label in enumerate(described)}
    gains: dict[str, dict[int, float]] = defaultdict(dict)
    for document in data.documents:
        for passage in document.passages:
            judged = numbers.keys() if passage.judged is None else numbers.keys() & passage.judged
            for text, labels in _marked(passage).items():
                known = [label for label in labels if label in numbers]
                for label in judged if known else ():
                    gains[text].setdefault(numbers[label], 0.0)
                gains[text].update({numbers[label]: 1.0 for label in known})
    return _graded({text: each for text, each in gains.items() if each}, list(described.values()))


def _graded(gains: Mapping[str, Gains], targets: Sequence[str]) -> Graded:
    texts = sorted(gains)
    return Graded(tuple(texts), tuple(targets), tuple(dict(sorted(gains[text].items())) for text in texts))


def _marked(passage: TrainingPassage) -> dict[str, set[str]]:
    """Returns the labels of each text in a passage: of the words marked, or of all of it."""
    whole = passage.passage.text
    found: dict[str, set[str]] = defaultdict(set)
    for item in passage.evidence:
        found[whole[item.start : item.end].strip()].add(item.label)
    if rest := passage.labels - {item.label for item in passage.evidence}:
        found[whole].update(rest)
    found.pop("", None)
    return found
