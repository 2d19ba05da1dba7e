"""Small files of training data of our own, and a pack with three labels to read them for."""

import csv
import io
import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from indexer.training import TrainingData, read_training_data
from models.classifier.dataset import TrainingPassage
from models.labels import Severity
from models.packs import LabelDefinition, Pack

LAW, CAP, AUDIT = "Governing Law", "Cap On Liability", "Audit Rights"
TITLES = {LAW: "Law that governs", CAP: "Cap on liability", AUDIT: "Right to audit"}
PACK = Pack(
    name="three",
    title="Three",
    version="0" * 64,
    labels={name: LabelDefinition(name, title, "", Severity.LOW, "") for name, title in TITLES.items()},
    renamed={"Applicable Law": LAW},
)


class WordTokens:
    """Counts words, and the two tokens around them."""

    max_tokens = 256

    def count(self, text: str) -> int:
        return len(text.split()) + 2


def write(folder: Path, name: str, content: str | bytes | Any) -> Path:
    """Writes text, bytes, or anything else as JSON."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    if isinstance(content, bytes):
        path.write_bytes(content)
    else:
        text = content if isinstance(content, str) else json.dumps(content)
        path.write_text(text, encoding="utf-8", newline="")
    return path


def span(file: str, category: str, start: Any, end: Any, text: str | None = None) -> str:
    row = {"file": file, "category": category, "start": start, "end": end}
    return json.dumps(row if text is None else row | {"text": text})


def csv_of(rows: Iterable[Sequence[str]]) -> str:
    written = io.StringIO()
    csv.writer(written, lineterminator="\n").writerows(rows)
    return written.getvalue()


def read(*files: Path, texts: Path | None = None) -> TrainingData:
    return read_training_data(files, PACK, WordTokens(), texts=texts)


def passages(found: TrainingData) -> list[TrainingPassage]:
    return [passage for document in found.data.documents for passage in document.passages]


def labelled(found: TrainingData) -> dict[str, set[str]]:
    return {each.passage.text: set(each.labels) for each in passages(found)}


def problems(found: TrainingData) -> list[tuple[str, str, str]]:
    return [(each.file, each.place, each.what) for each in found.problems]
