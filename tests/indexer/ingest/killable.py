"""Ingests a folder with the fakes, slowly and in small steps, so that it can be killed between them.

python -m tests.indexer.ingest.killable ROOT [URL] — prints "ready" once the work begins.
"""

import sys
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from indexer.ingest import writer
from tests.fakes import DictIndex, HashingEncoder
from tests.indexer.ingest.office import make_office


class SlowEncoder(HashingEncoder):
    """Takes its time."""

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        time.sleep(0.02)
        return super().encode(texts)


def main(root: Path, url: str) -> None:
    writer.BATCH_TEXTS = 3
    writer.APPLY_SECONDS, writer.APPLY_SHARE = 0.05, 0
    office = make_office(root, DictIndex(root / "index.pickle"), SlowEncoder(), url)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    office.run()


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2] if len(sys.argv) > 2 else "")
