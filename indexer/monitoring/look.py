"""One look at everything that is measured of a classifier at work, written down as a whole."""

import logging
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection, Engine, func, select

from indexer.errors import IndexUnavailableError
from indexer.labelling import Labelling, labelling
from indexer.learning.snapshot import learned_upto
from indexer.monitoring.alarms import wrong
from indexer.monitoring.golden import Answering, on_golden_queries, on_golden_set
from indexer.monitoring.inputs import drift
from indexer.monitoring.profiles import refresh
from indexer.monitoring.quality import by_checks, dismissals, failures
from indexer.monitoring.read import latest, open_alarms
from indexer.monitoring.sides import frame
from indexer.monitoring.values import Measurement, Metric, Reading, Series
from indexer.monitoring.write import write_alarms, write_round
from indexer.records import schema
from indexer.records.codec import time_to_text
from indexer.records.database import writing
from indexer.records.read import collection_names
from indexer.registry import Origin, Registry
from indexer.registry.journal import Action
from models.packs import Pack, golden_passages
from models.protocols import Encoder

_log = logging.getLogger(__name__)
DAYS = 14
_BY_FILE = frozenset({Metric.GOLDEN_PRECISION, Metric.GOLDEN_RECALL, Metric.LABEL_MS})
_BETTER = (
    "If it learned from decisions, it goes back by itself; else go back on the page of models, or learn from"
    " the decisions there."
)
Report = Callable[[int, int, str], None]


def _quiet(_done: int, _total: int, _detail: str) -> None:
    """Says nothing."""


@dataclass(frozen=True, slots=True)
class Monitor:
    """What looks, and with what.

    Attributes:
        packs: The pack of each collection.
        ask: Answers golden queries; None where searches are not measured.
        days: How old a new document may be.
    """

    engine: Engine
    registry: Registry
    packs: Mapping[str, Pack]
    encoder: Encoder
    ask: Answering | None = None
    days: int = DAYS

    def due(self, now: datetime) -> bool:
        """Whether something changed since the last look, or it was on another day."""
        rounds = schema.monitor_rounds
        with self.engine.connect() as connection:
            state = _state(connection, now)
            query = select(rounds.c.state).order_by(rounds.c.seq.desc()).limit(1)
            return connection.execute(query).scalar() != state

    def look(self, now: datetime, report: Report = _quiet) -> Reading:
        """Measures everything, writes it down with the alarms that begin or end, and returns it.

        Args:
            now: With a time zone.
            report: Called between steps; may raise to end it, and then nothing is written but counts of
                documents.
        """
        started = time.perf_counter()
        with self.engine.connect() as connection:
            state = _state(connection, now)
        refresh(self.engine, self.encoder.version, report)
        with self.engine.connect() as connection:
            last = latest(connection)
            found: list[Measurement] = []
            alarms = {}
            for pack in {each.name: each for each in self.packs.values()}.values():
                points, why = self._of_pack(connection, pack, now, last, report)
                found += points
                if why:
                    alarms[Series(pack.name, Metric.DISMISSED)] = (why, _BETTER)
            lasting = [alarm.series for alarm in open_alarms(connection)]
        alarms |= wrong(found, lasting, _answered(last, lasting), self._titles())
        at = time_to_text(now)
        with writing(self.engine) as connection:
            write_round(connection, at, state, time.perf_counter() - started, found)
            write_alarms(connection, at, alarms)
            return latest(connection)

    def _of_pack(
        self, connection: Connection, pack: Pack, now: datetime, last: Reading, report: Report
    ) -> tuple[list[Measurement], str]:
        names = [name for name in collection_names(connection) if self.packs[name].name == pack.name]
        if not names:
            return [], ""
        target = labelling(pack, self.registry.classifier(pack), self.encoder.version)
        version = target.classifier.version if target.classifier else ""
        found, why = dismissals(connection, pack, self.packs)
        report(0, len(names), f"the golden set of {pack.name}")
        found += self._golden(pack, target, version, last)
        used = self.registry.state(pack.name).used
        learned = learned_upto(connection, used.dataset) if used else 0
        since = self._labels_since(pack)
        for place, name in enumerate(names):
            of = Series(pack.name, Metric.PRECISION, name)

            def say(what: str, place: int = place, name: str = name) -> None:
                report(place, len(names), f"{name}: {what}")

            limits = frame(connection, name, since, now, self.days)
            found += by_checks(connection, pack, of, learned)
            found += failures(connection, limits, of)
            found += drift(connection, limits, of, say)
            found += self._queries(connection, pack, of, say)
        return [replace(each, model=version) for each in found], why

    def _golden(self, pack: Pack, target: Labelling, version: str, last: Reading) -> list[Measurement]:
        """Measures on the golden set, unless the same classifier and rules were measured on it already."""
        made_of = target.fingerprint[:128]
        of = Series(pack.name, Metric.GOLDEN_PRECISION, label=made_of)
        known = [
            each
            for each in last.measurements
            if each.series.metric in _BY_FILE and each.series.label == made_of and each.model == version
        ]
        return known or on_golden_set(golden_passages(pack.name), target, self.encoder, of)

    def _queries(
        self, connection: Connection, pack: Pack, of: Series, say: Callable[[str], None]
    ) -> list[Measurement]:
        if self.ask is None:
            return []
        try:
            return on_golden_queries(connection, pack, of, self.ask, say)
        except IndexUnavailableError as error:
            _log.warning("The golden queries could not be asked: %s", error)
            return []

    def _labels_since(self, pack: Pack) -> str:
        """Returns when the classifier was promoted that the one in use stems from by learning; else nothing.

        One that learned knows no other words than that one: what is new to it stays new.
        """
        version = self.registry.state(pack.name).used
        while (
            version is not None and version.origin in (Origin.LEARNED, Origin.THRESHOLDS) and version.parent
        ):
            version = self.registry.find(version.parent)
        if version is None:
            return ""
        times = (
            entry.at
            for entry in self.registry.journal(pack.name)
            if entry.action is Action.PROMOTE and entry.version == version.version
        )
        return min(times, default="")

    def _titles(self) -> dict[str, str]:
        return {label: each.title for pack in self.packs.values() for label, each in pack.labels.items()}


def _answered(last: Reading, lasting: list[Series]) -> Iterator[Series]:
    """Yields the golden queries that were answered the last time, or whose alarm lasts."""
    for each in last.measurements:
        if each.series.metric is Metric.GOLDEN_QUERY and each.value:
            yield each.series
    yield from (series for series in lasting if series.metric is Metric.GOLDEN_QUERY)


def _state(connection: Connection, now: datetime) -> str:
    """Returns what tells whether anything changed: the numbers of the newest lines, and the day."""
    newest = [
        connection.execute(select(func.max(column))).scalar() or 0
        for column in (
            schema.outbox.c.seq,
            schema.decisions.c.seq,
            schema.silence_checks.c.seq,
            schema.model_journal.c.seq,
        )
    ]
    runs = connection.execute(
        select(func.count()).select_from(schema.runs).where(schema.runs.c.finished_at.is_not(None))
    ).scalar_one()
    return " ".join(map(str, [*newest, runs, now.date().isoformat()]))
