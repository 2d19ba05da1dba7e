"""Latency of hybrid search over the HTTP API: one client, one connection, real queries."""

import http.client
import json
import random
import statistics
import time
import urllib.parse
from dataclasses import dataclass
from pathlib import Path

from models.packs import Pack


@dataclass(frozen=True, slots=True)
class Latency:
    """Milliseconds from sending a request to having read its answer."""

    name: str
    requests: int
    p50: float
    p95: float
    worst: float


def measure(
    host: str, port: int, queries: list[str], *, name: str, parameters: list[tuple[str, str]], warm: int = 20
) -> Latency:
    """Sends every query once after ``warm`` others; raises RuntimeError for an answer that is none."""
    connection = http.client.HTTPConnection(host, port, timeout=60)
    for query in queries[:warm]:
        ask(connection, query, parameters)
    took = []
    for query in queries[warm:]:
        started = time.perf_counter()
        ask(connection, query, parameters)
        took.append((time.perf_counter() - started) * 1000)
    connection.close()
    return summary(name, took)


def summary(name: str, took: list[float]) -> Latency:
    """Returns the quantiles of some times."""
    cuts = statistics.quantiles(took, n=20)
    return Latency(name, len(took), statistics.median(took), cuts[18], max(took))


def ask(connection: http.client.HTTPConnection, query: str, parameters: list[tuple[str, str]]) -> None:
    """Asks for the first page of a query; raises RuntimeError for an answer that is none."""
    address = "/api/search?" + urllib.parse.urlencode([("q", query), *parameters])
    connection.request("GET", address)
    response = connection.getresponse()
    body = response.read()
    if response.status != 200:
        raise RuntimeError(f"{address}: {response.status} {body[:200]!r}")
    json.loads(body)


def real_queries(pack: Pack, extra: Path | None, count: int) -> list[str]:
    """Returns up to ``count`` different queries as people type them.

    They are the pack's example searches, its labels' titles and the questions that reviewers are asked,
    and those of ``extra``, the queries.jsonl of a BEIR folder; shuffled with a fixed seed. The golden ones
    are left out: a server asks them itself when it starts, and remembers their vectors.
    """
    found = [example.text for example in pack.examples]
    found += [text for label in pack.labels.values() for text in (label.title, label.question)]
    if extra:
        found += [json.loads(line)["text"] for line in extra.read_text(encoding="utf-8").splitlines()]
    different = list(dict.fromkeys(found))
    random.Random(5).shuffle(different)
    return different[:count]


def sample_queries(texts: list[str], count: int, seed: int = 3) -> list[str]:
    """Draws queries of 2 to 8 consecutive words from real passages, each different."""
    rng = random.Random(seed)
    found: dict[str, None] = {}
    while len(found) < count:
        words = rng.choice(texts).split()
        length = rng.randint(2, 8)
        if len(words) > length:
            place = rng.randrange(len(words) - length)
            found[" ".join(words[place : place + length])] = None
    return list(found)
