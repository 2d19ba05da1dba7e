"""Finds the classifier that a command names, and keeps one that was trained."""

from pathlib import Path

from indexer.registry import Origin
from models.classifier.adapted import adapted
from models.classifier.file import read_classifier
from models.encoder.tokens import TokenCounter
from models.errors import ClassifierError
from models.packs import Pack
from models.protocols import Classifier
from search_app.compose import Parts


def classifier_of(parts: Parts, pack: Pack, named: str) -> Classifier:
    """Returns the classifier of a file or version; the current one where neither is named.

    Raises:
        ClassifierError: There is no such classifier, or its file is none.
    """
    if not named:
        current = parts.registry.classifier(pack)
        if current is None:
            raise ClassifierError(f"the pack {pack.name!r} has no classifier yet; name a file with --model")
        return current
    path = Path(named)
    if path.is_file():
        return adapted(read_classifier(path.read_bytes(), path.name), pack)
    return adapted(parts.registry.load(parts.registry.find(named).version), pack)


def keep(parts: Parts, content: bytes) -> str:
    """Registers a classifier beside those that there are; returns its version."""
    return parts.registry.register(content, Origin.TRAINED).version


def write_file(path: Path, content: bytes) -> None:
    """Writes a file that is whole or not there, whenever the process ends."""
    temporary = path.with_name(f"{path.name}.new")
    temporary.write_bytes(content)
    temporary.replace(path)


def tokens_of(parts: Parts) -> TokenCounter:
    """Returns what counts tokens for the encoder that the settings name."""
    return TokenCounter(parts.settings.encoder)
