"""Learning from decisions: datasets, what is learned from them, the gate, and what would change."""

from indexer.learning.learn import Learner
from indexer.learning.runs import (
    LearningRun,
    State,
    Why,
    ask,
    learning_run,
    learning_runs,
    note,
    resume,
    waiting,
)
from indexer.learning.snapshot import Dataset, dataset, read_content, read_datasets

__all__ = [
    "Dataset",
    "Learner",
    "LearningRun",
    "State",
    "Why",
    "ask",
    "dataset",
    "learning_run",
    "learning_runs",
    "note",
    "read_content",
    "read_datasets",
    "resume",
    "waiting",
]
