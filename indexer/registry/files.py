"""Model files as the registry sees them: bytes in, classifiers out."""

import importlib
from collections.abc import Collection
from typing import Any, Protocol

from models.errors import ClassifierError
from models.protocols import Classifier


class ModelFiles(Protocol):
    """Reads and makes the files of classifiers."""

    def read(self, content: bytes, name: str) -> Classifier:
        """Returns the classifier of a file. Raises ClassifierError, which names it by ``name`` and hash."""
        ...

    def starter(self, pack: str) -> bytes | None:
        """Returns the file that the product ships for a pack; None where it has none."""
        ...

    def rethreshold(self, content: bytes, precision: float, labels: Collection[str]) -> bytes:
        """Returns the file with the thresholds of some labels chosen for another precision."""
        ...


class ProductModels:
    """Fulfils ``ModelFiles`` with the product's own. Modules are imported at their first use."""

    def read(self, content: bytes, name: str) -> Classifier:
        """Returns the classifier of a file. Raises ClassifierError, which names it by ``name`` and hash."""
        classifier: Classifier = _module("file").read_classifier(content, name)
        return classifier

    def starter(self, pack: str) -> bytes | None:
        """Returns the file that the product ships for a pack; None where it has none."""
        try:
            content: bytes | None = _module("starter").starter_bytes(pack)
        except ClassifierError:
            return None
        return content

    def rethreshold(self, content: bytes, precision: float, labels: Collection[str]) -> bytes:
        """Returns the file with the thresholds of some labels chosen for another precision."""
        made: bytes = _module("file").rethreshold(content, precision, labels)
        return made


def _module(name: str) -> Any:  # noqa: ANN401 - a module
    try:
        return importlib.import_module(f"models.classifier.{name}")
    except ModuleNotFoundError as error:
        raise ClassifierError("This version of Clausewatch has no learned classifier") from error
