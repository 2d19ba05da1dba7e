"""What each part says of itself: a word, a detail without secrets, and what to do."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError

from indexer.errors import (
    IndexerError,
    IndexUnavailableError,
    OtherEncoderError,
    RecordsUnavailableError,
)
from indexer.index.protocol import Detail, Filters
from indexer.locks import WORKER, holder
from indexer.monitoring import latest
from indexer.records import schema
from indexer.records.heartbeat import WORKER as ROLE
from indexer.records.heartbeat import read_heartbeat
from indexer.records.jobs import read_job_runs
from models.errors import ModelsError
from search_app.classifiers import classifier_status
from search_app.events import Recorder
from search_app.tika import tika_status

if TYPE_CHECKING:
    from search_app.compose import Parts

FRESH_SECONDS = 5.0
PATIENCE_SECONDS = 60.0
TIKA_SECONDS = 1.0
# No page waits longer for a part to say how it is.
ANSWER_SECONDS = 2.0
DOCTOR = "Run “clausewatch doctor”."
STILL = "Nothing can be searched; documents, runs and uploads are there as ever."


class State(StrEnum):
    """OK; degraded: answers, but something needs a look; down: cannot answer."""

    OK = "ok"
    DEGRADED = "degraded"
    DOWN = "down"


@dataclass(frozen=True, slots=True)
class PartHealth:
    """One part: ``detail`` is what it says, ``remedy`` what to do; empty while it is well."""

    name: str
    state: State
    detail: str
    remedy: str = ""


class Asked:
    """One check, made in a thread of its own, which may take longer than anybody waits for it.

    ``loading`` says that its first answer takes long, and that searches are answered without the part.
    """

    def __init__(self, check: Callable[[], PartHealth], *, loading: bool = False) -> None:
        self._check = check
        self._loading = loading
        self._name = check.__name__.strip("_")
        self._thread: threading.Thread | None = None
        self._found: PartHealth | None = None

    def begin(self) -> None:
        """Asks, unless the answer to the last time is still awaited."""
        if self._thread is None or not self._thread.is_alive():
            self._found = None
            self._thread = threading.Thread(target=self._ask, name=f"health of {self._name}", daemon=True)
            self._thread.start()

    def answer(self, deadline: float) -> PartHealth:
        """Returns the answer, or that there was none until then, in seconds of ``time.monotonic``."""
        assert self._thread is not None
        self._thread.join(max(deadline - time.monotonic(), 0.0))
        if self._found is None and self._loading:
            return PartHealth(self._name, State.OK, "Is being loaded.")
        silent = PartHealth(
            self._name, State.DOWN, f"Gave no answer within {ANSWER_SECONDS:g} seconds.", DOCTOR
        )
        return self._found or silent

    def _ask(self) -> None:
        self._found = _ask(self._name, self._check)
        self._loading = False


class Health:
    """Asks the parts, at most once every five seconds."""

    def __init__(self, parts: "Parts", recorder: Recorder) -> None:
        self._parts = parts
        self._recorder = recorder
        checks = [
            self._records,
            self._index,
            self._encoder,
            self._classifier,
            self._worker,
            self._monitor,
            self._events,
        ]
        if parts.settings.tika_url:
            checks.append(self._tika)
        self._checks = tuple(Asked(check, loading=check == self._classifier) for check in checks)
        self._asking = threading.Lock()
        self._asked = float("-inf")
        self._answers: tuple[PartHealth, ...] = ()

    def parts(self) -> tuple[PartHealth, ...]:
        """Returns what every part says, at most five seconds old."""
        with self._asking:
            if time.monotonic() - self._asked > FRESH_SECONDS:
                for check in self._checks:
                    check.begin()
                deadline = time.monotonic() + ANSWER_SECONDS
                self._answers = tuple(check.answer(deadline) for check in self._checks)
                self._asked = time.monotonic()
            return self._answers

    def troubles(self) -> tuple[PartHealth, ...]:
        """Returns the parts that are not well, for the banner of every page."""
        return tuple(part for part in self.parts() if part.state is not State.OK)

    def ready(self) -> bool:
        """Whether searches can be answered."""
        return all(part.state is not State.DOWN for part in self.parts())

    def _records(self) -> PartHealth:
        with self._parts.engine.connect() as connection:
            connection.execute(select(schema.collections.c.name).limit(1)).first()
            kind = connection.dialect.name
        return PartHealth("records", State.OK, f"The {kind} database answers.")

    def _index(self) -> PartHealth:
        try:
            status = self._parts.index.status()
        except OtherEncoderError:
            self._parts.index.count(None, Filters(), detail=Detail.CHUNKS)  # raises where none answers
            return PartHealth(
                "index", State.DEGRADED, "Another encoder was taken into use; the generation before answers.",
                "This process takes it up within a minute; one whose settings name an encoder, by a restart.",
            )  # fmt: skip
        with self._parts.engine.connect() as connection:
            table = schema.outbox
            waiting = select(func.min(table.c.created_at)).where(table.c.seq > status.position)
            oldest = connection.scalar(waiting)
        detail = f"{status.backend}, {status.chunks:,} passages, vectors {status.vector_kind}."
        if oldest is None or _age(oldest) < PATIENCE_SECONDS:
            return PartHealth("index", State.OK, detail)
        return PartHealth(
            "index", State.DEGRADED, f"{detail} Some newer documents are not searchable yet.",
            "See that “clausewatch worker” runs; nothing is lost.",
        )  # fmt: skip

    def _encoder(self) -> PartHealth:
        version = self._parts.encoder.version
        try:
            made_with = self._parts.index.status().encoder
        except IndexUnavailableError:
            made_with = version  # said by the index itself
        if made_with == version:
            return PartHealth("encoder", State.OK, f"Loaded: {version}.")
        return PartHealth(
            "encoder", State.DEGRADED, "The index was made with another encoder; meaning is off.",
            "Run “clausewatch rebuild”.",
        )  # fmt: skip

    def _classifier(self) -> PartHealth:
        found = classifier_status(self._parts)
        detail = " ".join(each.words() for each in found)
        remedy = next((each.remedy for each in found if each.remedy), "")
        return PartHealth("classifier", State.DEGRADED if remedy else State.OK, detail, remedy)

    def _worker(self) -> PartHealth:
        running = holder(self._parts.engine, self._parts.settings.home, WORKER)
        with self._parts.engine.connect() as connection:
            queued = select(func.min(schema.runs.c.started_at)).where(schema.runs.c.state == "queued")
            oldest = connection.scalar(queued)
            watched = connection.scalar(select(schema.watches.c.path).limit(1))
            beat = read_heartbeat(connection, ROLE)
            failed = [run for run in read_job_runs(connection).values() if run.failure]
        waits = oldest is not None and _age(oldest) > PATIENCE_SECONDS
        if running and beat and beat.hangs(running.process, datetime.now(UTC)):
            return PartHealth(
                "worker", State.DEGRADED, f"Process {beat.process} gave no sign of life since {beat.beat}.",
                "End that process and start “clausewatch worker”; nothing is lost.",
            )  # fmt: skip
        if running and failed:
            said = " ".join(f"Its job {run.name} failed at {run.started}: {run.failure}" for run in failed)
            return PartHealth("worker", State.DEGRADED, said, "It is tried again by itself; nothing is lost.")
        if running and not waits:
            return PartHealth("worker", State.OK, f"Runs as process {running.process} since {running.since}.")
        if running:
            return PartHealth(
                "worker", State.DEGRADED, "Uploaded files have waited for more than a minute.",
                "It may be at a long run; “Runs” tells. Nothing that was uploaded is lost.",
            )  # fmt: skip
        if waits or watched:
            return PartHealth(
                "worker", State.DEGRADED, "None runs: uploads and watched folders wait.",
                "Start “clausewatch worker”; nothing that was uploaded is lost.",
            )  # fmt: skip
        return PartHealth("worker", State.OK, "None runs, and nothing waits for one.")

    def _monitor(self) -> PartHealth:
        with self._parts.engine.connect() as connection:
            found = latest(connection)
        if found.alarms:
            first = found.alarms[0]
            more = f" And {len(found.alarms) - 1} more on the page Monitor." if len(found.alarms) > 1 else ""
            return PartHealth("monitor", State.DEGRADED, f"{first.cause}{more}", first.action)
        if not found.at:
            return PartHealth("monitor", State.OK, "Nothing was measured yet; a worker does within the hour.")
        return PartHealth("monitor", State.OK, f"Nothing is wrong, as measured {found.at}.")

    def _events(self) -> PartHealth:
        lost = self._recorder.dropped
        if not lost:
            return PartHealth("events", State.OK, "Every search of this process was recorded.")
        return PartHealth(
            "events", State.DEGRADED, f"{lost:,} searches could not be recorded.",
            "See the server's log; the answers themselves were right.",
        )  # fmt: skip

    def _tika(self) -> PartHealth:
        status = tika_status(self._parts.settings, TIKA_SECONDS)
        if status.version:
            return PartHealth("tika", State.OK, status.words())
        return PartHealth(
            "tika", State.DEGRADED, status.words(),
            "Start the Tika server, and ingest those files again.",
        )  # fmt: skip


def _age(moment: str) -> float:
    """Returns the seconds since a stored time."""
    return (datetime.now(UTC) - datetime.fromisoformat(moment)).total_seconds()


def _ask(name: str, check: Callable[[], PartHealth]) -> PartHealth:
    try:
        return check()
    except (SQLAlchemyError, RecordsUnavailableError):
        return PartHealth(name, State.DOWN, "The database does not answer.", DOCTOR)
    except IndexUnavailableError as error:
        return PartHealth(name, State.DOWN, f"{error} {STILL}", DOCTOR)
    except (IndexerError, ModelsError, OSError) as error:
        detail = str(error) if not isinstance(error, OSError) else "Its files cannot be read."
        return PartHealth(name, State.DOWN, detail, DOCTOR)
