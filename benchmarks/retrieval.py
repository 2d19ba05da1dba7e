"""Retrieval and fusion alone, beside benchmarks/lancedb_peer.py: the same queries, no HTTP, no encoding.

python -m benchmarks.retrieval HOME QUERIES.npz

HOME is the folder of ``clausewatch bench search --folder HOME --dump DUMP``, QUERIES.npz lies in DUMP.
"""

import statistics
import sys
import time
from pathlib import Path

import numpy as np

from indexer.index.protocol import Filters
from search_app.compose import compose
from search_app.fuse import fuse
from search_app.query.parser import parse
from search_app.retrieve import Question, retrieve
from search_app.settings import Settings

WARMING = 20


def main() -> None:
    """Prints the median and the 95th percentile for both depths, without and with a filter."""
    parts = compose(Settings(home=Path(sys.argv[1])))
    asked = np.load(sys.argv[2], allow_pickle=False)
    label = str(asked["label"])
    queries = [
        (parse(text), vector) for text, vector in zip(asked["texts"].tolist(), asked["vectors"], strict=True)
    ]
    for depth in (10, 200):
        for name, filters in (("", Filters()), (f", label = {label!r}", Filters(labels=frozenset({label})))):
            took = []
            for parsed, vector in queries:
                question = Question(parsed.tree, parsed.condition, vector, filters, depth=depth)
                started = time.perf_counter()
                _ = fuse(retrieve(parts.index, question))[:10]
                took.append((time.perf_counter() - started) * 1000)
            cuts = statistics.quantiles(took[WARMING:], n=20)
            middle = statistics.median(took[WARMING:])
            print(f"hybrid top 10 of {depth} and {depth}{name}: p50 {middle:.1f} ms, p95 {cuts[18]:.1f} ms")


if __name__ == "__main__":
    main()
