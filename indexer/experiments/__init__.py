"""Ideas that are tried on fixed data, in the background, beside the settings in use; nothing is promoted."""

from indexer.experiments.definition import Definition, Kind, read_definition
from indexer.experiments.records import (
    Experiment,
    Result,
    State,
    ask,
    experiment,
    experiments,
    results,
    stop,
)
from indexer.experiments.run import Bench, Changes, Metric, Outcome, Prepare, Runner

__all__ = [
    "Bench",
    "Changes",
    "Definition",
    "Experiment",
    "Kind",
    "Metric",
    "Outcome",
    "Prepare",
    "Result",
    "Runner",
    "State",
    "ask",
    "experiment",
    "experiments",
    "read_definition",
    "results",
    "stop",
]
