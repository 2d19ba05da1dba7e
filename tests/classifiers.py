"""A hand-written classifier that looks words up, and a kind of model file to keep such classifiers in."""
# ruff: noqa: ARG002 - a fake takes all arguments of its seam

import hashlib
import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.classifier.adapted import adapted
from models.classifier.card import ClassifierCard, LabelCard
from models.classifier.dataset import TrainingSet
from models.classifier.influence import Influence, OutOfFold, passage_name
from models.errors import ClassifierError, TrainingError
from models.labels import LabelPrediction, LabelSource, Passage, Standing, Trigger
from models.packs import Pack
from models.protocols import Classifier

FORMAT = 1
UNFAMILIAR = "fremd"
RIGHT, SAID = 41, 50


class WordClassifier:
    """Gives a label where its word stands: in the passage, in the one before, or where a reader read it.

    Each label is given as ``{"word": …, "probability": …}`` with ``"where"`` one of here, before, reading
    (the first reading, or that at ``"place"``, is positive; the word is then not looked at). ``labelled``
    keeps the passages it saw. A passage that holds the word "fremd" is unfamiliar.
    """

    def __init__(self, content: bytes) -> None:
        values = json.loads(content)
        self._words: Mapping[str, Mapping[str, Any]] = values["labels"]
        self.version = f"classifier:{values['pack']}:{hashlib.sha256(content).hexdigest()[:12]}"
        self.labelled: list[Passage] = []
        self._learned: Sequence[dict[str, Any]] = values.get("learned", ())
        self.card = ClassifierCard(
            pack=values["pack"],
            labels={
                name: LabelCard(100, 40, values["low"], values["high"], RIGHT, SAID, 0.75, 0.5, 8)
                for name in self._words
            },
            left_to_rules={"Audit Rights": "Only 3 documents have it; 20 are needed."},
            data="d" * 64,
            data_name="four invented contracts",
            documents=4,
            passages=120,
            seed=7,
            precision=values["precision"],
            reader=values["reader"],
            figures={"macro_ap": 0.7, "p_at_80r": 0.5},
        )

    def scores(self, passages: Sequence[Passage]) -> NDArray[np.float32]:
        rows = [
            [self._score(passages, place, label) for label in self._words] for place in range(len(passages))
        ]
        return np.array(rows, np.float32).reshape(len(passages), len(self._words))

    def label(self, passages: Sequence[Passage]) -> list[tuple[LabelPrediction, ...]]:
        self.labelled += passages
        return [
            tuple(
                self._prediction(passages[place].text, label, float(score))
                for label, score in zip(self._words, row, strict=True)
                if score >= self.card.labels[label].low
            )
            for place, row in enumerate(self.scores(passages))
        ]

    def influences(self, passage: Passage, label: str) -> Sequence[Influence]:
        """Each judged passage that it learned about the label from, as if all were equally strong."""
        return [Influence(each["passage"], True, 1.0) for each in self._learned if each["label"] == label]

    def out_of_fold(self) -> Sequence[OutOfFold]:
        return [OutOfFold(**each) for each in self._learned]

    def unfamiliar(self, passages: Sequence[Passage]) -> NDArray[np.bool_]:
        return np.array([UNFAMILIAR in each.text for each in passages], np.bool_)

    def _score(self, passages: Sequence[Passage], place: int, label: str) -> float:
        spec = self._words[label]
        where = spec.get("where", "here")
        if where == "reading":
            readings = passages[place].readings
            assert readings is not None, "it needs readings"
            return float(spec["probability"]) if readings[spec.get("place", 0)] > 0 else 0.0
        at = place - 1 if where == "before" else place
        holds = at >= 0 and spec["word"] in passages[at].text.lower()
        return float(spec["probability"]) if holds else 0.0

    def _prediction(self, text: str, label: str, score: float) -> LabelPrediction:
        word = self._words[label]["word"]
        start = text.lower().find(word) if word else -1
        triggers = (Trigger(start, start + len(word), text[start : start + len(word)]),) if start >= 0 else ()
        standing = Standing.SPEAKS if score >= self.card.labels[label].high else Standing.UNSURE
        sentence = (0, min(text.find(". ") % (len(text) + 1) + 1, len(text)))
        return LabelPrediction(
            label, round(score, 4), LabelSource.MODEL, self.version, triggers, standing, sentence
        )


def model_bytes(
    labels: Mapping[str, Mapping[str, Any]],
    *,
    pack: str = "contracts",
    reader: str = "",
    low: float = 0.3,
    high: float = 0.7,
    precision: float = 0.8,
    form: int = FORMAT,
    learns: str = "well",
) -> bytes:
    """The file of a WordClassifier."""
    values = {
        "form": form, "pack": pack, "reader": reader, "low": low, "high": high, "precision": precision,
        "labels": labels, "learns": learns,
    }  # fmt: skip
    return json.dumps(values).encode()


class WordModels:
    """Fulfils ``ModelFiles`` for such files; ``shipped`` by pack may be changed by a test."""

    def __init__(self, shipped: Mapping[str, Sequence[bytes]] | None = None) -> None:
        self.shipped = dict(shipped or {})

    def read(self, content: bytes, name: str) -> WordClassifier:
        digest = hashlib.sha256(content).hexdigest()[:12]
        try:
            form = json.loads(content)["form"]
        except (ValueError, KeyError, TypeError):
            raise ClassifierError(f"{name} ({digest}) is no classifier") from None
        if form > FORMAT:
            raise ClassifierError(f"{name} ({digest}) was made by a newer version")
        return WordClassifier(content)

    def check(self, content: bytes, name: str) -> ClassifierCard:
        return self.read(content, name).card

    def starters(self, pack: str, reader: str) -> Iterable[bytes]:
        return [each for each in self.shipped.get(pack, ()) if _reader_of(each) in {"", reader}]

    def rethreshold(self, content: bytes, precision: float, labels: Collection[str]) -> bytes:
        values = json.loads(content)
        unknown = set(labels) - set(values["labels"])
        if unknown:
            raise ClassifierError(f"It does not give {sorted(unknown)[0]}")
        return json.dumps(values | {"precision": precision, "high": precision}).encode()

    def learn(self, content: bytes, decided: TrainingSet) -> bytes:
        """Makes a label of which people say no more often than yes too unlikely to be claimed.

        With ``"learns": "nonsense"`` in the file it makes every label so, whatever they say; with "fails" it
        raises.
        """
        values = json.loads(content)
        base = values.get("base", values)
        if base.get("learns") == "fails":
            raise TrainingError("There is nothing that could be learned.")
        changed = _taught(base, decided)
        learned = [
            {"passage": name, "label": label, "probability": _without(base, decided, document, text, label)}
            for document, name, text, label in _judged(decided)
            if label in base["labels"]
        ]
        return json.dumps(
            base | {"labels": changed, "base": base, "data": decided.fingerprint, "learned": learned}
        ).encode()


def _taught(base: Mapping[str, Any], decided: TrainingSet) -> dict[str, dict[str, Any]]:
    changed = {name: dict(spec) for name, spec in base["labels"].items()}
    for name, spec in changed.items():
        said = [
            name in passage.labels
            for document in decided.documents
            for passage in document.passages
            if name in (passage.judged or ())
        ]
        if base.get("learns") == "nonsense" or said.count(False) > said.count(True):
            spec["probability"] = base["low"] / 2
    return changed


def _without(base: Mapping[str, Any], decided: TrainingSet, document: str, text: str, label: str) -> float:
    """What a classifier says of a text that learned from the other documents."""
    others = tuple(each for each in decided.documents if each.name != document)
    spec = _taught(base, TrainingSet(decided.labels, others))[label]
    return float(spec["probability"]) if spec["word"] in text.lower() else 0.0


def _judged(decided: TrainingSet) -> list[tuple[str, str, str, str]]:
    """Of each judged pair the document, what the passage is known by, its text, and the label."""
    return [
        (document.name, passage_name(document.name, each.passage.text), each.passage.text, label)
        for document in decided.documents
        for each in document.passages
        for label in sorted(each.judged or ())
    ]


def _reader_of(content: bytes) -> str:
    try:
        return str(json.loads(content)["reader"])
    except ValueError:
        return ""


class OneClassifier:
    """Fulfils ``Classifiers`` with one classifier, whichever the pack; a test may change it."""

    def __init__(self, classifier: WordClassifier | None = None) -> None:
        self.current = classifier
        self.trouble = False

    def classifier(self, pack: Pack) -> Classifier | None:
        return None if self.current is None else adapted(self.current, pack)

    def settled(self, pack: Pack) -> bool:
        return not self.trouble
