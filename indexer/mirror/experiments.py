"""Variants of experiments as MLflow is told of them."""

from datetime import datetime, timedelta

from sqlalchemy import Connection

from indexer.experiments.records import Experiment, Result, experiments, results
from indexer.mirror.facts import Fact, metric_name, shortened
from indexer.records.codec import time_to_text


def experiment_facts(connection: Connection, prefix: str) -> list[Fact]:
    """Returns a run for each variant that was tried, the settings in use among them."""
    return [
        _fact(asked, each, prefix)
        for asked in reversed(experiments(connection))
        for each in results(connection, asked.id)
    ]


def _fact(asked: Experiment, tried: Result, prefix: str) -> Fact:
    settings = ", ".join(f"{name} {value}" for name, value in tried.parameters.items()) or "as in use"
    metrics = {metric_name(name): value for name, value in tried.figures.items()}
    for name, ends in tried.differences.items():
        for end, value in zip(("difference", "low", "high"), ends, strict=True):
            metrics[metric_name(name, end)] = value
    ended = datetime.fromisoformat(tried.started_at) + timedelta(seconds=tried.seconds)
    definition = asked.definition
    return Fact(
        key=f"experiment {asked.id} variant {tried.place}",
        experiment=f"{prefix}/experiments/{asked.id} {definition.name}",
        name=settings,
        started=tried.started_at,
        ended=time_to_text(ended),
        failed=bool(tried.error),
        parameters={
            "kind": definition.kind.value,
            "seed": str(definition.seed),
            **{name: str(value) for name, value in tried.parameters.items()},
        },
        metrics=metrics | {"seconds": tried.seconds, "changed": float(tried.changes.get("changed", 0))},
        tags={
            "idea": shortened(definition.idea),
            "hypothesis": shortened(definition.hypothesis),
            "baseline": str(tried.place == 0).lower(),
            "code": tried.code,
        },
        documents={"changes.json": {"counts": tried.changes.get("counts", {})}},
        dataset=(definition.name, asked.data),
    )
