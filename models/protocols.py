"""The seams of this package: what encodes text and what labels it."""

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from models.classifier.card import ClassifierCard
from models.classifier.influence import Influence, OutOfFold
from models.labels import LabelPrediction, Passage


class Encoder(Protocol):
    """Turns texts into vectors.

    Attributes:
        version: Fingerprint of weights, precision and pooling; equal versions give equal vectors.
        dimension: Length of a vector.
        max_tokens: Window in tokens, special tokens included; longer texts are cut.
        reads: The labels that it reads of a text in the same pass; empty where it has no reader.
    """

    version: str
    dimension: int
    max_tokens: int
    reads: tuple[str, ...]

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Returns an array of shape (len(texts), dimension), rows of unit length, in input order."""
        ...

    def read(self, texts: Sequence[str]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Returns vectors as ``encode`` does, and the log-odds of labels, shape (len(texts), len(reads))."""
        ...

    def count_tokens(self, text: str) -> int:
        """Returns the number of tokens of a text, special tokens included, without cutting."""
        ...


class Labeller(Protocol):
    """Says which labels of a pack apply to the passages of a document.

    Attributes:
        version: Fingerprint of the rules or weights; equal versions give equal labels.
    """

    version: str

    def label(self, passages: Sequence[Passage]) -> list[tuple[LabelPrediction, ...]]:
        """Returns for each passage its labels, most probable first; empty where none applies.

        ``passages`` are all those of one document, in order: a model looks at a passage's neighbours.
        """
        ...


class Classifier(Labeller, Protocol):
    """A learned labeller: gives a label where it is sure, and abstains where it is not.

    What it says stands as ``speaks`` or ``unsure``; labels below the lower threshold are left out. Of a
    passage whose words are others than those that it learned from, as one in another language, it judges only
    the labels that it names.

    Attributes:
        version: ``classifier:<pack>:<first twelve digits of the SHA-256 of its file>``.
        card: Its data, thresholds and figures.
    """

    card: ClassifierCard

    def scores(self, passages: Sequence[Passage]) -> NDArray[np.float32]:
        """Returns calibrated probabilities, shape (len(passages), len(card.labels)), in the card's order."""
        ...

    def influences(self, passage: Passage, label: str) -> Sequence[Influence]:
        """Returns the decisions that speak most in what it says of a label, strongest first; often none."""
        ...

    def out_of_fold(self) -> Sequence[OutOfFold]:
        """Returns what it would say of each decided pair had it learned from other documents alone.

        Pairs that taught it nothing are not among them.
        """
        ...

    def unfamiliar(self, passages: Sequence[Passage]) -> NDArray[np.bool_]:
        """Says of each passage whether its words are others than those that the classifier learned from."""
        ...
