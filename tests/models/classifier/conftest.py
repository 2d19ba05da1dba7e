"""A classifier that is trained once for all tests, in a few seconds."""

import pytest

from models.classifier.file import read_classifier
from models.classifier.model import LearnedClassifier
from tests.models.classifier.corpus import learned


@pytest.fixture(scope="session")
def content() -> bytes:
    """The file of a classifier trained on invented contracts."""
    return learned()


@pytest.fixture(scope="session")
def classifier(content: bytes) -> LearnedClassifier:
    return read_classifier(content, "the invented one")
