"""From new decisions to a better model at work, and back, while people search.

python -m benchmarks.learning HOME [--decisions N]

HOME has records and an embedded index (``clausewatch bench search --folder`` keeps one); no other worker runs
on it, and it is changed: decisions are made on its passages, and its classifier learns. The server and the
worker are the product's own. Half of the decisions dismiss the claims that the classifier is least sure of,
half confirm others, and all are made at once; then the worker is asked to learn. Searches go on all the
time over HTTP, five a second.
"""

import argparse
import http.client
import json
import statistics
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TypeVar

from sqlalchemy import select

from benchmarks.http_search import ask, sample_queries
from benchmarks.large import _clausewatch, frequent_label, serving, texts
from indexer.apply import last_position
from indexer.decisions import Action, Asked, Origin, decide
from indexer.learning import LearningRun, State, Why, learning_run
from indexer.learning import ask as ask_to_learn
from indexer.records import schema
from indexer.records.codec import time_to_text
from indexer.records.database import writing
from indexer.relabel import stale_documents, targets
from search_app.compose import Parts, compose
from search_app.events import timestamp
from search_app.settings import Settings

_ENDED = frozenset({State.PROMOTED, State.REFUSED, State.FAILED, State.NOTHING, State.APPROVAL})
_PATIENCE = 1800.0
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Figures:
    """What was measured; times in seconds.

    Attributes:
        deciding: Taking the decisions down, all together.
        learning: From asking until the learned classifier was promoted.
        relabelling: From there until every document has its labels and the index shows them.
        back: From asking for the version before until a search first shows its labels.
        back_everywhere: From there until every document has them and the index shows them.
        searches: Answered meanwhile; ``failed`` were not. ``p50`` and ``p95`` in milliseconds.
    """

    chunks: int
    decisions: int
    deciding: float
    learning: float
    relabelling: float
    back: float
    back_everywhere: float
    searches: int
    failed: int
    p50: float
    p95: float
    run: str


class Load:
    """Searches five times a second in a thread of its own."""

    def __init__(self, address: tuple[str, int], queries: list[str]) -> None:
        self._address, self._queries = address, queries
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._work, daemon=True)
        self.took: list[float] = []
        self.failed = 0

    def __enter__(self) -> "Load":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _work(self) -> None:
        connection = http.client.HTTPConnection(*self._address, timeout=60)
        number = 0
        while not self._stop.wait(0.2):
            started = time.perf_counter()
            try:
                ask(connection, self._queries[number % len(self._queries)], [])
            except (OSError, RuntimeError, http.client.HTTPException) as error:
                print(f"a search failed: {error}", file=sys.stderr)
                self.failed += 1
                connection.close()
            else:
                self.took.append((time.perf_counter() - started) * 1000)
            number += 1


def run(home: Path, number: int) -> Figures:
    """Measures everything once."""
    parts = compose(Settings(home=home))
    _settle(parts)
    with serving(home) as address, _worker(home), Load(address, sample_queries(texts(home), 200)) as load:
        started = time.perf_counter()
        made = _decide(parts, number)
        deciding = time.perf_counter() - started
        done, learning = _timed(lambda: _learn(parts))
        relabelling = 0.0
        if done.state is State.PROMOTED:
            relabelling = _timed(lambda: _settle(parts))[1]
        before = parts.registry.state("contracts").used
        started = time.perf_counter()
        parts.registry.rollback("contracts", "benchmark", "benchmark")
        _until(lambda: _shown(parts, address) not in {"", before.version if before else ""})
        back = time.perf_counter() - started
        everywhere = _timed(lambda: _settle(parts))[1]
    with parts.engine.connect() as connection:
        chunks = len(connection.execute(select(schema.chunks.c.key)).all())
    cuts = statistics.quantiles(load.took, n=20)
    return Figures(
        chunks, made, deciding, learning, relabelling, back, everywhere, len(load.took), load.failed,
        statistics.median(load.took), cuts[18], done.step,
    )  # fmt: skip


@contextmanager
def _worker(home: Path) -> Iterator[None]:
    worker = _clausewatch(home, "worker")
    try:
        yield
    finally:
        worker.terminate()
        worker.wait()


def _decide(parts: Parts, number: int) -> int:
    predictions = schema.predictions
    claims = select(predictions.c.chunk, predictions.c.label).where(
        predictions.c.source == "model", predictions.c.standing == "speaks"
    )
    by_sureness = claims.order_by(predictions.c.probability, predictions.c.chunk)
    with parts.engine.connect() as connection:
        weak = connection.execute(by_sureness.limit(number // 2)).all()
        sure = connection.execute(claims.order_by(predictions.c.chunk.desc()).limit(number - len(weak))).all()
    for action, rows in ((Action.DISMISS, weak), (Action.CONFIRM, sure)):
        for place, (chunk, label) in enumerate(rows):
            asked = Asked(
                f"{action.value}-{place}-{chunk}", action, chunk, label, "benchmark", timestamp(time.time()),
                Origin.SEARCH,
            )  # fmt: skip
            with writing(parts.engine) as connection:
                decide(connection, asked, parts.packs)
    return len(weak) + len(sure)


def _learn(parts: Parts) -> LearningRun:
    with writing(parts.engine) as connection:
        now = time_to_text(parts.learner.clock())
        number = ask_to_learn(connection, "contracts", "benchmark", Why.DEMAND, now)

    def state() -> LearningRun:
        with parts.engine.connect() as connection:
            return learning_run(connection, number)

    _until(lambda: state().state in _ENDED)
    return state()


def _settle(parts: Parts) -> None:
    """Waits until every document has the labels in force, and the index shows them."""

    def settled() -> bool:
        with parts.engine.connect() as connection:
            wanted = targets(connection, parts.packs, parts.registry, parts.encoder.version)
            left = sum(stale_documents(connection, name, each.fingerprint) for name, each in wanted.items())
            return not left and parts.index.status().position == last_position(connection)

    _until(settled)


def _shown(parts: Parts, address: tuple[str, int]) -> str:
    """Returns the model of the first label that a search shows."""
    connection = http.client.HTTPConnection(*address, timeout=60)
    label = frequent_label(parts.settings.home).replace(" ", "+")
    connection.request("GET", f"/api/search?label={label}&limit=100&facets=0")
    hits = json.loads(connection.getresponse().read())["hits"]
    connection.close()
    models = [each["model"] for hit in hits for each in hit["labels"] if each["source"] == "model"]
    used = parts.registry.state("contracts").used
    return next((model for model in models if used is not None and model == used.version), "")


def _timed(work: Callable[[], _T]) -> tuple[_T, float]:
    started = time.perf_counter()
    result = work()
    return result, time.perf_counter() - started


def _until(done: Callable[[], bool]) -> None:
    end = time.monotonic() + _PATIENCE
    while not done():
        if time.monotonic() > end:
            raise RuntimeError(f"it was not done after {_PATIENCE:g} s")
        time.sleep(0.5)


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("home", type=Path)
    parser.add_argument("--decisions", type=int, default=200)
    given = parser.parse_args()
    print(json.dumps(asdict(run(given.home, given.decisions)), indent=2))


if __name__ == "__main__":
    main()
