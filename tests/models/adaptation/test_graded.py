"""What is learned from judgements and from marked words, and what each step sees of it."""

import math

import numpy as np
import pytest

from models.adaptation.batches import batches, steps
from models.adaptation.graded import Graded, graded_passages, graded_spans
from models.classifier.dataset import Evidence, TrainingDocument, TrainingPassage, TrainingSet
from models.errors import TrainingError
from models.evaluation.beir import Judged
from models.labels import Passage


def test_grades_become_gains_and_what_was_not_judged_is_not_there() -> None:
    judged = Judged(
        {"a": "one", "b": "two", "c": "unseen"},
        {"q": "first", "p": "second"},
        {"q": {"a": 4, "b": 0}, "p": {"b": 1}},
    )
    assert graded_passages(judged) == Graded(
        ("one", "two"), ("second", "first"), ({1: 4.0}, {0: 0.15, 1: 0.0})
    )


def test_judgements_without_a_grade_above_zero_are_refused() -> None:
    with pytest.raises(TrainingError, match="no document has a grade above 0"):
        graded_passages(Judged({"a": "one"}, {"q": "first"}, {"q": {"a": 0}}))


def test_marked_words_stand_for_their_labels_and_against_those_that_were_looked_for() -> None:
    passage = Passage("The cap is twelve months. Ohio law governs.", "")
    everything = TrainingPassage(passage, frozenset({"Cap", "Law"}), (Evidence(0, 24, "Cap"),))
    partly = TrainingPassage(
        Passage("Books may be audited.", ""), frozenset({"Audit"}), (), frozenset({"Audit", "Cap"})
    )
    data = TrainingSet(("Cap", "Law", "Audit"), (TrainingDocument("d", (everything, partly)),))
    described = {"Cap": "Cap: limits", "Law": "Law: whose", "Audit": "Audit: books"}
    assert graded_spans(data, described) == Graded(
        ("Books may be audited.", "The cap is twelve months", "The cap is twelve months. Ohio law governs."),
        ("Cap: limits", "Law: whose", "Audit: books"),
        ({0: 0.0, 2: 1.0}, {0: 1.0, 1: 0.0, 2: 0.0}, {0: 0.0, 1: 1.0, 2: 0.0}),
    )
    assert graded_spans(data, {"Law": "Law: whose"}).texts == ("The cap is twelve months. Ohio law governs.",)


def test_an_epoch_sees_each_passage_that_answers_a_query_once_and_a_third_as_many_others() -> None:
    gains = tuple({0: 3.0} if row < 30 else {0: 0.0} for row in range(100))
    graded = Graded(tuple(f"t{row}" for row in range(100)), ("q",), gains)
    seen = [text for batch in batches(graded, 8, np.random.default_rng(0)) for text in batch.texts]
    useful = [text for text in seen if int(text[1:]) < 30]
    assert sorted(useful) == sorted(f"t{row}" for row in range(30))
    assert (len(seen), len(set(seen)), steps(graded, 8)) == (40, 40, 5)


def test_a_batch_holds_gains_and_nothing_where_nobody_judged() -> None:
    graded = Graded(("a", "b"), ("p", "q"), ({0: 3.0}, {0: 0.0, 1: 1.5}))
    [batch] = batches(graded, 8, np.random.default_rng(0))
    rows = {text: batch.gains[place].tolist() for place, text in enumerate(batch.texts)}
    assert rows["b"] == [0.0, 1.5]
    assert rows["a"][0] == 3.0
    assert math.isnan(rows["a"][1])


def test_of_many_queries_a_step_compares_with_those_that_its_passages_answer_first() -> None:
    gains = tuple({row: 3.0, (row + 1) % 300: 0.0} for row in range(300))
    graded = Graded(tuple(f"t{row}" for row in range(300)), tuple(f"q{row}" for row in range(300)), gains)
    for batch in batches(graded, 24, np.random.default_rng(0)):
        assert len(batch.targets) == 128
        assert {f"q{text[1:]}" for text in batch.texts} <= set(batch.targets)
        assert (batch.gains == 3).sum() == len(batch.texts)
