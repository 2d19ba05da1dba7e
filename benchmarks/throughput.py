"""From file to searchable, against the plain loop.

python -m benchmarks.throughput FOLDER… [--sample N]

The product ingests the files into an empty home, as ``clausewatch ingest`` does, and its whole time
counts: reading, extraction, chunking, encoding, labelling, records, index. The peer is the loop that one
would write first, SentenceTransformer.encode in torch fp32 at its default batch size, over a sample of the
very same chunks. The ratio of the two rates is what is to be quoted, since machines are noisy.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import psutil
from sqlalchemy import select

from indexer.records.database import open_records
from indexer.records.schema import chunks
from models.encoder.bundled import bundled_folder


def main() -> None:
    """Measures both and prints one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", nargs="+")
    parser.add_argument("--sample", type=int, default=1500, help="chunks that the plain loop encodes")
    parser.add_argument("--home", type=Path, help="an empty folder to keep; default a temporary one")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        home = arguments.home or Path(temporary)
        _command(
            home, ["search", "warm", "--json"]
        ).wait()  # the export happens once per home, before the clock
        summary, peak = ingest(home, arguments.folders)
        texts = stored_texts(home, arguments.sample)
        rate = plain_rate(texts)
    ours = summary["chunks"] / summary["seconds"]
    result = {
        "files": summary["files"],
        "chunks": summary["chunks"],
        "seconds": summary["seconds"],
        "chunks_per_second": round(ours, 1),
        "plain_loop_chunks_per_second": round(rate, 1),
        "ratio": round(ours / rate, 2),
        "peak_memory_mb": round(peak / 2**20),
        "outcomes": summary["outcomes"],
    }
    print(json.dumps(result, indent=2))


def _command(home: Path, arguments: list[str]) -> subprocess.Popen[str]:
    environment = os.environ | {"CLAUSEWATCH_HOME": str(home)}
    command = [sys.executable, "-m", "search_app.cli", *arguments]
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)


def ingest(home: Path, folders: list[str]) -> tuple[dict[str, object], int]:
    """Ingests the folders in a process of its own; returns its summary and its peak memory in bytes.

    The memory is the sum of the resident sets of the process and its workers, sampled ten times a second.
    """
    process = _command(home, ["ingest", *folders, "--json"])
    peak, done = 0, threading.Event()

    def watch() -> None:
        nonlocal peak
        while not done.wait(0.1):
            peak = max(peak, _resident(process.pid))

    watcher = threading.Thread(target=watch)
    watcher.start()
    output, _ = process.communicate()
    done.set()
    watcher.join()
    return json.loads(output), peak


def _resident(pid: int) -> int:
    total = 0
    try:
        parent = psutil.Process(pid)
        for process in [parent, *parent.children(recursive=True)]:
            total += process.memory_info().rss
    except psutil.NoSuchProcess:
        return total
    return total


def stored_texts(home: Path, count: int) -> list[str]:
    """Returns ``count`` chunks drawn evenly (by key, which is a hash) from the records."""
    with open_records(f"sqlite:///{home / 'records.sqlite'}").connect() as connection:
        found = connection.execute(select(chunks.c.text).order_by(chunks.c.key).limit(count))
        return list(found.scalars())


def plain_rate(texts: list[str]) -> float:
    """Returns chunks per second of the plain loop, warmed up."""
    from sentence_transformers import SentenceTransformer  # noqa: PLC0415 - after our own part was measured

    model = SentenceTransformer(str(bundled_folder()), device="cpu")
    model.encode(texts[:32])
    started = time.perf_counter()
    model.encode(texts)
    return len(texts) / (time.perf_counter() - started)


if __name__ == "__main__":
    main()
