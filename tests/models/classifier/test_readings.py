"""A classifier that learns from what a reader read."""

from dataclasses import replace

import numpy as np
import pytest

from models.classifier.features import FEATURES, READ, features
from models.classifier.file import read_classifier, rethreshold
from models.classifier.margins import Margins, Scale
from models.classifier.pairs import Pairs, Scales, describe
from models.classifier.parts import chosen_readings
from models.classifier.train import Reads
from models.errors import ClassifierError
from models.evaluation.classification import average_precision
from models.labels import Passage
from tests.models.classifier.archive import arrays_of, header_of, packed, with_header
from tests.models.classifier.corpus import (
    AUDIT,
    LAW,
    READER,
    READS,
    corpus,
    learned,
    learned_with_reader,
    passages,
    read,
    trained,
)

UNKNOWN = float("nan")


def described(readings: list[list[float]]) -> Pairs:
    """Three passages and two labels that the linear models find unlikely, but for the first of all."""
    margins = np.full((3, 2), -4.0, np.float32)
    margins[0, 0] = 2.0
    same = Scale(np.ones(2, np.float32), np.zeros(2, np.float32))
    return describe(
        Margins(margins, margins, margins, np.zeros((3, 2), np.intp)),
        Scales(same, same, np.full(2, 0.1, np.float32)),
        np.zeros((3, 2), np.float32),
        (np.array([1, 1, 1]), np.array([1, 1, 1])),
        np.array(readings, np.float32),
    )


def test_what_the_reader_finds_likely_is_looked_at_closely() -> None:
    pairs = described([[-9, -9], [-2.9, UNKNOWN], [-3.1, 0]])
    assert pairs.candidate.tolist() == [[True, False], [True, False], [False, True]]


def test_readings_are_described_with_their_neighbours_and_their_lead() -> None:
    pairs = described([[1, -9], [-1, UNKNOWN], [0, 2]])
    found = dict(zip(features(read=True), pairs.features.T.tolist(), strict=True))
    assert found["reading"] == [1, -1, 0, 2]
    assert found["reading_before"] == [-8, 1, -1, -8]
    assert found["reading_after"] == [-1, 0, -8, -8]
    assert found["reading_lead"] == [1, -2, -1, 10]
    assert len(found) == len(FEATURES) + len(READ)


def test_labels_and_passages_that_were_not_read_are_unknown() -> None:
    there = Passage("a", readings=np.array([1, 2, 3], np.float32))
    found = chosen_readings([there, Passage("b")], np.array([2, -1], np.int32))
    assert found[0, 0] == 3
    assert np.isnan(found).tolist() == [[False, True], [True, True]]


def test_readings_are_learned_from() -> None:
    unseen = read(corpus(20, seed=99), seed=2)
    truth = np.array([AUDIT in each.labels for one in unseen.documents for each in one.passages])

    def precision(content: bytes) -> float:
        classifier = read_classifier(content, "x")
        scores = np.concatenate([classifier.scores(passages(one)) for one in unseen.documents])
        return average_precision(truth, scores[:, list(classifier.card.labels).index(AUDIT)])

    assert precision(learned_with_reader()) > precision(learned())


def test_the_card_names_the_reader_and_the_file_which_reading_is_whose() -> None:
    content = learned_with_reader()
    card = read_classifier(content, "x").card
    assert card.reader == READER
    assert [READS[place] for place in arrays_of(content)["readings"]] == list(card.labels)
    assert LAW in card.labels
    assert header_of(content)["features"] == list(features(read=True))
    assert read_classifier(rethreshold(content, 0.7, ()), "x").card.reader == READER


def test_without_readings_it_labels_all_the_same() -> None:
    classifier = read_classifier(learned_with_reader(), "x")
    document = corpus(1, seed=7).documents[0]
    found = classifier.scores(passages(document))
    assert found.shape == (len(document.passages), len(classifier.card.labels))
    assert not np.isnan(found).any()


def test_equal_readings_give_equal_bytes() -> None:
    again = trained(read(corpus()), reads=Reads(READER, READS))
    assert again == learned_with_reader()
    assert trained(read(corpus(), seed=2), reads=Reads(READER, READS)) != again


def test_a_reader_of_other_labels_gives_nothing_to_learn() -> None:
    data = read(corpus())
    classifier = read_classifier(trained(data, reads=Reads(READER, ("A", "B", "C"))), "x")
    plain = read_classifier(learned(), "x")
    document = replace(data.documents[0])
    np.testing.assert_array_equal(classifier.scores(passages(document)), plain.scores(passages(document)))


@pytest.mark.parametrize("readings", [np.zeros(7, np.int32), None])
def test_a_file_without_fitting_places_of_readings_is_refused(readings: np.ndarray | None) -> None:
    arrays = arrays_of(learned_with_reader())
    del arrays["readings"]
    content = packed(arrays if readings is None else arrays | {"readings": readings})
    with pytest.raises(ClassifierError, match="cannot be used"):
        read_classifier(content, "x")


def test_a_file_of_the_first_version_of_the_format_is_still_read() -> None:
    old = {name: value for name, value in header_of(learned())["card"].items() if name != "reader"}
    content = with_header(learned(), version=1, card=old | {"encoder": ""})
    classifier = read_classifier(content, "x")
    document = corpus(1, seed=7).documents[0]
    expected = read_classifier(learned(), "x").scores(passages(document))
    np.testing.assert_array_equal(classifier.scores(passages(document)), expected)
    assert classifier.card.reader == ""
