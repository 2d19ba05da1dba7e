"""Joins runs with the fakes until it is killed: python -m tests.indexer.ingest.joining ROOT URL SECONDS.

Each batch takes so many seconds to encode. ROOT is that of the office that leads, so that files and blobs
are shared.
"""

import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from indexer.ingest import claims, writer
from indexer.ingest.join import Joiner
from tests.classifiers import OneClassifier, WordClassifier, model_bytes
from tests.fakes import HashingEncoder
from tests.indexer.ingest.office import make_office

# It labels by the readings, which a process has once it has encoded a text or found it in the records.
MODELS = OneClassifier(
    WordClassifier(
        model_bytes(
            {"Governing Law": {"word": "", "where": "reading", "probability": 0.9}},
            reader="1",
        )
    )
)


class SlowEncoder(HashingEncoder):
    """Takes its time."""

    def __init__(self, seconds: float) -> None:
        super().__init__()
        self._seconds = seconds

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        time.sleep(self._seconds)
        return super().encode(texts)


def main(root: Path, url: str, seconds: float) -> None:
    writer.BATCH_TEXTS = 3
    claims.LEASE_SECONDS = 2.0
    office = make_office(root, encoder=SlowEncoder(seconds), url=url)
    ingest = replace(office.ingest, classifiers=MODELS)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    Joiner(ingest, threading.Event()).work()


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], float(sys.argv[3]))
