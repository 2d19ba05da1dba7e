"""What labels cost an ingest: the same files without any, with the keyword rules, and with the classifiers.

python -m benchmarks.labelling_cost FOLDER… --models DIR [--rounds 3]

Each ingest fills an empty home in a process of its own, the kinds by turns; DIR is the ``models`` folder
of a home, so that no encoder is exported. The classifier that reads has the encoder's reader run in its pass;
the others are measured without a reader. The ratio is the speed of each beside that without labels, from the
medians.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from dataclasses import replace
from pathlib import Path
from statistics import median

from indexer.labelling import RulesAlone
from models.encoder.source import NO_READER
from models.packs import Pack
from search_app.compose import compose
from search_app.settings import Settings

KINDS = ("none", "rules", "classifier", "reading classifier")


def main() -> None:
    """Measures, and prints one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--models", type=Path, required=True)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--kind", choices=KINDS, help="one ingest only; prints its seconds")
    arguments = parser.parse_args()
    if arguments.kind:
        print(ingest(arguments.folders, arguments.models, arguments.kind))
        return
    seconds: dict[str, list[float]] = {kind: [] for kind in KINDS}
    for _ in range(arguments.rounds):
        for kind in KINDS:
            done = subprocess.run(
                [sys.executable, "-m", "benchmarks.labelling_cost", *sys.argv[1:], "--kind", kind],
                check=True,
                capture_output=True,
                text=True,
            )
            seconds[kind].append(float(done.stdout))
    without = median(seconds["none"])
    print(
        json.dumps(
            {kind: {"seconds": found, "speed": without / median(found)} for kind, found in seconds.items()}
        )
    )


def ingest(folders: list[Path], models: Path, kind: str) -> float:
    """Ingests into an empty home with labels of one kind, and returns the seconds that it took."""
    with tempfile.TemporaryDirectory() as temporary:
        home = Path(temporary)
        (home / "models").symlink_to(models.resolve())
        parts = compose(Settings(home=home, reader="" if kind == "reading classifier" else NO_READER))
        learned = kind.endswith("classifier")
        wanted = parts.ingest if learned else replace(parts.ingest, classifiers=RulesAlone())
        if kind == "none":
            wanted = replace(wanted, packs={name: _silent(pack) for name, pack in parts.packs.items()})
        if learned:
            parts.registry.classifier(parts.packs["contracts"])  # it is read once, however much is ingested
        return wanted.run(folders).seconds


def _silent(pack: Pack) -> Pack:
    labels = {name: replace(label, rules=()) for name, label in pack.labels.items()}
    return replace(pack, labels=labels)


if __name__ == "__main__":
    main()
