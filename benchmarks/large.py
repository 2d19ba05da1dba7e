"""Search over a large index through the real server, and one new contract added to it.

``clausewatch bench search`` calls this. The corpus is grown from the records of a home (see
benchmarks.corpus); the server and the ingest are processes of their own, as in use.
"""

import json
import os
import random
import re
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import numpy as np
from sqlalchemy import func, select

from benchmarks.corpus import grow
from benchmarks.http_search import Latency, measure, real_queries, sample_queries
from indexer.records.database import open_records
from indexer.records.schema import chunks, predictions, vectors
from models.packs import load_pack
from search_app.compose import compose
from search_app.settings import Settings

# Queries before the first that counts: a server in use has its files in memory. A peer's are its library's.
WARMING = 200
PEER_WARMING = 20
NO_SETTINGS: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Figures:
    """What was measured; times in seconds but for the latencies.

    Attributes:
        build: Rebuilding the whole index from the records.
        opening: Opening the index and answering a first query, in a fresh process.
        added: From starting ``clausewatch ingest`` with one new contract until search finds it.
    """

    chunks: int
    build: float
    opening: float
    added: float
    latencies: tuple[Latency, ...]


def prepare(base: Path, folder: Path, wanted: int) -> float:
    """Grows the records and builds the index; returns the seconds of the build. A finished folder is kept."""
    marker = folder / "ready.json"
    if marker.exists():
        return float(json.loads(marker.read_text())["build"])
    (folder / "models").parent.mkdir(parents=True, exist_ok=True)
    if not (folder / "models").exists():
        (folder / "models").symlink_to((base / "models").resolve())
    grow(base, folder, wanted)
    started = time.perf_counter()
    _clausewatch(folder, "rebuild").wait()
    seconds = time.perf_counter() - started
    marker.write_text(json.dumps({"build": seconds}))
    return seconds


def run(
    base: Path, folder: Path, wanted: int, *, requests: int, contract: Path, queries: Path | None
) -> Figures:
    """Measures everything once; ``queries`` is a queries.jsonl whose searches are asked too."""
    build = prepare(base, folder, wanted)
    label = frequent_label(folder)
    fragments = sample_queries(texts(folder), requests + WARMING)
    real = fragments[:WARMING] + real_queries(load_pack("contracts"), queries, requests)
    opening = _opening(folder)
    plain, filtered = [("facets", "0")], [("facets", "0"), ("label", label)]
    cases = (
        ("real queries", real, plain),
        (f"real queries, label {label}", real, filtered),
        ("real queries with facets", real, [("facets", "1")]),
        ("fragments of 2 to 8 words", fragments, plain),
        (f"fragments, label {label}", fragments, filtered),
    )
    latencies = [latency(folder, *case) for case in cases]
    added = _add(folder, contract)
    return Figures(_count(folder), build, opening, added, tuple(latencies))


def latency(
    folder: Path,
    name: str,
    asked: list[str],
    parameters: list[tuple[str, str]],
    *,
    warm: int = WARMING,
    settings: Mapping[str, str] = NO_SETTINGS,
) -> Latency:
    """Measures queries on a server of their own, which has encoded none of them before.

    The first ``warm`` do not count; ``settings`` are environment variables for the server.
    """
    with serving(folder, settings) as (host, port):
        return measure(host, port, asked, name=name, parameters=parameters, warm=warm)


@contextmanager
def serving(folder: Path, settings: Mapping[str, str] = NO_SETTINGS) -> Iterator[tuple[str, int]]:
    """Starts a server of its own; gives its host and port, and ends it in the end."""
    server = _clausewatch(folder, "serve", "--no-worker", "--port", "0", settings=settings)
    try:
        yield _address(server)
    finally:
        server.terminate()
        server.wait()


def dump(folder: Path, target: Path, requests: int) -> None:
    """Writes the corpus and the queries for a peer (benchmarks/lancedb_peer.py)."""
    parts = compose(Settings(home=folder))
    with parts.engine.connect() as connection:
        joined = chunks.join(vectors, vectors.c.text_hash == chunks.c.text_hash)
        rows = connection.execute(
            select(chunks.c.key, chunks.c.text, vectors.c.vector).select_from(joined)
        ).all()
        labelled = dict(
            connection.execute(
                select(predictions.c.chunk, func.max(predictions.c.label)).group_by(predictions.c.chunk)
            ).all()
        )
    keys = np.array([row.key for row in rows])
    found = np.stack([np.frombuffer(row.vector, "<f2") for row in rows])
    labels = np.array([labelled.get(row.key, "") for row in rows])
    target.mkdir(parents=True, exist_ok=True)
    np.savez(
        target / "corpus.npz",
        keys=keys,
        texts=np.array([row.text for row in rows]),
        vectors=found,
        labels=labels,
    )
    queries = sample_queries(texts(folder), requests + PEER_WARMING)
    encoded = parts.encoder.encode(queries)
    np.savez(target / "queries.npz", texts=np.array(queries), vectors=encoded, label=frequent_label(folder))


def _clausewatch(
    home: Path, *arguments: str, settings: Mapping[str, str] = NO_SETTINGS
) -> subprocess.Popen[str]:
    environment = {**os.environ, **settings, "CLAUSEWATCH_HOME": str(home)}
    command = [sys.executable, "-m", "search_app.cli", *arguments]
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)


def _address(server: subprocess.Popen[str]) -> tuple[str, int]:
    assert server.stdout is not None
    for line in server.stdout:
        if found := re.search(r"http://([\d.]+):(\d+)", line):
            return found[1], int(found[2])
    raise RuntimeError("the server ended without printing its address")


def texts(home: Path) -> list[str]:
    """Returns 5,000 passages of a home, to draw queries from."""
    with open_records(f"sqlite:///{home / 'records.sqlite'}").connect() as connection:
        return list(connection.execute(select(chunks.c.text).order_by(chunks.c.key).limit(5000)).scalars())


def _count(home: Path) -> int:
    with open_records(f"sqlite:///{home / 'records.sqlite'}").connect() as connection:
        return int(connection.execute(select(func.count()).select_from(chunks)).scalar_one())


def frequent_label(home: Path) -> str:
    """Returns a label that many passages of a home have."""
    with open_records(f"sqlite:///{home / 'records.sqlite'}").connect() as connection:
        found = connection.execute(select(predictions.c.label).limit(20000)).scalars()
        [(label, _)] = Counter[str](found).most_common(1)
        return label


def _opening(home: Path) -> float:
    code = (
        "import sys, time; from pathlib import Path; from search_app.compose import compose;"
        "from search_app.settings import Settings; from search_app.results import SearchRequest;"
        "parts = compose(Settings(home=Path(sys.argv[1]))); parts.encoder; started = time.perf_counter();"
        "parts.index; parts.searcher.search(SearchRequest('liability', facets=False));"
        "print(time.perf_counter() - started)"
    )
    done = subprocess.run([sys.executable, "-c", code, str(home)], check=True, capture_output=True, text=True)
    return float(done.stdout)


def _add(home: Path, contract: Path) -> float:
    """Ingests a copy of ``contract`` made unlike any other, and returns the seconds until search finds it."""
    mark = f"zyq{random.randrange(10**9)}"
    text = contract.read_text(encoding="utf-8", errors="replace")
    copy = home / f"{mark}.txt"
    copy.write_text(
        re.sub(r"(?m)\n\n", f"\n\n{mark} ", text, count=3) + f"\n\n{mark} is the mark.\n", encoding="utf-8"
    )
    started = time.perf_counter()
    _clausewatch(home, "ingest", str(copy)).wait()
    seconds = time.perf_counter() - started
    found = _clausewatch(home, "search", mark, "--mode", "keyword", "--json").communicate()[0]
    if not json.loads(found):
        raise RuntimeError("the new contract is not found")
    return seconds
