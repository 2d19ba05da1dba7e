"""Brings MLflow up to the records: registry, journal, learning and measurements; each fact once.

The records stay the truth. What MLflow was not told, because it was away or the process was killed, it is
told the next time; nothing that trains, promotes or measures waits for it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from sqlalchemy import Connection, Engine, func, select

from indexer.learning.runs import every_run
from indexer.locks import MIRROR, held
from indexer.mirror.experiments import experiment_facts
from indexer.mirror.facts import Fact, Model
from indexer.mirror.learning import challengers, learning_facts, measurement_facts
from indexer.mirror.versions import Name, models, version_facts
from indexer.records import schema

Report = Callable[[int, int, str], None]


class Telling(Protocol):
    """What is told."""

    def look(self) -> None:
        """Forgets what was known of it, so that it is read anew."""
        ...

    def tell(self, fact: Fact) -> bool:
        """Writes a run where it is not there as it should be; returns whether it was written."""
        ...

    def tell_model(self, model: Model, experiments: dict[str, str]) -> int:
        """Brings a model up to ours; returns how many versions were added."""
        ...


@dataclass(frozen=True, slots=True)
class Mirrored:
    """What was told: runs that were written, versions that were added, and runs in all."""

    runs: int
    versions: int
    all_runs: int


class Mirror:
    """Projects the records to MLflow.

    Args:
        engine: The records.
        home: Where the lock lies.
        store: MLflow.
        pseudonym: Stands in for a person.
        prefix: In front of the names of experiments and models.
    """

    def __init__(self, engine: Engine, home: Path, store: Telling, pseudonym: Name, prefix: str) -> None:
        self._engine = engine
        self._home = home
        self._store = store
        self._pseudonym = pseudonym
        self._prefix = prefix
        self._done: tuple[object, ...] = ()

    def run(self, report: Report) -> Mirrored:
        """Tells what is not there yet; returns what that was.

        Raises:
            MirrorError: MLflow is missing, does not answer, or refuses.
            WriterBusyError: Another process is telling it.
        """
        with held(self._engine, self._home, MIRROR, "telling MLflow"):
            with self._engine.connect() as connection:
                state = _state(connection)
                facts, found = self._facts(connection)
            self._store.look()
            written = 0
            for done, fact in enumerate(facts):
                report(done, len(facts), fact.name)
                written += self._store.tell(fact)
            experiments = {fact.key: fact.experiment for fact in facts}
            added = sum(self._store.tell_model(model, experiments) for model in found)
            self._done = state
            return Mirrored(written, added, len(facts))

    def catch_up(self, report: Report) -> None:
        """Does the same where something changed since; for the worker. Raises as ``run``."""
        with self._engine.connect() as connection:
            if self._done == _state(connection):
                return
        self.run(report)

    def _facts(self, connection: Connection) -> tuple[list[Fact], list[Model]]:
        runs = every_run(connection)
        facts = [
            *version_facts(connection, self._prefix),
            *learning_facts(runs, self._prefix, self._pseudonym),
            *measurement_facts(connection, self._prefix),
            *experiment_facts(connection, self._prefix),
        ]
        return facts, models(connection, self._prefix, challengers(connection, runs), self._pseudonym)


def _state(connection: Connection) -> tuple[object, ...]:
    """Returns what changes whenever there is something new to tell."""
    runs, journal = schema.learning_runs, schema.model_journal
    states = connection.execute(
        select(runs.c.state, func.count(), func.max(runs.c.finished_at))
        .group_by(runs.c.state)
        .order_by(runs.c.state)
    )
    return (
        *map(tuple, states),
        connection.scalar(select(func.max(journal.c.seq))),
        connection.scalar(select(func.count()).select_from(schema.model_versions)),
        connection.scalar(select(func.max(schema.model_figures.c.id))),
        *connection.scalars(select(schema.shadows.c.version).order_by(schema.shadows.c.pack)),
        connection.scalar(select(func.count()).select_from(schema.experiment_results)),
    )
