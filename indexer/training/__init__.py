"""Reads what people marked in texts, in four formats, as data to train and measure a classifier on."""

from indexer.training.classes import with_both_classes
from indexer.training.findings import Finding, lines
from indexer.training.names import NO_RISKS
from indexer.training.reading import TrainingData, read_training_data
from indexer.training.readings import with_readings

__all__ = [
    "NO_RISKS",
    "Finding",
    "TrainingData",
    "lines",
    "read_training_data",
    "with_both_classes",
    "with_readings",
]
