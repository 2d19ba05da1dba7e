"""A classifier and the rules score marked passages."""

from dataclasses import replace

import numpy as np

from indexer.training.scoring import score, thresholds_of, unfamiliar
from models.classifier.dataset import TrainingDocument, TrainingPassage, TrainingSet
from models.evaluation.classification import measure
from models.labels import Passage
from models.packs import Rule
from models.packs.terms import compile_term
from tests.fakes import WordClassifier
from tests.indexer.training.files import AUDIT, CAP, LAW, PACK


def passage(text: str, *labels: str, judged: frozenset[str] | None = None) -> TrainingPassage:
    return TrainingPassage(Passage(text), frozenset(labels), judged=judged)


DATA = TrainingSet(
    (LAW, CAP, AUDIT),
    (
        TrainingDocument("a", (passage("Ohio law governs.", LAW), passage("Nothing."))),
        TrainingDocument("b", (passage("A cap and an audit.", CAP, judged=frozenset({CAP, AUDIT})),)),
    ),
)
AUDIT_RULE = Rule("audits", any=(compile_term("audit"),), probability=0.6)
RULED = replace(PACK, labels=dict(PACK.labels) | {AUDIT: replace(PACK.labels[AUDIT], rules=(AUDIT_RULE,))})
# In another order than the pack's, and without the label that stays with its rules.
CLASSIFIER = WordClassifier({CAP: {"cap": 0.9}, LAW: {"law": 0.75}}, left_to_rules={AUDIT: "Too few."})


def test_columns_stand_in_the_order_of_the_pack_whatever_that_of_the_card() -> None:
    scored, rules = score(DATA, CLASSIFIER, RULED)
    assert scored.labels == (LAW, CAP, AUDIT)
    assert np.allclose(scored.probabilities, [[0.75, 0, 0], [0, 0, 0], [0, 0.9, 0.6]])
    assert np.allclose(rules, [[0, 0, 0], [0, 0, 0], [0, 0, 0.6]])
    assert scored.truth.tolist() == [[True, False, False], [False] * 3, [False, True, False]]
    assert scored.judged.tolist() == [[True] * 3, [True] * 3, [False, True, True]]
    assert scored.documents.tolist() == [0, 0, 1]


def test_the_passages_of_a_document_are_seen_together() -> None:
    classifier, steps = WordClassifier({LAW: {"law": 0.75}}), []
    score(DATA, classifier, PACK, lambda done, total: steps.append((done, total)))
    assert [[each.text for each in seen] for seen in classifier.seen] == [
        ["Ohio law governs.", "Nothing."],
        ["A cap and an audit."],
    ]
    assert steps == [(1, 2), (2, 2)]


def test_the_classifier_is_told_what_the_rules_say_so_that_it_need_not_find_the_pack() -> None:
    classifier = WordClassifier({LAW: {"law": 0.75}})
    score(DATA, classifier, RULED)
    told = [[[item.label for item in each.rules or ()] for each in seen] for seen in classifier.seen]
    assert told == [[[], []], [[AUDIT]]]
    assert all(each.rules is not None for seen in classifier.seen for each in seen)


def test_a_label_that_is_left_to_its_rules_is_never_given() -> None:
    thresholds = thresholds_of(CLASSIFIER.card, DATA.labels, unfamiliar(CLASSIFIER, DATA))
    assert thresholds.low.tolist() == [[0.4, 0.4, 2.0]] * 3
    assert thresholds.high.tolist() == [[0.8, 0.8, 2.0]] * 3


def test_of_an_unfamiliar_passage_nothing_is_claimed_and_the_likely_is_asked() -> None:
    strange = TrainingDocument("c", (passage("Fremd law.", LAW), passage("A cap.", CAP)))
    data = replace(DATA, documents=(strange,))
    classifier = WordClassifier({CAP: {"cap": 0.9}, LAW: {"law": 0.75}}, unfamiliar="Fremd")
    thresholds = thresholds_of(classifier.card, data.labels, unfamiliar(classifier, data))
    assert thresholds.low.tolist() == [[0.1, 0.1, 2.0], [0.4, 0.4, 2.0]]
    assert thresholds.high.tolist() == [[2.0] * 3, [0.8, 0.8, 2.0]]
    scored, _ = score(data, classifier, PACK)
    figures = measure(scored, thresholds)
    assert (figures.precision_at_threshold, figures.recall_at_threshold) == (1, 1 / 2)
    assert (figures.unsure_precision, figures.unsure_recall) == (1, 1 / 2)
