"""Passages in words that a classifier did not learn from, as those in another language."""

from dataclasses import replace

import numpy as np
import pytest

from models.classifier.familiar import least_share, unfamiliar, words_of
from models.classifier.features import UNWORDED
from models.classifier.file import read_classifier
from models.classifier.pairs import describe_read
from models.classifier.train import Reads
from models.errors import ClassifierError
from models.labels import Passage, Standing
from tests.models.classifier.archive import arrays_of, header_of, packed, with_header
from tests.models.classifier.corpus import (
    AUDIT,
    LAW,
    READER,
    corpus,
    learned,
    learned_with_reader,
    passages,
    read,
    trained,
)

GERMAN = "Dieser Vertrag unterliegt dem Recht der Bundesrepublik Deutschland, ohne das Kaufrecht der UN."
KNOWN = frozenset(["the", "law", "of", "this", "agreement", "is", "that", "england", "and", "no", "other"])


def test_words_are_spelled_as_the_terms_are() -> None:
    assert words_of("The Lessee’s 12 “Rights” (§ 4), naïve") == ["the", "lessee's", "rights", "naïve"]


def test_a_text_is_unfamiliar_below_the_share_of_known_words() -> None:
    half = "the law of this eins zwei drei vier"
    assert unfamiliar([half], KNOWN, 0.5).tolist() == [False]
    assert unfamiliar([half + " fünf"], KNOWN, 0.5).tolist() == [True]


def test_a_few_words_say_nothing_of_their_language() -> None:
    assert unfamiliar(["eins zwei drei vier fünf sechs sieben", "", "12 345 6.789"], KNOWN, 0.5).tolist() == [
        False,
        False,
        False,
    ]


def test_a_part_of_what_passages_of_other_documents_know_is_asked_for() -> None:
    texts = ["a b c d e f g h", "a b c d w x y z", "a b c d e f s t"]
    # In other folds stand a to f, 6 of 8; a to d, 4 of 8; a to f, 6 of 8.
    assert least_share(texts, np.array([0, 1, 2]), set("abcdefgh")) == pytest.approx(0.6 * 6 / 8)
    assert least_share(texts, np.array([0, 1, 2]), set("ab")) == pytest.approx(0.6 * 2 / 8)


def test_of_texts_without_words_nothing_is_asked() -> None:
    assert least_share(["1 2 3", "a b"], np.array([0, 1]), {"a"}) == 0


def test_readings_alone_are_described_by_rank_and_rival() -> None:
    readings = np.array([[1, -9], [-1, np.nan], [0, 2]], np.float32)
    pairs = describe_read(readings, np.array([0.1, 0.2], np.float32))
    assert pairs.candidate.tolist() == [[True, False], [True, False], [True, True]]
    assert (pairs.base == -8).all()
    found = dict(zip(UNWORDED, pairs.features.T.tolist(), strict=True))
    assert found["reading"] == [1, -1, 0, 2]
    assert found["reading_rank"] == [0, 2, 1, 0]
    assert found["reading_rival"] == [-9, -8, 2, 0]
    assert found["place"] == pytest.approx([0, 1 / 3, 2 / 3, 2 / 3])
    assert found["share"] == pytest.approx([0.1, 0.1, 0.1, 0.2])


def test_passages_that_were_trained_on_are_familiar_and_another_language_is_not() -> None:
    classifier = read_classifier(learned(), "x")
    document = passages(corpus(1, seed=7).documents[0])
    assert not classifier.unfamiliar(document).any()
    assert classifier.unfamiliar([*document, Passage(GERMAN)]).tolist()[-1]


def test_without_readings_nothing_is_said_of_an_unfamiliar_passage() -> None:
    for content in (learned(), learned_with_reader()):
        classifier = read_classifier(content, "x")
        assert (classifier.scores([Passage(GERMAN)]) < 0.01).all()
        assert classifier.label([Passage(GERMAN)]) == [()]


def test_what_a_reader_reads_in_an_unfamiliar_passage_is_asked_and_not_claimed() -> None:
    classifier = read_classifier(learned_with_reader(), "x")
    law = Passage(GERMAN, readings=np.array([-5, 5, -5], np.float32))
    others = [Passage(GERMAN + f" {number}", readings=np.full(3, -5, np.float32)) for number in range(4)]
    found = classifier.label([*others, law])
    assert found[:4] == [()] * 4
    [label] = found[4]
    assert (label.label, label.standing) == (LAW, Standing.UNSURE)
    assert label.probability >= 0.5
    assert label.triggers == ()
    assert label.sentence is None


def test_the_words_of_its_neighbours_do_not_change_what_is_familiar() -> None:
    classifier = read_classifier(learned_with_reader(), "x")
    document = passages(read(corpus(1, seed=7), seed=3).documents[0])
    alone, beside = classifier.scores(document), classifier.scores([*document, Passage(GERMAN)])
    assert (alone >= 0.5).any()
    np.testing.assert_array_equal((alone >= 0.5), (beside[:-1] >= 0.5))


def test_a_reader_of_other_labels_says_nothing_of_unfamiliar_passages() -> None:
    content = trained(read(corpus()), reads=Reads(READER, ("A", "B", "C")))
    assert not any(name.startswith("unworded") for name in arrays_of(content))
    classifier = read_classifier(content, "x")
    assert classifier.label([Passage(GERMAN, readings=np.full(3, 9, np.float32))]) == [()]


def test_a_file_of_the_second_version_takes_all_for_familiar() -> None:
    arrays = {
        name: array
        for name, array in arrays_of(learned_with_reader()).items()
        if name != "familiar" and not name.startswith("unworded")
    }
    classifier = read_classifier(with_header(packed(arrays), version=2), "x")
    assert not classifier.unfamiliar([Passage(GERMAN)]).any()


def test_a_file_whose_second_trees_are_missing_is_refused() -> None:
    arrays = {
        name: each for name, each in arrays_of(learned_with_reader()).items() if "unworded.trees" not in name
    }
    with pytest.raises(ClassifierError, match="it has no trees"):
        read_classifier(packed(arrays), "x")


def test_a_label_of_the_reader_that_was_not_learned_is_not_said() -> None:
    classifier = read_classifier(learned_with_reader(), "x")
    reading = np.array([-5, -5, 9], np.float32)
    assert classifier.label([replace(Passage(GERMAN), readings=reading)]) == [()]
    assert AUDIT in classifier.card.labels
    assert header_of(learned_with_reader())["version"] == 4
