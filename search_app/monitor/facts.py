"""Facts that a monitoring system asks for: looked up now and then, whatever the number of scrapes."""

import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from sqlalchemy.exc import SQLAlchemyError

from indexer.errors import IndexerError, RecordsUnavailableError
from models.errors import ModelsError
from search_app.events import Recorder
from search_app.monitor import holdings, quality, work
from search_app.monitor.family import counter, gauge

if TYPE_CHECKING:
    from search_app.compose import Parts

# What changes from one moment to the next, and what takes longer to count.
FRESH_SECONDS, COUNTED_SECONDS = 10.0, 60.0
Family = GaugeMetricFamily | CounterMetricFamily
Look = Callable[["Parts"], list[Family]]


class Facts(Collector):
    """What the records, the index and the recorder say; no text, no id of a person or a document."""

    def __init__(self, parts: "Parts", recorder: Recorder) -> None:
        self._parts = parts
        self._recorder = recorder
        self._records = _Kept(_records, FRESH_SECONDS)
        self._counted = _Kept(holdings.records, COUNTED_SECONDS)
        self._index = _Kept(holdings.index, FRESH_SECONDS)
        self._labels = _Kept(holdings.labels, COUNTED_SECONDS)

    def describe(self) -> Iterator[Metric]:
        """Says nothing before the first scrape: nothing is looked up when the process starts."""
        return iter(())

    def collect(self) -> Iterator[Metric]:
        """Yields what is known; of a part that does not answer only that."""
        recorder = self._recorder
        yield counter("clausewatch_events_recorded", "Events that this process recorded.", recorder.recorded)
        yield counter("clausewatch_unrecorded_searches", "Searches whose events were lost.", recorder.dropped)
        yield gauge("clausewatch_event_queue_searches", "Searches that are to be recorded.", recorder.waiting)
        yield from self._up("records", (self._records, self._counted))
        yield from self._up("index", (self._index, self._labels))

    def _up(self, name: str, parts: tuple["_Kept", ...]) -> Iterator[Metric]:
        found: list[Family] = []
        up = 1
        try:
            for part in parts:
                found += part.get(self._parts)
        except (SQLAlchemyError, IndexerError, RecordsUnavailableError, ModelsError, OSError):
            up = 0
        yield gauge(f"clausewatch_{name}_up", f"Whether the {name} answered.", up)
        yield from found


class _Kept:
    """What a look found, for some seconds; those who scrape at once wait for one look."""

    def __init__(self, look: Look, seconds: float) -> None:
        self._look, self._seconds = look, seconds
        self._looking = threading.Lock()
        self._looked = float("-inf")
        self._found: list[Family] = []

    def get(self, parts: "Parts") -> list[Family]:
        """Returns what was found, not too long ago. Raises what the look raises."""
        with self._looking:
            if time.monotonic() - self._looked > self._seconds:
                self._found = self._look(parts)
                self._looked = time.monotonic()
            return self._found


def _records(parts: "Parts") -> list[Family]:
    now = datetime.now(UTC)
    with parts.engine.connect() as connection:
        return [*work.facts(connection, now), *quality.facts(connection, now)]
