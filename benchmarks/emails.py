"""The same classifier on another task: what e-mails are about, beside the naive way.

python -m benchmarks.emails MESSAGES LABELS CATEGORIES [--folds N] [--documents N…]

MESSAGES is a folder of .eml files, LABELS a JSON object of lists of codes by the files' names, CATEGORIES a
text with a line "CODE NAME" for each code; codes that few messages have are left out. People said of whole
messages what they are about, so that a message is one passage here, as a row of a CSV would be.
"""

import argparse
import json
import re
import tempfile
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

import yaml

from benchmarks.classifier import held_out, together
from indexer.extract import extract_path
from models.classifier.dataset import TrainingDocument, TrainingPassage, TrainingSet
from models.classifier.folds import folds
from models.labels import Passage

# Messages with a code: of fewer, a fold would leave less than the 20 from which on a label is learned.
FEWEST = 30
_CATEGORY = re.compile(r"(\d+\.\d+)\s+(.+?)\s*(?:\(.*)?")


def main() -> None:
    """Reads the command line, measures, prints one JSON object for each number of messages."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("messages", type=Path)
    parser.add_argument("labels", type=Path)
    parser.add_argument("categories", type=Path)
    parser.add_argument("--folds", type=int, default=5)
    parser.add_argument("--documents", type=int, nargs="*", default=[0], help="train on so many; 0 for all")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        codes = json.loads(arguments.labels.read_text(encoding="utf-8"))
        pack = write_pack(Path(folder) / "pack.yaml", arguments.categories, codes)
        data = read_messages(arguments.messages, codes, pack)
        fold = folds(data.documents, arguments.folds)
        for documents in arguments.documents:
            parts = [
                held_out(data, fold == number, str(pack), documents, precision=0.8, naive=True)
                for number in range(arguments.folds)
            ]
            figures = together(parts)
            print(json.dumps({"trained_on": documents or "all others", **figures}, indent=2), flush=True)


def write_pack(path: Path, categories: Path, codes: Mapping[str, Sequence[str]]) -> Path:
    """Writes a pack with the categories that enough messages have as labels, without rules."""
    frequent = Counter(code for carried in codes.values() for code in set(carried))
    lines = categories.read_text(encoding="utf-8").splitlines()
    named = [match for line in lines if (match := _CATEGORY.fullmatch(line.strip()))]
    labels = {
        match[1]: {"title": match[2], "description": match[2], "severity": "low", "question": match[2]}
        for match in named
        if frequent[match[1]] >= FEWEST
    }
    pack = {"name": "messages", "title": "Messages", "labels": labels}
    path.write_text(yaml.safe_dump(pack, sort_keys=False), encoding="utf-8")
    return path


def read_messages(folder: Path, codes: Mapping[str, Sequence[str]], pack: Path) -> TrainingSet:
    """Reads the messages as ingest does; those without a text are left out."""
    known = tuple(yaml.safe_load(pack.read_text(encoding="utf-8"))["labels"])
    documents = []
    for name, own in sorted(codes.items()):
        carried = frozenset(own) & frozenset(known)
        file = folder / f"{name}.eml"
        text = extract_path(file, file.name).text
        if text.strip():
            documents.append(TrainingDocument(name, (TrainingPassage(Passage(text), carried),)))
    return TrainingSet(known, tuple(documents))


if __name__ == "__main__":
    main()
