"""Judged queries whose lesson is known, as a BEIR folder."""

import json
from pathlib import Path

import pytest

TOPICS = 12
FILLER = "and then some other words follow that have nothing to do with it at all, " * 4


@pytest.fixture
def judgements(tmp_path: Path) -> Path:
    """Of each topic three passages: the fusion prefers the long one that says it twice, people the short."""
    folder = tmp_path / "judged"
    (folder / "qrels").mkdir(parents=True)
    corpus, queries = [], []
    grades: dict[str, list[str]] = {"train": [], "valid": []}
    for number in range(TOPICS):
        said = f"topic{number}"
        for name, text, grade in (
            ("short", f"A {said} with gaps.", 3),
            ("twice", f"{said} {said}. {FILLER}", 0),
            ("long", f"{said}. {FILLER}{FILLER}", 0),
        ):
            corpus.append({"_id": f"{said}-{name}", "text": text})
            grades["train" if number < TOPICS - 1 else "valid"].append(f"q{number}\t{said}-{name}\t{grade}")
        queries.append({"_id": f"q{number}", "text": f"{said} clause"})
    for name, rows in (("corpus", corpus), ("queries", queries)):
        (folder / f"{name}.jsonl").write_text("\n".join(map(json.dumps, rows)))
    for name, lines in grades.items():
        (folder / "qrels" / f"{name}.tsv").write_text("\n".join(["query-id\tcorpus-id\tscore", *lines]))
    return folder
