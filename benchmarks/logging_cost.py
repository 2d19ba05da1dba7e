"""What recording costs a search: the same searches with events and without, in alternating blocks.

python -m benchmarks.logging_cost HOME [--blocks 40] [--size 50] [--rolling]

Answers searches of a home that is filled as its pages would, records impressions in every second block, and
prints both latencies and the difference, with 95 % intervals from a bootstrap over pairs of blocks. Between
blocks everything queued is written, so that none pays for the other. With ``--rolling`` another process sums
up all events of the home again and again meanwhile. What it records stays in the home: give it a copy.
"""

import argparse
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from search_app.compose import Parts, compose
from search_app.events import Recorder, Visitor, impressions, query_event, timestamp
from search_app.results import SearchRequest
from search_app.settings import load_settings

WORDS = (
    "limitation of liability", "governing law", "audit rights", "change of control", "insurance",
    "termination for convenience", "most favored nation", "non-compete", "warranty duration", "exclusivity",
)  # fmt: skip
RESAMPLED = 2_000
ROLLING = """
import sys
from datetime import UTC, datetime
from indexer.records import schema
from indexer.records.database import open_records, writing
from indexer.export import Pseudonyms
from indexer.rollups import roll_up
engine = open_records(sys.argv[1])
while True:
    with writing(engine) as connection:
        for name in ("event_progress", "event_days", "search_days", "query_passages", "query_texts"):
            connection.execute(schema.metadata.tables[name].delete())
    roll_up(engine, Pseudonyms(b"k" * 64), datetime.now(UTC), lambda *_: None)
"""


def searched(parts: Parts, recorder: Recorder | None, number: int) -> tuple[float, float]:
    """Answers a search as the page does; returns milliseconds, and those its thread computed to record it."""
    request = SearchRequest(f"{WORDS[number % len(WORDS)]} {number // len(WORDS) % 40}".strip())
    who = Visitor(f"{number % 50:032x}", uuid.uuid4().hex, timestamp(time.time()))
    began = time.perf_counter()
    page = parts.searcher.search(request)
    answered = time.thread_time()
    if recorder is not None:
        recorder.searched(query_event(page, request, who), impressions(page, request, who))
    return (time.perf_counter() - began) * 1000, (time.thread_time() - answered) * 1000


def blocks(parts: Parts, count: int, size: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Measures pairs of blocks, without events and with.

    Returns milliseconds and those that the thread computed to record, both of shape (count, 2, size), and the
    milliseconds that the whole process computed per search, shape (count, 2).
    """
    recorder = Recorder(parts.engine)
    found, recording, computed = np.empty((count, 2, size)), np.empty((count, 2, size)), np.empty((count, 2))
    for pair in range(count):
        # Which one is first changes, and so what it finds warm.
        for on in (0, 1) if pair % 2 else (1, 0):
            began = time.process_time()
            for place in range(size):
                number = pair * size + place
                taken = searched(parts, recorder if on else None, number)
                found[pair, on, place], recording[pair, on, place] = taken
            recorder.flush(60)
            computed[pair, on] = (time.process_time() - began) * 1000 / size
    recorder.close()
    if recorder.dropped:
        raise SystemExit(f"{recorder.dropped} searches were not recorded")
    return found, recording, computed


def interval(found: np.ndarray, share: float) -> tuple[float, float, float]:
    """Returns by how many milliseconds events make a quantile larger, and the ends of its 95 % interval."""
    chance = np.random.default_rng(7)

    def difference(pairs: np.ndarray) -> float:
        off, on = (np.quantile(found[pairs, kind].ravel(), share) for kind in (0, 1))
        return float(on - off)

    every = np.arange(len(found))
    drawn = [difference(chance.choice(every, len(every))) for _ in range(RESAMPLED)]
    low, high = np.quantile(drawn, (0.025, 0.975))
    return difference(every), float(low), float(high)


@contextmanager
def rolling(url: str, wanted: bool) -> Iterator[None]:
    """Sums events up in another process, where that is wanted."""
    if not wanted:
        yield
        return
    process = subprocess.Popen([sys.executable, "-c", ROLLING, url])
    try:
        yield
    finally:
        process.kill()
        process.wait()


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("home", type=Path)
    parser.add_argument("--blocks", type=int, default=40)
    parser.add_argument("--size", type=int, default=50)
    parser.add_argument("--rolling", action="store_true")
    arguments = parser.parse_args()
    settings = load_settings({"CLAUSEWATCH_HOME": str(arguments.home)})
    parts = compose(settings)
    for number in range(arguments.size):
        searched(parts, None, number)
    with rolling(settings.records_url, arguments.rolling):
        found, recording, computed = blocks(parts, arguments.blocks, arguments.size)
    print("| quantile | without, ms | with, ms | ratio | difference, ms |")
    print("|---|---|---|---|---|")
    for share in (0.5, 0.95):
        off, on = (float(np.quantile(found[:, kind].ravel(), share)) for kind in (0, 1))
        gap, low, high = interval(found, share)
        cells = f"{off:.2f} | {on:.2f} | {on / off:.2f} | {gap:+.2f} ({low:+.2f} to {high:+.2f})"
        print(f"| p{share * 100:.0f} | {cells} |")
    low, high = np.quantile(recording[:, 1].ravel(), (0.5, 0.95))
    print(f"\nComputed by the thread that answers, to record: p50 {low:.2f} ms, p95 {high:.2f} ms")
    gap, low, high = interval(computed[:, :, None], 0.5)
    print(f"All threads, writing included, computed more: {gap:+.2f} ms a search ({low:+.2f} to {high:+.2f})")


if __name__ == "__main__":
    main()
