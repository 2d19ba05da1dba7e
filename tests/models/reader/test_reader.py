"""Readers, trained on invented contracts, exported, and run by both backends."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from transformers import BertConfig, BertModel

from models.classifier.dataset import TrainingSet
from models.encoder import bundled, load_encoder
from models.encoder.onnx import OnnxEncoder
from models.errors import EncoderUnavailableError, TrainingError
from models.evaluation.classification import average_precision
from models.protocols import Encoder
from models.reader.file import Reader, text_key, write_reader
from models.reader.network import new_network, trained_network, weights_of
from models.reader.states import States, padded, states_of
from models.reader.train import Request, train_reader
from tests.models.classifier.corpus import AUDIT, CAP, LAW
from tests.models.reader.conftest import DATA

pytestmark = pytest.mark.slow

TEXTS = ["This agreement is governed by the laws of Ohio.", "The walnut shall paint 7 pallets. " * 9, "x"]


@pytest.fixture(scope="module")
def onnx(reader_file: Path, encoder_cache: Path) -> Encoder:
    return load_encoder("", "onnx", encoder_cache, reader=str(reader_file))


@pytest.fixture(scope="module")
def torch(reader_file: Path, encoder_cache: Path) -> Encoder:
    return load_encoder("", "torch", encoder_cache, reader=str(reader_file))


@pytest.fixture(scope="module")
def states(request_for: Request, tmp_path_factory: pytest.TempPathFactory) -> States:
    target = tmp_path_factory.mktemp("states") / "states"
    return states_of(DATA, request_for.folder, 1, target, lambda *_: None)


def test_readers_read_what_they_had_not_seen(reader: Reader) -> None:
    passages = [each for document in DATA.documents for each in document.passages]
    readings = np.array([reader.held.of(each.passage.text) for each in passages])
    truth = np.array([LAW in each.labels for each in passages])
    assert average_precision(truth, readings[:, DATA.labels.index(LAW)]) > 0.9
    assert (len(DATA.documents), len(passages)) == (reader.card.documents, reader.card.passages)
    assert set(reader.held.texts) == {text_key(each.passage.text) for each in passages}


def test_equal_arguments_give_equal_bytes(request_for: Request, monkeypatch: pytest.MonkeyPatch) -> None:
    short = replace(request_for, epochs=1)
    first = train_reader(DATA, short, lambda *_: None)
    # However much torch may keep of what it prepared.
    monkeypatch.setenv("ONEDNN_PRIMITIVE_CACHE_CAPACITY", "1024")
    assert train_reader(DATA, short, lambda *_: None) == first
    assert train_reader(DATA, replace(short, seed=2), lambda *_: None) != first


def test_both_backends_read_nearly_the_same(onnx: Encoder, torch: Encoder, reader: Reader) -> None:
    assert onnx.reads == torch.reads == DATA.labels
    vectors, readings = onnx.read(TEXTS)
    exact, exactly = torch.read(TEXTS)
    assert (vectors * exact).sum(1).min() > 0.98
    assert np.abs(readings - exactly).max() < 0.5
    assert onnx.version.endswith(f"-{reader.version}")
    assert torch.version.endswith(f"-{reader.version}")


def test_the_law_is_read_where_it_is_chosen(onnx: Encoder) -> None:
    law = onnx.read(TEXTS)[1][:, DATA.labels.index(LAW)]
    assert law.argmax() == 0
    assert law[0] > law[1] + 1


def test_a_reader_changes_no_vector(onnx: Encoder, request_for: Request) -> None:
    plain = OnnxEncoder(request_for.folder)
    assert plain.reads == ()
    np.testing.assert_array_equal(onnx.encode(TEXTS), plain.encode(TEXTS))
    vectors, readings = plain.read(TEXTS)
    np.testing.assert_array_equal(vectors, onnx.read(TEXTS)[0])
    assert readings.shape == (3, 0)


@pytest.mark.parametrize("backend", ["onnx", "torch"])
def test_readings_keep_the_order_of_the_texts(backend: str, request: pytest.FixtureRequest) -> None:
    encoder: Encoder = request.getfixturevalue(backend)
    _, readings = encoder.read([*TEXTS, TEXTS[0]])
    assert readings.shape == (4, 3)
    assert readings.dtype == np.float32
    for text, row in zip([*TEXTS, TEXTS[0]], readings, strict=True):
        np.testing.assert_allclose(encoder.read([text])[1][0], row, atol=1e-4)
    vectors, nothing = encoder.read([])
    assert (vectors.shape, nothing.shape) == ((0, 384), (0, 3))


def test_words_that_nobody_marked_are_not_held_against_them(states: States) -> None:
    """Audit rights are never marked in these contracts, the others always."""
    audit, law = DATA.labels.index(AUDIT), DATA.labels.index(LAW)
    carrying, other = np.flatnonzero(states.truth[:, audit]), np.flatnonzero(states.truth[:, law])
    batch = padded(states, np.array([carrying[0], other[0]]))
    assert not batch.looked[0, :, audit].any()
    assert batch.looked[1, :, audit].sum() == states.lengths[other[0]]
    assert 0 < batch.marked[1, :, law].sum() < states.lengths[other[0]]
    assert batch.there.sum() == states.lengths[[carrying[0], other[0]]].sum()
    assert not batch.states[~batch.there].any()


def test_labels_that_people_did_not_look_for_are_not_held_against_them(
    request_for: Request, tmp_path: Path
) -> None:
    one = DATA.documents[0]
    looked = replace(one, passages=tuple(replace(each, judged=frozenset({LAW})) for each in one.passages))
    data = TrainingSet(DATA.labels, (looked,))
    found = states_of(data, request_for.folder, 1, tmp_path / "states", lambda *_: None)
    batch = padded(found, np.arange(2))
    columns = [DATA.labels.index(label) for label in (AUDIT, CAP)]
    assert not batch.judged[:, columns].any()
    assert not batch.looked[..., columns].any()
    assert batch.judged[:, DATA.labels.index(LAW)].all()


def test_contracts_that_say_the_same_cannot_be_trained_on(request_for: Request) -> None:
    alike = TrainingSet(DATA.labels, (DATA.documents[0], replace(DATA.documents[0], name="again")))
    with pytest.raises(TrainingError, match="say nearly the same"):
        train_reader(alike, request_for, lambda *_: None)


def test_without_any_label_there_is_nothing_to_learn(request_for: Request) -> None:
    bare = [
        replace(one, passages=tuple(replace(each, labels=frozenset(), evidence=()) for each in one.passages))
        for one in DATA.documents
    ]
    with pytest.raises(TrainingError, match="no passage carries a label"):
        train_reader(TrainingSet(DATA.labels, tuple(bare)), request_for, lambda *_: None)


def test_a_reader_of_another_encoder_is_refused(reader: Reader, tmp_path: Path) -> None:
    small = BertConfig(hidden_size=32, num_hidden_layers=2, num_attention_heads=2, intermediate_size=64)
    with pytest.raises(EncoderUnavailableError, match=f"the reader {reader.version} does not fit"):
        trained_network(BertModel(small), reader)
    network = new_network(BertModel(small), 1, 2)
    assert weights_of(network)["says.weight"].shape == (2, 32)
    with pytest.raises(EncoderUnavailableError, match="an encoder of BERT's kind"):
        new_network(network, 1, 2)


def test_a_shipped_reader_that_was_changed_is_refused_by_name(
    reader_file: Path, encoder_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bundled, "_READER", reader_file)
    for backend in ("onnx", "torch"):
        with pytest.raises(EncoderUnavailableError, match="damaged or was changed") as caught:
            load_encoder("", backend, encoder_cache)
        assert str(reader_file) in str(caught.value)


def test_a_reader_for_other_weights_is_refused_when_it_is_exported(
    reader: Reader, encoder_cache: Path, tmp_path: Path
) -> None:
    card = replace(reader.card, weights="f" * 16)
    path = tmp_path / "other.safetensors"
    path.write_bytes(write_reader(card, reader.weights, reader.held))
    for backend in ("onnx", "torch"):
        with pytest.raises(EncoderUnavailableError, match="was trained for another encoder"):
            load_encoder("", backend, encoder_cache, reader=str(path))
