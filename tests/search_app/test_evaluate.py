"""Measuring search on a small folder of judged data."""

import json
from pathlib import Path

import pytest

from models.errors import EvaluationError
from models.evaluation.beir import read_judged
from search_app.evaluate import evaluate_retrieval
from tests.search_app.library import WordEncoder

CORPUS = {
    "cap": "The liability of the supplier is capped.",
    "ceiling": "Damages stop at a ceiling.",
    "law": "The laws of New York govern.",
    "unjudged": "Liability cap liability cap.",
}
SYNONYMS = {"liability": "liability", "damages": "liability", "cap": "cap", "capped": "cap", "ceiling": "cap"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    lines = [json.dumps({"_id": name, "text": text}) for name, text in CORPUS.items()]
    (tmp_path / "corpus.jsonl").write_text("\n".join(lines))
    (tmp_path / "queries.jsonl").write_text(
        '{"_id": "q1", "text": "liability cap"}\n{"_id": "q2", "text": "governs"}'
    )
    (tmp_path / "qrels").mkdir()
    header = "query-id\tcorpus-id\tscore\n"
    (tmp_path / "qrels" / "train.tsv").write_text(f"{header}q1\tcap\t2\nq1\tceiling\t1\nq1\tlaw\t0\n")
    (tmp_path / "qrels" / "valid.tsv").write_text(f"{header}q2\tlaw\t1\nq2\tcap\t0\n")
    return tmp_path


def evaluate(
    folder: Path, split: str | None, steps: list[tuple[int, int]] | None = None
) -> dict[str, object]:
    told = steps if steps is not None else []
    return evaluate_retrieval(
        read_judged(folder, split), WordEncoder(SYNONYMS), lambda done, total: told.append((done, total))
    )


def test_each_mode_is_measured_on_the_judged_documents_alone(folder: Path) -> None:
    found = evaluate(folder, "train")
    assert found["queries"] == 1
    # By words only "cap" is found: (2 / log2 2) / (2 / log2 2 + 1 / log2 3).
    assert found["keyword"]["ndcg@5"] == pytest.approx(2 / (2 + 0.63093), abs=1e-4)
    # By meaning both are as near as can be, and hybrid puts the one that has the words first.
    assert found["semantic"]["recall@100"] == 1.0
    assert found["hybrid"]["ndcg@5"] == pytest.approx(1.0)


def test_all_splits_together_are_the_default(folder: Path) -> None:
    found = evaluate(folder, None)
    assert found["queries"] == 2
    assert found["keyword"]["mrr"] == pytest.approx(1.0)


def test_progress_counts_passages_and_queries(folder: Path) -> None:
    steps: list[tuple[int, int]] = []
    evaluate(folder, None, steps)
    assert steps == [(4, 6), (5, 6), (6, 6)]


def test_a_long_document_is_as_good_as_its_best_passage(folder: Path) -> None:
    filler = "Nothing of interest is said in this sentence of the clause. " * 60
    lines = [
        json.dumps({"_id": name, "text": f"{filler}\n\n{text}\n\n{filler}" if name == "cap" else text})
        for name, text in CORPUS.items()
    ]
    (folder / "corpus.jsonl").write_text("\n".join(lines))
    assert evaluate(folder, "train")["hybrid"]["ndcg@5"] == pytest.approx(1.0)


def test_a_missing_folder_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(EvaluationError, match=r"corpus\.jsonl"):
        evaluate(tmp_path / "nowhere", None)
