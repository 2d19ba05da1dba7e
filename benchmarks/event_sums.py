"""Summing events up: rows per second, peak memory, what kill -9 leaves, and removing old events.

python -m benchmarks.event_sums HOME [--events 5000000]

Fills an empty home as ``benchmarks.events`` does, and sums its events up in processes of their own: to the
first tenth and then all, so that memory can be seen to stay; once more from the beginning, killed twice on
the way, with sums that must be the same; then removes what is older than the last 30 days. Prints a table.
"""

import argparse
import hashlib
import signal
import subprocess
import sys
import time
from pathlib import Path

from sqlalchemy import Engine, func, select

from benchmarks.events import fill
from benchmarks.processes import finished
from indexer.records import schema
from indexer.records.database import open_records, writing

SUMS = ("event_days", "search_days", "query_passages", "query_texts")
ROLL = """
import sys
from datetime import UTC, datetime
from indexer.export import Pseudonyms
from indexer.records.database import open_records
from indexer.rollups import remove_events, roll_up
url, until, days = sys.argv[1:]
engine, now = open_records(url), datetime.fromisoformat(until)
roll_up(engine, Pseudonyms(b"k" * 64), now, lambda *_: None)
if int(days):
    print(remove_events(engine, None, int(days), now, lambda *_: None).words())
"""
TENTH, END = "2026-01-19T00:00:00+00:00", "2026-12-31T00:00:00+00:00"
LAST, NEVER = "2026-07-01T00:00:00+00:00", 0


def started(url: str, until: str, days: int = NEVER) -> subprocess.Popen[str]:
    """Starts to sum up what was recorded until a time, and to remove what is so many days older."""
    return subprocess.Popen(
        [sys.executable, "-c", ROLL, url, until, str(days)], stdout=subprocess.PIPE, text=True
    )


def hashed(engine: Engine) -> str:
    """Returns the SHA-256 of all sums."""
    digest = hashlib.sha256()
    with engine.connect() as connection:
        for name in SUMS:
            table = schema.metadata.tables[name]
            rows = connection.execution_options(yield_per=10_000).execute(
                select(table).order_by(*table.primary_key)
            )
            for row in rows:
                digest.update(repr(tuple(row)).encode())
    return digest.hexdigest()


def cleared(engine: Engine) -> None:
    """Forgets all sums."""
    with writing(engine) as connection:
        for name in (*SUMS, "event_progress"):
            connection.execute(schema.metadata.tables[name].delete())


def main() -> None:
    """Fills, sums up, kills, removes and prints."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("home", type=Path)
    parser.add_argument("--events", type=int, default=5_000_000)
    arguments = parser.parse_args()
    arguments.home.mkdir(parents=True, exist_ok=True)
    url = f"sqlite:///{(arguments.home / 'records.sqlite').resolve()}"
    held = fill(url, arguments.events)
    engine = open_records(url)
    cleared(engine)
    tenth_seconds, tenth_peak, _ = finished(started(url, TENTH), "summing up")
    seconds, peak, _ = finished(started(url, END), "summing up")
    whole = hashed(engine)
    print(f"{held:,} events; the first tenth: {tenth_seconds:.1f} s, {tenth_peak} MiB; ", end="")
    print(f"the rest: {seconds:.1f} s ({0.9 * held / seconds:,.0f} events/s), {peak} MiB", flush=True)
    with engine.connect() as connection:
        for name in SUMS:
            rows = connection.scalar(select(func.count()).select_from(schema.metadata.tables[name]))
            print(f"{name}: {rows:,} rows")
    cleared(engine)
    for share in (0.3, 0.3):
        process = started(url, END)
        time.sleep(share * seconds)
        process.send_signal(signal.SIGKILL)
        process.communicate()
    finished(started(url, END), "summing up")
    print(f"killed twice: {'the same sums' if hashed(engine) == whole else 'OTHER SUMS'}", flush=True)
    seconds, peak, said = finished(started(url, LAST, 30), "summing up")
    print(f"removed in {seconds:.1f} s, {peak} MiB: {said}")


if __name__ == "__main__":
    main()
