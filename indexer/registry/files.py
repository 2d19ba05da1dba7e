"""Model files as the registry sees them: bytes in, classifiers out."""

from collections.abc import Collection, Iterable
from typing import Protocol

from models.classifier.card import ClassifierCard
from models.classifier.dataset import TrainingSet
from models.protocols import Classifier


class ModelFiles(Protocol):
    """Reads and makes the files of classifiers."""

    def read(self, content: bytes, name: str) -> Classifier:
        """Returns the classifier of a file. Raises ClassifierError, which names it by ``name`` and hash."""
        ...

    def check(self, content: bytes, name: str) -> ClassifierCard:
        """Returns the card of a file from its header, far sooner. Raises ClassifierError as ``read`` does."""
        ...

    def starters(self, pack: str, reader: str) -> Iterable[bytes]:
        """Yields what the product ships for a pack and a reader (empty for none), the best last."""
        ...

    def rethreshold(self, content: bytes, precision: float, labels: Collection[str]) -> bytes:
        """Returns the file with the thresholds of some labels chosen for another precision."""
        ...

    def learn(self, content: bytes, decided: TrainingSet) -> bytes:
        """Returns the file of a classifier that also learned from what people decided, and from that alone.

        What the file learned from decisions before is left out. Raises TrainingError.
        """
        ...


class ProductModels:
    """Fulfils ``ModelFiles`` with the product's own. Modules are imported at their first use."""

    def read(self, content: bytes, name: str) -> Classifier:
        """Returns the classifier of a file. Raises ClassifierError, which names it by ``name`` and hash."""
        from models.classifier.file import read_classifier  # noqa: PLC0415 - half a second of imports

        return read_classifier(content, name)

    def check(self, content: bytes, name: str) -> ClassifierCard:
        """Returns the card of a file from its header, far sooner. Raises ClassifierError as ``read`` does."""
        from models.classifier.container import check_classifier  # noqa: PLC0415

        return check_classifier(content, name)

    def starters(self, pack: str, reader: str) -> Iterable[bytes]:
        """Yields what the product ships for a pack and a reader (empty for none), the best last."""
        from models.classifier.starter import starter_files  # noqa: PLC0415

        return starter_files(pack, reader)

    def rethreshold(self, content: bytes, precision: float, labels: Collection[str]) -> bytes:
        """Returns the file with the thresholds of some labels chosen for another precision."""
        from models.classifier.file import rethreshold  # noqa: PLC0415

        return rethreshold(content, precision, labels)

    def learn(self, content: bytes, decided: TrainingSet) -> bytes:
        """Returns the file of a classifier that also learned from what people decided, and from that alone.

        What the file learned from decisions before is left out. Raises TrainingError.
        """
        from models.classifier.learn import learn  # noqa: PLC0415

        return learn(content, decided, name="decisions made here")
