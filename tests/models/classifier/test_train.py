"""Training and labelling from end to end, on invented contracts."""

from dataclasses import replace

import numpy as np
import pytest

from models.classifier.dataset import TrainingDocument, TrainingPassage, TrainingSet
from models.classifier.file import read_classifier
from models.classifier.model import LearnedClassifier
from models.classifier.train import train
from models.errors import TrainingError
from models.labels import LabelSource, Passage, Standing
from models.matching import is_table_of_contents
from models.packs import load_pack
from models.rules import RuleLabeller
from tests.models.classifier.corpus import AUDIT, CAP, LABELS, LAW, UNCLEAR, corpus, passages, trained

HELD_OUT = corpus(10, seed=99)
CONTENTS = "\n".join(
    f"{number}. {title} ........ {number + 2}"
    for number, title in enumerate(
        ["Governed by the laws of Ohio", "The customer may audit the books"] * 4, 1
    )
)


def held_out(classifier: LearnedClassifier, label: str) -> tuple[list[float], list[float]]:
    """Probabilities of the passages with a label and of those without, the unclear ones left out."""
    right, wrong = [], []
    for document in HELD_OUT.documents:
        scores = classifier.scores(passages(document))[:, list(classifier.card.labels).index(label)]
        for each, score in zip(document.passages, scores.tolist(), strict=True):
            if UNCLEAR not in each.passage.text:
                (right if label in each.labels else wrong).append(score)
    return right, wrong


@pytest.mark.parametrize("label", [LAW, AUDIT])
def test_a_learned_label_ranks_right_passages_first_in_documents_it_was_not_trained_on(
    classifier: LearnedClassifier, label: str
) -> None:
    # Nobody marked the words of audit rights: the label is learned from whole passages.
    right, wrong = held_out(classifier, label)
    assert len(right) == 10
    assert min(right) > max(wrong)
    assert min(right) > 0.5 > max(wrong)


def test_a_label_with_too_few_examples_is_left_to_its_rules_with_the_reason(
    classifier: LearnedClassifier,
) -> None:
    assert list(classifier.card.labels) == [LAW, AUDIT]
    assert classifier.card.left_to_rules == {CAP: "7 examples, 20 are needed."}
    assert classifier.scores(passages(HELD_OUT.documents[0])).shape == (
        len(HELD_OUT.documents[0].passages),
        2,
    )


def test_the_card_says_what_it_was_trained_on_and_for(classifier: LearnedClassifier) -> None:
    card, data = classifier.card, corpus()
    assert (card.pack, card.data_name, card.seed, card.precision, card.reader) == (
        "contracts", "invented", 3, 0.8, "",
    )  # fmt: skip
    assert (card.documents, card.data) == (40, data.fingerprint)
    assert card.passages == sum(len(document.passages) for document in data.documents)
    assert (card.labels[LAW].examples, card.labels[LAW].documents) == (40, 40)
    assert card.labels[LAW].right == 40
    assert card.figures["macro_ap"] > 0.8


def test_a_clear_passage_is_claimed_with_its_sentence_and_its_words(classifier: LearnedClassifier) -> None:
    said = "The customer may audit the books of the supplier once in each calendar year."
    text = f"The harbour is blue. {said} The walnut shall collect copper."
    [found] = classifier.label([Passage(text)])
    [label] = [each for each in found if each.label == AUDIT]
    assert (label.source, label.model, label.standing) == (
        LabelSource.MODEL, classifier.version, Standing.SPEAKS,
    )  # fmt: skip
    assert label.sentence is not None
    start, end = label.sentence
    assert text[start:end] == said
    assert label.triggers
    assert all(text[each.start : each.end] == each.text for each in label.triggers)
    assert all(start <= each.start and each.end <= end for each in label.triggers)


def test_it_abstains_where_nobody_can_tell(classifier: LearnedClassifier) -> None:
    card = classifier.card.labels[AUDIT]
    assert card.unsure > 0
    standings = []
    for document in HELD_OUT.documents:
        for each, labels in zip(document.passages, classifier.label(passages(document)), strict=True):
            if UNCLEAR in each.passage.text:
                standings += [(label.standing, label.probability) for label in labels if label.label == AUDIT]
    assert len(standings) >= 8
    assert all(standing is Standing.UNSURE for standing, _ in standings)
    assert all(card.low <= probability < card.high for _, probability in standings)


def test_labels_are_those_scores_from_low_on_the_most_probable_first(classifier: LearnedClassifier) -> None:
    both = Passage(
        "This agreement is governed by the laws of Ohio. The customer may audit the books of the supplier."
    )
    seen = [both, Passage("The lantern shall weigh gravel.")]
    scores = classifier.scores(seen)
    assert scores.dtype == np.float32
    assert ((scores >= 0) & (scores <= 1)).all()
    first, second = classifier.label(seen)
    assert second == ()
    assert [each.probability for each in first] == sorted(scores[0].tolist(), reverse=True)
    assert {each.label for each in first} == {LAW, AUDIT}


def test_an_empty_document_has_no_scores_and_no_labels(classifier: LearnedClassifier) -> None:
    assert classifier.scores([]).shape == (0, 2)
    assert classifier.label([]) == []


@pytest.mark.parametrize("text", ["", " \n ", "…", "法律", "12"])
def test_a_passage_without_known_words_has_no_label(classifier: LearnedClassifier, text: str) -> None:
    assert classifier.scores([Passage(text)]).shape == (1, 2)
    assert classifier.label([Passage(text)]) == [()]


def test_a_table_of_contents_gets_no_label(classifier: LearnedClassifier) -> None:
    assert is_table_of_contents(CONTENTS)
    law = Passage("This agreement is governed by the laws of Ohio.")
    scores = classifier.scores([Passage(CONTENTS), law])
    assert scores[0].tolist() == [0, 0]
    assert scores[1, 0] > 0.5
    assert classifier.label([Passage(CONTENTS)]) == [()]


def test_what_the_rules_said_is_taken_and_they_are_asked_where_nobody_did(
    classifier: LearnedClassifier,
) -> None:
    seen = passages(HELD_OUT.documents[0])
    said = RuleLabeller(load_pack("contracts")).label(seen)
    given = [replace(each, rules=rules) for each, rules in zip(seen, said, strict=True)]
    assert any(said)
    assert classifier.scores(given).tolist() == classifier.scores(seen).tolist()
    silent = [replace(each, rules=()) for each in seen]
    assert classifier.scores(silent).tolist() != classifier.scores(seen).tolist()


def test_equal_data_and_seeds_give_equal_files(content: bytes) -> None:
    assert trained(corpus()) == content
    assert trained(corpus(), seed=4) != content


def test_people_who_looked_for_one_label_only_are_no_witnesses_against_the_others() -> None:
    data = corpus(44, subsets=True)
    made = trained(data)
    assert trained(data) == made
    found = read_classifier(made, "subsets")
    assert (found.card.labels[LAW].documents, found.card.labels[AUDIT].documents) == (44, 22)
    for label in (LAW, AUDIT):
        right, wrong = held_out(found, label)
        assert min(right) > max(wrong)


def test_nothing_that_can_be_learned_is_an_error() -> None:
    with pytest.raises(TrainingError, match="No label has 20 examples in 5 documents"):
        trained(corpus(6))
    with pytest.raises(TrainingError, match="there is none at all"):
        trained(TrainingSet(LABELS, ()))


def test_documents_that_are_all_alike_are_an_error() -> None:
    one = corpus().documents[0]
    copies = tuple(TrainingDocument(str(number), one.passages) for number in range(30))
    with pytest.raises(TrainingError, match="All 30 documents say nearly the same"):
        trained(TrainingSet(LABELS, copies))


def test_passages_without_words_are_an_error() -> None:
    marked = [TrainingPassage(Passage("…"), frozenset({LAW})), TrainingPassage(Passage("."), frozenset())]
    documents = tuple(TrainingDocument(str(number), tuple(marked * 5)) for number in range(5))
    with pytest.raises(TrainingError, match="no words that could be learned from"):
        trained(TrainingSet(LABELS, documents))


def test_progress_is_told_step_by_step() -> None:
    told: list[tuple[int, int, str]] = []
    with pytest.raises(TrainingError):
        train(
            TrainingSet(LABELS, corpus().documents[:1] * 30),
            pack="contracts", name="", seed=0, precision=0.8,
            report=lambda done, total, what: told.append((done, total, what)),
        )  # fmt: skip
    assert told == [(0, 5, "cutting passages into sentences")]
