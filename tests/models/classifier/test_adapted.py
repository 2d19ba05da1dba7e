"""A classifier whose labels were renamed or removed since; it looks words up."""

from pathlib import Path

import numpy as np
import pytest

from models.classifier.adapted import adapted
from models.labels import LabelPrediction, LabelSource, Passage
from models.packs import Pack, load_pack
from tests.classifiers import WordClassifier, model_bytes

LABEL = "    title: T\n    description: D.\n    severity: low\n    question: Q?\n"
WORDS = {
    "Fees": {"word": "fee", "probability": 0.9},
    "Gone": {"word": "gone", "probability": 0.9},
    "Term": {"word": "term", "probability": 0.5},
}
PASSAGES = [Passage("A fee is due."), Passage("It is gone."), Passage("The term ends.")]


def pack(folder: Path, labels: list[str], renamed: str = "") -> Pack:
    path = folder / "pack.yaml"
    named = "".join(f"  {name}:\n{LABEL}" for name in labels)
    path.write_text(f"name: contracts\ntitle: Some\nlabels:\n{named}{renamed}", encoding="utf-8")
    return load_pack(str(path))


def test_a_classifier_of_the_packs_own_labels_stays_as_it_is(tmp_path: Path) -> None:
    classifier = WordClassifier(model_bytes(WORDS))
    assert adapted(classifier, pack(tmp_path, list(WORDS))) is classifier


def test_labels_are_given_by_their_present_names_and_those_that_are_gone_not_at_all(tmp_path: Path) -> None:
    classifier = WordClassifier(model_bytes(WORDS))
    present = adapted(classifier, pack(tmp_path, ["Late fees", "Term"], "renamed: {Fees: Late fees}\n"))
    assert present.version == classifier.version
    assert list(present.card.labels) == ["Late fees", "Term"]
    said = [[(each.label, each.standing.value) for each in found] for found in present.label(PASSAGES)]
    assert said == [[("Late fees", "speaks")], [], [("Term", "unsure")]]
    np.testing.assert_allclose(present.scores(PASSAGES), [[0.9, 0], [0, 0], [0, 0.5]], atol=1e-6)


def test_it_hears_of_rules_by_the_names_that_it_learned(tmp_path: Path) -> None:
    classifier = WordClassifier(model_bytes(WORDS))
    rule = LabelPrediction("Late fees", 0.7, LabelSource.RULE, "rules:contracts:1")
    known = pack(tmp_path, ["Late fees", "Term"], "renamed: {Fees: Late fees}\n")
    adapted(classifier, known).label([Passage("A fee is due.", rules=(rule,))])
    assert [each.label for each in classifier.labelled[0].rules or ()] == ["Fees"]


@pytest.mark.parametrize("order", [["Fees", "Late fees"], ["Late fees", "Fees"]])
def test_where_it_learned_both_names_the_present_one_counts(tmp_path: Path, order: list[str]) -> None:
    words = {"Fees": {"word": "fee", "probability": 0.9}, "Late fees": {"word": "late", "probability": 0.8}}
    classifier = WordClassifier(model_bytes({name: words[name] for name in order}))
    present = adapted(classifier, pack(tmp_path, ["Late fees"], "renamed: {Fees: Late fees}\n"))
    scores = present.scores([Passage("A fee is due."), Passage("Too late.")])
    np.testing.assert_allclose(scores, [[0], [0.8]], atol=1e-6)
