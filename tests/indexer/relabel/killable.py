"""Relabels with the fakes, slowly and in small steps, so that it can be killed between them.

python -m tests.indexer.relabel.killable ROOT URL MODEL — prints "ready" once the work begins; MODEL is the
path of a model file.
"""

import sys
import time
from collections.abc import Sequence
from pathlib import Path

from indexer.locks import WRITER, held
from indexer.relabel import Relabel, work
from models.labels import LabelPrediction, Passage
from tests.classifiers import OneClassifier, WordClassifier
from tests.fakes import DictIndex
from tests.indexer.ingest.office import make_office


class SlowClassifier(WordClassifier):
    """Takes its time."""

    def label(self, passages: Sequence[Passage]) -> list[tuple[LabelPrediction, ...]]:
        time.sleep(0.02)
        return super().label(passages)


def main(root: Path, url: str, model: Path) -> None:
    work.BATCH_CHUNKS = 6
    office = make_office(root, DictIndex(root / "index.pickle"), url=url)
    classifiers = OneClassifier(SlowClassifier(model.read_bytes()))
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    with held(office.engine, office.home, WRITER, "relabelling", 10.0) as lock:
        Relabel(
            office.engine, office.index, office.encoder, office.ingest.packs, classifiers, office.clock,
            lock.confirm,
        ).run()  # fmt: skip
    office.engine.dispose()


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3]))
