"""Measures the keyword rules of a pack on contracts with expert spans, and writes what it learned back.

    python -m benchmarks.rules --contracts DIR --spans FILE            # the half kept out
    python -m benchmarks.rules --contracts DIR --spans FILE --write    # set the rules' probabilities

Contracts are split in two by the SHA-1 of their file names: rules are written and their probabilities
measured on the half where it is even, and the figures reported come from the other half alone. A passage
is positive for a label when it holds at least half of one of its spans, or 50 characters of it.
"""

import argparse
import hashlib
import json
import re
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from models.labels import Passage
from models.packs import Pack, load_pack
from models.rules import RuleLabeller

CHARACTERS = 1000
_PIECE = re.compile(r"(?:[^.;\n]|[.;](?!\s)|\n(?!\s*\n))*(?:[.;]+\s*|\n\s*\n\s*|$)")
_PROBABILITY = re.compile(r"(?m)^(\s+probability: )[\d.]+$")

Span = tuple[int, int, str]


@dataclass(slots=True)
class Tally:
    """Counts for one label or rule."""

    hits: int = 0
    right: int = 0
    positives: int = 0

    @property
    def precision(self) -> float:
        """Share of right ones among the hits."""
        return self.right / self.hits if self.hits else 0.0

    @property
    def recall(self) -> float:
        """Share of the positives that were hit."""
        return self.right / self.positives if self.positives else 0.0

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall."""
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0


@dataclass(slots=True)
class Measured:
    """What one half of the contracts says of a pack."""

    labels: dict[str, Tally] = field(default_factory=lambda: defaultdict(Tally))
    rules: dict[tuple[str, str], Tally] = field(default_factory=lambda: defaultdict(Tally))
    contracts: int = 0
    passages: int = 0
    seconds: float = 0.0


def split(text: str) -> Iterator[tuple[int, int]]:
    """Yields passages of about 1,000 characters that end with sentences or paragraphs."""
    start = None
    for piece in _PIECE.finditer(text):
        if piece.end() == piece.start():
            continue
        if start is None:
            start = piece.start()
        elif piece.end() - start > CHARACTERS:
            yield start, piece.start()
            start = piece.start()
        if "\n\n" in piece.group().replace("\r", "")[-6:] and piece.end() - start > CHARACTERS // 4:
            yield start, piece.end()
            start = None
    if start is not None:
        yield start, len(text)


def positives(start: int, end: int, spans: Sequence[Span]) -> set[str]:
    """Returns the labels of the spans that a passage holds in sufficient part."""
    found = set()
    for first, last, label in spans:
        shared = min(end, last) - max(start, first)
        if shared >= 50 or 0 < (last - first) / 2 <= shared:
            found.add(label)
    return found


def read_spans(path: Path, labels: set[str]) -> dict[str, list[Span]]:
    """Returns the expert spans by file name, only of the labels asked for."""
    spans: dict[str, list[Span]] = defaultdict(list)
    for line in path.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        if row["category"] in labels:
            spans[row["file"]].append((row["start"], row["end"], row["category"]))
    return spans


def is_kept_out(name: str) -> bool:
    """Tells whether a contract belongs to the half that figures are reported on."""
    return int(hashlib.sha1(name.encode()).hexdigest(), 16) % 2 == 1


def measure(pack: Pack, contracts: Path, spans: dict[str, list[Span]], kept_out: bool) -> Measured:
    """Runs every rule over one half of the contracts."""
    labeller, measured = RuleLabeller(pack), Measured()
    for path in sorted(contracts.glob("*.txt")):
        if is_kept_out(path.name) != kept_out:
            continue
        measured.contracts += 1
        with path.open(encoding="utf-8", errors="replace", newline="") as file:
            text = file.read()
        for start, end in split(text):
            if text[start:end].strip():
                _count(measured, labeller, text[start:end], positives(start, end, spans[path.name]))
    return measured


def _count(measured: Measured, labeller: RuleLabeller, text: str, truth: set[str]) -> None:
    began = time.process_time()
    matches = labeller.matches(Passage(text))
    measured.seconds += time.process_time() - began
    measured.passages += 1
    for key in {(label, rule) for label, rule, _ in matches}:
        measured.rules[key].hits += 1
        measured.rules[key].right += key[0] in truth
    for label in {label for label, _, _ in matches}:
        measured.labels[label].hits += 1
        measured.labels[label].right += label in truth
    for label in truth:
        measured.labels[label].positives += 1


def write_probabilities(path: Path, pack: Pack, measured: Measured) -> None:
    """Replaces each rule's probability by (right + 1) / (hits + 2), in the order of the file."""
    chances = []
    for label in pack.labels.values():
        for rule in label.rules:
            tally = measured.rules[label.name, rule.id]
            chances.append(f"{(tally.right + 1) / (tally.hits + 2):.2f}")
    text = path.read_text(encoding="utf-8")
    if len(_PROBABILITY.findall(text)) != len(chances):
        raise SystemExit(f"{path}: every rule needs a line of its own for its probability")
    replacements = iter(chances)
    path.write_text(_PROBABILITY.sub(lambda line: line[1] + next(replacements), text), encoding="utf-8")


def table(pack: Pack, measured: Measured) -> str:
    """Returns the figures of each label and their means as a Markdown table."""
    lines = ["| label | precision | recall | F1 | found | marked by experts |", "|---|---|---|---|---|---|"]
    tallies = [(label, measured.labels[label.name]) for label in pack.labels.values()]
    for label, tally in tallies:
        figures = f"{tally.precision:.2f} | {tally.recall:.2f} | {tally.f1:.2f}"
        lines.append(f"| {label.title} | {figures} | {tally.hits} | {tally.positives} |")
    columns = zip(*((tally.precision, tally.recall, tally.f1) for _, tally in tallies), strict=True)
    means = [sum(column) / len(tallies) for column in columns]
    lines.append("| **mean of labels** | " + " | ".join(f"**{mean:.3f}**" for mean in means) + " | | |")
    return "\n".join(lines)


def main() -> None:
    """Reads the command line, measures, prints."""
    parser = argparse.ArgumentParser(description="Measure the keyword rules of a pack.")
    parser.add_argument("--contracts", type=Path, required=True, help="folder of .txt files")
    parser.add_argument("--spans", type=Path, required=True, help="JSON lines: file, category, start, end")
    parser.add_argument("--pack", type=Path, default=Path("models/packs/contracts/pack.yaml"))
    parser.add_argument("--tuning", action="store_true", help="report on the half that rules are written on")
    parser.add_argument("--rules", action="store_true", help="list every rule's figures too")
    parser.add_argument("--write", action="store_true", help="write measured probabilities into the pack")
    arguments = parser.parse_args()
    pack = load_pack(str(arguments.pack))
    spans = read_spans(arguments.spans, set(pack.labels))
    if arguments.write:
        write_probabilities(arguments.pack, pack, measure(pack, arguments.contracts, spans, kept_out=False))
        pack = load_pack(str(arguments.pack))
    measured = measure(pack, arguments.contracts, spans, kept_out=not arguments.tuning)
    print(table(pack, measured))
    rate = measured.passages / measured.seconds
    print(f"\n{measured.contracts} contracts, {measured.passages} passages,", end=" ")
    print(f"{rate:.0f} passages/s on one core")
    if arguments.rules:
        for (label, rule), tally in sorted(measured.rules.items()):
            print(f"{label:36} {rule:34} {tally.right}/{tally.hits} = {tally.precision:.2f}")


if __name__ == "__main__":
    main()
