"""A classifier's file: read as it was written, and refused where it cannot be trusted."""

import contextlib
import hashlib
import io
import pickle
import zipfile
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.classifier.card import ClassifierCard
from models.classifier.container import FORMAT, FORMAT_VERSION, check_classifier
from models.classifier.evidence import Evidence
from models.classifier.features import FEATURES
from models.classifier.file import read_classifier, rethreshold, write_classifier
from models.classifier.model import LearnedClassifier
from models.classifier.parts import Parts
from models.errors import ClassifierError
from tests.models.classifier.archive import arrays_of, header_of, packed, text, with_header
from tests.models.classifier.corpus import AUDIT, LAW, corpus, passages, trained

HELD_OUT = [passages(document) for document in corpus(6, seed=99).documents]


def zipped(name: str, inside: bytes) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as archive:
        archive.writestr(name, inside)
    return written.getvalue()


def stored_array(array: np.ndarray) -> bytes:
    written = io.BytesIO()
    np.save(written, array)
    return written.getvalue()


class Harmful:
    """Says so when it is unpickled."""

    def __reduce__(self) -> tuple[Callable[..., object], tuple[str]]:
        return pytest.fail, ("the file's code ran",)


def refused(content: bytes) -> str:
    with pytest.raises(ClassifierError) as caught:
        read_classifier(content, "mine.npz")
    message = str(caught.value)
    assert message.startswith(f"mine.npz (SHA-256 {hashlib.sha256(content).hexdigest()}) cannot be used: ")
    with pytest.raises(ClassifierError):
        rethreshold(content, 0.9, ())
    return message


def test_a_file_gives_the_same_scores_and_labels_each_time_it_is_read(
    content: bytes, classifier: LearnedClassifier
) -> None:
    again = read_classifier(content, "again")
    assert (again.version, again.card) == (classifier.version, classifier.card)
    for seen in HELD_OUT:
        assert again.scores(seen).tolist() == classifier.scores(seen).tolist()
        assert again.label(seen) == classifier.label(seen)


def test_a_file_holds_the_numbers_that_were_trained(monkeypatch: pytest.MonkeyPatch) -> None:
    before = []

    def write(card: ClassifierCard, parts: Parts, evidence: Evidence) -> bytes:
        before.extend(LearnedClassifier("", card, parts).scores(seen).tolist() for seen in HELD_OUT)
        return write_classifier(card, parts, evidence)

    monkeypatch.setattr("models.classifier.train.write_classifier", write)
    read = read_classifier(trained(corpus(24)), "made")
    assert [read.scores(seen).tolist() for seen in HELD_OUT] == before


def test_the_version_is_made_of_pack_and_hash(content: bytes, classifier: LearnedClassifier) -> None:
    assert classifier.version == f"classifier:contracts:{hashlib.sha256(content).hexdigest()[:12]}"


def test_weights_are_kept_in_half_precision_and_nothing_is_pickled(content: bytes) -> None:
    arrays = arrays_of(content)
    assert arrays["sentence.weights"].dtype == np.float16
    assert all(array.dtype != object for array in arrays.values())
    assert header_of(content)["format"] == FORMAT
    assert header_of(content)["version"] == FORMAT_VERSION
    assert tuple(header_of(content)["features"]) == FEATURES
    assert arrays["trees.0"].tobytes().startswith(b"tree\n")


FOREIGN = {
    "empty": b"",
    "text": b"label,text\n",
    "pickle": pickle.dumps(Harmful()),
    "zip of something else": zipped("word/document.xml", b"<w/>"),
    "zip with a header of something else": zipped("header", b"{}"),
    "array alone": stored_array(np.zeros(3)),
    "arrays of something else": packed({"weights": np.zeros(3)}),
    "array of objects": packed({"header": np.array([Harmful()], object)}),
    "header that is no text": packed({"header": np.array([255, 254], np.uint8)}),
    "header that is no object": packed({"header": text("[1, 2]")}),
    "header of something else": packed({"header": text('{"format": "recipes", "version": 1}')}),
}


@pytest.mark.parametrize("name", FOREIGN)
def test_a_foreign_file_is_refused_by_name_and_hash_and_none_of_its_code_runs(name: str) -> None:
    refused(FOREIGN[name])


def test_a_foreign_format_is_named() -> None:
    assert "it is a 'recipes'" in refused(FOREIGN["header of something else"])


def test_a_truncated_file_is_refused(content: bytes) -> None:
    for length in (10, len(content) // 2, len(content) - 1):
        assert "it is damaged" in refused(content[:length])


def test_a_changed_byte_within_is_refused(content: bytes) -> None:
    middle = len(content) // 2
    refused(content[:middle] + bytes([content[middle] ^ 0xFF]) + content[middle + 1 :])


@given(st.data())
def test_whatever_was_damaged_raises_nothing_but_our_own_error(content: bytes, data: st.DataObject) -> None:
    # Names, sizes and sums stand in the last kilobyte and before each member: hit these as often as the rest.
    place = data.draw(st.integers(0, len(content) - 1) | st.integers(len(content) - 1500, len(content) - 1))
    damaged = content[:place] + bytes([data.draw(st.integers(0, 255))]) + content[place + 1 :]
    with contextlib.suppress(ClassifierError):  # a date or a name that nobody reads may change
        read_classifier(damaged, "mine.npz")


def test_a_newer_format_is_refused(content: bytes) -> None:
    message = refused(with_header(content, version=FORMAT_VERSION + 1))
    assert "its format is 5, this version of Clausewatch reads 4" in message


def test_other_features_are_refused(content: bytes) -> None:
    assert "it looks at other features" in refused(with_header(content, features=[*FEATURES, "vector"]))
    assert "it looks at other features" in refused(with_header(content, features=FEATURES[::-1]))


def test_a_card_of_other_labels_or_fields_is_refused(content: bytes) -> None:
    card = header_of(content)["card"]
    fewer = {label: each for label, each in card["labels"].items() if label != AUDIT}
    refused(with_header(content, card=card | {"labels": fewer}))
    refused(with_header(content, card=card | {"labels": {}}))
    refused(with_header(content, card=card | {"labels": [LAW, AUDIT]}))
    refused(with_header(content, card={"pack": "contracts"}))


@pytest.mark.parametrize(
    "name", ["weights.passage", "share", "passage.bias", "sentence.slope", "calibration"]
)
def test_parts_that_do_not_fit_together_are_refused(content: bytes, name: str) -> None:
    arrays = arrays_of(content)
    with pytest.raises(ClassifierError):
        read_classifier(packed(arrays | {name: arrays[name][:-1]}), "mine.npz")
    with pytest.raises(ClassifierError):
        read_classifier(packed({key: each for key, each in arrays.items() if key != name}), "mine.npz")


def test_a_look_at_the_header_gives_the_card_and_refuses_what_is_foreign_or_newer(content: bytes) -> None:
    assert check_classifier(content, "mine.npz") == read_classifier(content, "mine.npz").card
    for wrong in (content[:200], with_header(content, version=FORMAT_VERSION + 1), b"no archive"):
        with pytest.raises(ClassifierError, match=r"mine\.npz"):
            check_classifier(wrong, "mine.npz")


def test_weights_outside_of_the_matrix_are_refused_before_they_are_put_there(content: bytes) -> None:
    arrays = arrays_of(content)
    terms = arrays["passage.terms"].copy()
    terms[-1] = 2**30
    with pytest.raises(ClassifierError, match="no model of Clausewatch"):
        read_classifier(packed(arrays | {"passage.terms": terms}), "mine.npz")


def test_trees_that_are_none_or_of_other_features_are_refused(content: bytes) -> None:
    arrays = arrays_of(content)
    with pytest.raises(ClassifierError, match="trees cannot be read"):
        read_classifier(packed(arrays | {"trees.0": text("nonsense")}), "mine.npz")
    last, beyond = (b"max_feature_idx=%d" % each for each in (len(FEATURES) - 1, len(FEATURES)))
    fewer = arrays["trees.0"].tobytes().replace(last, beyond)
    with pytest.raises(ClassifierError, match="trees"):
        read_classifier(packed(arrays | {"trees.0": np.frombuffer(fewer, np.uint8)}), "mine.npz")


def test_evidence_of_a_label_that_there_is_not_is_refused(content: bytes) -> None:
    arrays = arrays_of(content)
    refused(packed(arrays | {"evidence.label": arrays["evidence.label"] + np.uint16(2)}))
    refused(packed(arrays | {"evidence.truth": arrays["evidence.truth"][1:]}))


def test_choosing_thresholds_anew_changes_nothing_else(content: bytes, classifier: LearnedClassifier) -> None:
    made = rethreshold(content, 0.9, ())
    other = read_classifier(made, "made")
    assert other.version != classifier.version
    before, after = arrays_of(content), arrays_of(made)
    assert before.keys() == after.keys()
    assert all(np.array_equal(before[name], after[name]) for name in before if name != "header")
    assert all(other.scores(seen).tolist() == classifier.scores(seen).tolist() for seen in HELD_OUT)
    assert other.card.precision == 0.9
    old, new = classifier.card.labels[AUDIT], other.card.labels[AUDIT]
    assert new.high > old.high
    assert new.said < old.said
    kept = ("examples", "documents", "average_precision")
    assert [getattr(new, name) for name in kept] == [getattr(old, name) for name in kept]
    assert other.card.figures == classifier.card.figures


def test_the_same_precision_gives_the_same_file(content: bytes) -> None:
    assert rethreshold(content, 0.8, ()) == content
    assert rethreshold(rethreshold(content, 0.95, ()), 0.8, ()) == content


def test_thresholds_of_one_label_leave_the_others_and_the_cards_precision(
    content: bytes, classifier: LearnedClassifier
) -> None:
    other = read_classifier(rethreshold(content, 0.9, [AUDIT]), "made")
    assert other.card.labels[AUDIT].high > classifier.card.labels[AUDIT].high
    assert other.card.labels[LAW] == classifier.card.labels[LAW]
    assert other.card.precision == 0.8


def test_thresholds_of_an_unknown_label_are_refused(content: bytes) -> None:
    with pytest.raises(ClassifierError, match="'Weather'; it gives Governing Law, Audit Rights"):
        rethreshold(content, 0.9, [AUDIT, "Weather"])
