"""What a reader reads alone, out of fold, of the documents that it was trained on.

python -m benchmarks.reader FILE [--contracts DIR] [--pack P] [--reader FILE]

FILE is the training data that the reader was trained on. Its file holds, for each passage, what a reader read
that had not seen the passage's document: these readings are ranked. ``benchmarks.classifier --reader`` tells
what classifiers make of them.
"""

import argparse
import json
from pathlib import Path

import numpy as np

from benchmarks.naive_classifier import ranking
from indexer.training import read_training_data
from models.encoder.bundled import bundled_reader
from models.encoder.tokens import TokenCounter
from models.evaluation.scores import Scored
from models.packs import load_pack
from models.reader.file import read_reader


def main() -> None:
    """Reads the command line, measures, prints one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--contracts", type=Path, help="folder of the texts that a file of spans names")
    parser.add_argument("--pack", default="contracts")
    parser.add_argument("--reader", type=Path, default=bundled_reader())
    arguments = parser.parse_args()
    pack = load_pack(arguments.pack)
    data = read_training_data([arguments.file], pack, TokenCounter(""), texts=arguments.contracts).data
    reader = read_reader(arguments.reader)
    places = [reader.card.labels.index(label) for label in data.labels]
    passages = [each for document in data.documents for each in document.passages]
    readings = np.array([reader.held.of(each.passage.text) for each in passages], np.float64)[:, places]
    truth = np.array([[label in each.labels for label in data.labels] for each in passages])
    counts = [len(document.passages) for document in data.documents]
    scored = Scored(
        labels=data.labels,
        probabilities=1 / (1 + np.exp(-readings)),
        truth=truth,
        documents=np.repeat(np.arange(len(counts)), counts),
        judged=np.ones_like(truth),
    )
    print(json.dumps({"reader": reader.version, "passages": len(passages), **ranking(scored)}, indent=2))


if __name__ == "__main__":
    main()
