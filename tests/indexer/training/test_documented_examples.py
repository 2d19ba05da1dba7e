"""The examples of docs/classifier.md are files that can be read."""

import re
from pathlib import Path

import pytest

from indexer.training import read_training_data
from models.packs import load_pack
from tests.indexer.training.files import WordTokens, passages, write

PAGE = Path(__file__).resolve().parents[3] / "docs" / "classifier.md"
EXAMPLES = re.findall(
    r"^```(?:json|csv)\n(.*?)^```", PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL
)
LAW = "This lease is governed by the laws of Ohio."


@pytest.mark.parametrize("example", EXAMPLES, ids=["spans", "squad", "csv", "label studio"])
def test_an_example_is_read_without_a_complaint(tmp_path: Path, example: str) -> None:
    write(tmp_path, "texts/lease.txt", "Words of the lease.\n" * 205 + "\n\n" + LAW + "\n")
    found = read_training_data(
        [write(tmp_path, "example", example)],
        load_pack("contracts"),
        WordTokens(),
        texts=tmp_path / "texts",
    )
    assert found.problems == found.notes == ()
    assert any("Governing Law" in each.labels and LAW in each.passage.text for each in passages(found))
