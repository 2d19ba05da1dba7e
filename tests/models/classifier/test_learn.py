"""What a classifier learns from decisions, and what it leaves as it was."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pytest

from models.classifier.dataset import TrainingDocument, TrainingPassage, TrainingSet
from models.classifier.file import read_classifier, rethreshold, uncorrected
from models.classifier.influence import Influence, passage_name
from models.classifier.learn import learn
from models.classifier.model import LearnedClassifier
from models.errors import ClassifierError, TrainingError
from models.labels import Passage
from tests.models.classifier.archive import arrays_of, header_of, packed, with_header
from tests.models.classifier.corpus import AUDIT, CAP, LABELS, LAW, corpus, passages

WRONG = (
    "The customer may audit the books of the harbour at the pallet depot. "
    "The lantern vessel shall polish 7 bottles of the tunnel."
)
OTHER = (
    "The walnut carriage shall deliver 12 tickets of the meadow. The timber bracket shall weigh 3 barrels."
)


def document(name: str, *texts: str) -> tuple[str, list[Passage]]:
    return name, [Passage(text) for text in texts]


def decided(of: tuple[str, list[Passage]], said: Mapping[int, Mapping[str, bool]]) -> TrainingDocument:
    """A document with decisions: by passage, which labels apply and which do not."""
    name, seen = of
    made = []
    for place, passage in enumerate(seen):
        answers = said.get(place, {})
        applies = frozenset(label for label, yes in answers.items() if yes)
        made.append(TrainingPassage(passage, applies, judged=frozenset(answers)))
    return TrainingDocument(name, tuple(made))


def reviewed(*documents: TrainingDocument) -> TrainingSet:
    return TrainingSet(LABELS, documents)


def learned(content: bytes, data: TrainingSet) -> bytes:
    return learn(content, data, name="decided here", report=lambda *_: None)


def chance(classifier: LearnedClassifier, seen: list[Passage], label: str, place: int = 0) -> float:
    return float(classifier.scores(seen)[place, list(classifier.card.labels).index(label)])


DISMISSED = reviewed(decided(document("ours", WRONG, OTHER), {0: {AUDIT: False}}))
ADDED = reviewed(decided(document("ours", WRONG, OTHER), {1: {LAW: True}}))


def many(count: int = 12) -> TrainingSet:
    """Different documents of which every claim of audit rights is dismissed, and every law confirmed."""
    made = []
    for number, each in enumerate(corpus(count, seed=70).documents):
        said: dict[int, dict[str, bool]] = {
            place: {AUDIT: False} for place, one in enumerate(each.passages) if AUDIT in one.labels
        }
        said |= {place: {LAW: True} for place, one in enumerate(each.passages) if LAW in one.labels}
        made.append(decided((f"ours {number}", passages(each)), said))
    return reviewed(*made)


def test_the_twin_of_a_dismissed_passage_is_no_longer_claimed(
    content: bytes, classifier: LearnedClassifier
) -> None:
    corrected = read_classifier(learned(content, DISMISSED), "x")
    twin = [Passage(WRONG)]
    assert chance(classifier, twin, AUDIT) > 0.8
    assert chance(corrected, twin, AUDIT) < 0.5
    assert AUDIT in {each.label for each in classifier.label(twin)[0] if each.standing == "speaks"}
    assert AUDIT not in {each.label for each in corrected.label(twin)[0] if each.standing == "speaks"}


def test_the_twin_of_a_passage_with_an_added_label_is_likelier_to_carry_it(
    content: bytes, classifier: LearnedClassifier
) -> None:
    corrected = read_classifier(learned(content, ADDED), "x")
    twin = [Passage(OTHER)]
    assert chance(classifier, twin, LAW) < 0.05
    assert chance(corrected, twin, LAW) > 0.4


def test_unlike_passages_and_other_labels_stay_to_the_last_digit(
    content: bytes, classifier: LearnedClassifier
) -> None:
    corrected = read_classifier(learned(content, DISMISSED), "x")
    unlike = [Passage("All questions are decided under Ohio law, without its rules on conflict of laws.")]
    assert corrected.scores(unlike).tolist() == classifier.scores(unlike).tolist()
    law = list(classifier.card.labels).index(LAW)
    both = [Passage(WRONG), Passage(OTHER)]
    assert corrected.scores(both)[:, law].tolist() == classifier.scores(both)[:, law].tolist()


def test_equal_decisions_give_equal_bytes_whatever_was_learned_in_between(content: bytes) -> None:
    first = learned(content, many())
    assert first == learned(content, many())
    assert first == learned(learned(content, DISMISSED), many())
    assert first != learned(content, many(11))


def test_what_was_learned_stands_on_the_card(content: bytes, classifier: LearnedClassifier) -> None:
    corrected = read_classifier(learned(content, many()), "x")
    assert corrected.version != classifier.version
    card = corrected.card.decisions
    assert card is not None
    assert (card.parent, card.data_name, card.documents) == (classifier.version, "decided here", 12)
    assert card.data == many().fingerprint
    assert card.applies == {LAW: 12}
    assert card.against[AUDIT] >= 12
    assert set(card.uncorrected) == set(classifier.card.labels)
    assert card.uncorrected == classifier.card.labels
    assert card.figures["pairs"] == 12 + card.against[AUDIT]
    # Every claim of audit rights was dismissed in all documents: what is learned from some holds in others.
    assert card.figures["brier_after"] < card.figures["brier_before"]
    assert card.figures["ap_after"] >= card.figures["ap_before"]


def test_decisions_revise_the_thresholds_of_labels_with_ten_of_them(
    content: bytes, classifier: LearnedClassifier
) -> None:
    few = read_classifier(learned(content, many(4)), "x").card
    assert few.decisions is not None
    assert few.decisions.revised == ()
    assert few.labels == classifier.card.labels
    enough = read_classifier(learned(content, many()), "x").card
    assert enough.decisions is not None
    assert set(enough.decisions.revised) == {LAW, AUDIT}
    assert enough.labels[LAW].examples == classifier.card.labels[LAW].examples + 12
    assert enough.labels[AUDIT].high >= classifier.card.labels[AUDIT].high
    before, after = classifier.card.labels[AUDIT], enough.labels[AUDIT]
    assert after.high > 1 or after.right / after.said >= 0.7
    assert before.high <= 1


def test_decisions_in_one_document_alone_revise_nothing(
    content: bytes, classifier: LearnedClassifier
) -> None:
    texts = [f"{WRONG} {OTHER} {number} pallets." for number in range(15)]
    said = {place: {AUDIT: False} for place in range(15)}
    card = read_classifier(learned(content, reviewed(decided(document("ours", *texts), said))), "x").card
    assert card.decisions is not None
    assert card.decisions.figures == {}
    assert card.labels == classifier.card.labels


def test_a_changed_label_names_the_decisions_behind_it(content: bytes) -> None:
    corrected = read_classifier(learned(content, DISMISSED), "x")
    [found] = corrected.influences(Passage(WRONG), AUDIT)
    assert (found.passage, found.applies) == (passage_name("ours", WRONG), False)
    assert found.weight < -1
    assert corrected.influences(Passage(WRONG), LAW) == ()
    assert corrected.influences(Passage(WRONG), CAP) == ()
    assert corrected.influences(Passage("All questions are decided under Ohio law."), AUDIT) == ()


def test_the_influences_add_up_to_the_change(content: bytes, classifier: LearnedClassifier) -> None:
    corrected = read_classifier(learned(content, DISMISSED), "x")
    before, after = (chance(each, [Passage(WRONG)], AUDIT) for each in (classifier, corrected))
    change = np.log(after / (1 - after)) - np.log(before / (1 - before))
    weights = [each.weight for each in corrected.influences(Passage(WRONG), AUDIT)]
    assert sum(weights) == pytest.approx(change, abs=1e-3)


def test_the_five_strongest_influences_come_first(content: bytes) -> None:
    corrected = read_classifier(learned(content, many()), "x")
    found = corrected.influences(Passage("The customer may audit the books of the supplier."), AUDIT)
    assert len(found) == 5
    assert all(isinstance(each, Influence) and not each.applies and each.weight < 0 for each in found)
    assert [abs(each.weight) for each in found] == sorted((abs(each.weight) for each in found), reverse=True)


def test_where_nothing_can_be_learned_nothing_is_made(content: bytes) -> None:
    # Nothing decided, and a label that it does not give.
    for said in ({}, {0: {CAP: True}}):
        with pytest.raises(TrainingError, match="teaches"):
            learned(content, reviewed(decided(document("ours", WRONG, OTHER), said)))


def test_that_a_label_does_not_apply_where_nobody_expected_it_teaches_nothing(
    content: bytes, classifier: LearnedClassifier
) -> None:
    found = [passages(each) for each in corpus(20, seed=99).documents]
    law = list(classifier.card.labels).index(LAW)
    number, place = next(
        (number, int(np.argmin(scores)))
        for number, each in enumerate(found)
        if (scores := classifier.scores(each)[:, law]).min() < 0.02
    )
    with pytest.raises(TrainingError, match="teaches"):
        learned(content, reviewed(decided(("ours", found[number]), {place: {LAW: False}})))


def test_a_passage_in_unknown_words_teaches_nothing(content: bytes) -> None:
    strange = "Dieser Vertrag unterliegt dem Recht der Bundesrepublik und wird danach ausgelegt."
    with pytest.raises(TrainingError, match="teaches"):
        learned(content, reviewed(decided(document("ours", strange), {0: {LAW: True}})))


def test_thresholds_chosen_anew_are_those_of_both_classifiers(content: bytes) -> None:
    strict = read_classifier(rethreshold(learned(content, many()), 0.9, ()), "x").card
    other = read_classifier(learned(rethreshold(content, 0.9, ()), many()), "x").card
    assert strict.labels == other.labels
    assert strict.precision == 0.9
    assert strict.decisions is not None
    assert other.decisions is not None
    assert strict.decisions.uncorrected == other.decisions.uncorrected


def test_the_classifier_below_the_corrections_can_be_had_back(
    content: bytes, classifier: LearnedClassifier
) -> None:
    base = uncorrected(learned(content, many()), "x")
    assert (base.card, base.version) == (classifier.card, classifier.version)
    assert base.parts.corrections is None
    again = LearnedClassifier(base.version, base.card, base.parts)
    seen = passages(corpus(1, seed=8).documents[0])
    assert again.scores(seen).tolist() == classifier.scores(seen).tolist()


@pytest.mark.parametrize("version", [1, 2, 3])
def test_files_of_earlier_formats_are_read_and_corrected(content: bytes, version: int) -> None:
    card = {name: each for name, each in header_of(content)["card"].items() if name != "decisions"}
    old = with_header(content, version=version, card=card)
    seen = [Passage(WRONG)]
    assert read_classifier(old, "x").card.decisions is None
    corrected = read_classifier(learned(old, DISMISSED), "x")
    assert header_of(learned(old, DISMISSED))["version"] == 4
    assert chance(corrected, seen, AUDIT) < 0.5


@pytest.mark.parametrize(
    "name", ["values", "columns", "passage", "label", "weight", "probability", "passages"]
)
def test_decisions_that_do_not_fit_together_are_refused(content: bytes, name: str) -> None:
    arrays = arrays_of(learned(content, many()))
    cut = {f"decisions.{name}": arrays[f"decisions.{name}"][:-1]}
    gone = {key: each for key, each in arrays.items() if key != f"decisions.{name}"}
    for wrong in (arrays | cut, gone):
        with pytest.raises(ClassifierError, match="cannot be used"):
            read_classifier(packed(wrong), "mine.npz")


def test_places_outside_of_what_is_there_are_refused(content: bytes) -> None:
    arrays = arrays_of(learned(content, many()))
    for name, value in (("passage", 10_000), ("passage", -1), ("label", 7), ("columns", 10_000)):
        wrong = arrays[f"decisions.{name}"].copy()
        wrong[-1] = value
        with pytest.raises(ClassifierError, match="cannot be used"):
            read_classifier(packed(arrays | {f"decisions.{name}": wrong}), "mine.npz")


def test_labels_that_nobody_decided_about_count_neither_way(content: bytes) -> None:
    everything = replace(corpus(6, seed=70), labels=LABELS)
    silent = replace(
        everything,
        documents=tuple(
            replace(
                each,
                passages=tuple(
                    replace(one, labels=one.labels & {LAW}, evidence=(), judged=frozenset({LAW}))
                    for one in each.passages
                ),
            )
            for each in everything.documents
        ),
    )
    card = read_classifier(learned(content, silent), "x").card.decisions
    assert card is not None
    assert set(card.applies) | set(card.against) == {LAW}
