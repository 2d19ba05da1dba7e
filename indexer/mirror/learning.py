"""Runs of learning and measurements as MLflow is told of them."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, select

from indexer.learning import LearningRun, State
from indexer.learning.runs import OPEN
from indexer.mirror.facts import Fact, by_slashes, metric_name, numbers, shortened
from indexer.mirror.versions import Name, actor
from indexer.model_figures import read_measurements
from indexer.records import schema
from indexer.records.codec import time_to_text


def learning_facts(runs: Iterable[LearningRun], prefix: str, pseudonym: Name) -> list[Fact]:
    """Returns a run for each learning that has ended."""
    return [_fact(run, prefix, pseudonym) for run in runs if run.state.value not in OPEN]


def challengers(connection: Connection, runs: Iterable[LearningRun]) -> dict[str, str]:
    """Returns the version of each pack that labels beside the one in use, or else waits for approval."""
    newest: dict[str, LearningRun] = {run.pack: run for run in runs if run.state.value not in OPEN}
    waiting = {
        pack: run.version for pack, run in newest.items() if run.state is State.APPROVAL and run.version
    }
    beside = connection.execute(select(schema.shadows.c.pack, schema.shadows.c.version))
    return waiting | {row.pack: row.version for row in beside}


def measurement_facts(connection: Connection, prefix: str) -> list[Fact]:
    """Returns a run for each measurement."""
    found = []
    for each in read_measurements(connection):
        ended = datetime.fromisoformat(each.took.started_at) + timedelta(seconds=each.took.seconds)
        found.append(
            Fact(
                key=f"measurement {each.id}",
                experiment=f"{prefix}/{each.kind}",
                name=each.subject or each.kind,
                started=each.took.started_at,
                ended=time_to_text(ended),
                parameters={name: shortened(value) for name, value in each.parameters.items()},
                metrics=dict(by_slashes({"seconds": each.took.seconds, **each.figures})),
                tags={"code": each.code, "subject": each.subject},
                documents={"figures.json": dict(each.figures)},
                dataset=(each.data, each.parameters.get("data", "")),
            )
        )
    return found


def _fact(run: LearningRun, prefix: str, pseudonym: Name) -> Fact:
    # Examples name passages of documents, which stay here; how many there are goes.
    seen = {name: value for name, value in (run.report.get("preview") or {}).items() if name != "examples"}
    checks: list[dict[str, Any]] = run.report.get("checks", [])
    metrics = {metric_name("check", check["name"]): float(check["passed"]) for check in checks}
    return Fact(
        key=f"learning {run.id}",
        experiment=f"{prefix}/learning/{run.pack}",
        name=f"learning {run.id}",
        started=run.started_at or run.asked_at,
        ended=run.finished_at or run.asked_at,
        failed=run.state in (State.FAILED, State.REFUSED),
        parameters={
            "pack": run.pack,
            "why": run.why.value,
            "champion": run.champion or "",
            "upto": str(run.upto),
        },
        metrics=metrics | dict(numbers(seen, "preview")),
        tags={
            "state": run.state.value,
            "version": run.version or "",
            "dataset": run.dataset or "",
            "asked_by": actor(run.asked_by, pseudonym),
        },
        documents={"report.json": {**run.report, "preview": seen}} if run.report else {},
        dataset=("decisions made here", run.dataset or ""),
    )
