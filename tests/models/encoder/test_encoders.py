"""What both encoders promise, with values compared to sentence-transformers itself."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from models.encoder import load_encoder
from models.encoder.conversion import read_sample
from models.encoder.onnx import OnnxEncoder
from models.protocols import Encoder

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def original(cache: Path) -> Encoder:
    return load_encoder("", "torch", cache)


@pytest.fixture(params=["onnx", "torch"])
def either(request: pytest.FixtureRequest, encoder: OnnxEncoder, original: Encoder) -> Encoder:
    return encoder if request.param == "onnx" else original


def test_vectors_are_close_to_those_of_the_original(encoder: OnnxEncoder, original: Encoder) -> None:
    sample = read_sample()
    cosines = (encoder.encode(sample) * original.encode(sample)).sum(axis=1)
    assert cosines.min() >= 0.98
    assert cosines.mean() >= 0.99
    assert encoder.version != original.version


def test_rows_have_unit_length_and_keep_the_order_of_the_texts(either: Encoder) -> None:
    texts = ["limitation of liability", "x", "A long clause about rent. " * 20, "x"]
    vectors = either.encode(texts)
    assert vectors.shape == (4, either.dimension) == (4, 384)
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-5)
    for text, vector in zip(texts, vectors, strict=True):
        assert float(vector @ either.encode([text])[0]) > 0.9999


def test_no_texts_give_no_rows(either: Encoder) -> None:
    assert either.encode([]).shape == (0, 384)


def test_a_text_beyond_the_window_is_cut_and_an_empty_one_has_a_vector(either: Encoder) -> None:
    vectors = either.encode(["rent " * 254, "rent " * 20_000, ""])
    assert float(vectors[0] @ vectors[1]) > 0.9999
    assert np.isfinite(vectors[2]).all()
    assert either.count_tokens("rent " * 20_000) == 20_002
    assert either.max_tokens == 256


def test_a_vector_depends_on_its_text_alone_to_the_last_bit(encoder: OnnxEncoder) -> None:
    sample = read_sample()
    together = encoder.encode(sample)
    reversed_order = encoder.encode(sample[::-1])[::-1]
    alone = np.stack([encoder.encode([text])[0] for text in sample])
    assert np.array_equal(together, alone)
    assert np.array_equal(together, reversed_order)


def test_eight_threads_get_what_one_gets(encoder: OnnxEncoder) -> None:
    sample = read_sample()[:24]
    expected = encoder.encode(sample)
    with ThreadPoolExecutor(8) as pool:
        single = list(pool.map(lambda text: encoder.encode([text])[0], sample))
        whole = list(pool.map(lambda _: encoder.encode(sample), range(3)))
    assert np.array_equal(np.stack(single), expected)
    assert all(np.array_equal(vectors, expected) for vectors in whole)


def test_more_texts_than_one_slice_keep_their_order(encoder: OnnxEncoder) -> None:
    texts = [f"item {number}" for number in range(1100)]
    vectors = encoder.encode(texts)
    for number in (0, 1023, 1024, 1099):
        assert np.array_equal(vectors[number], encoder.encode([f"item {number}"])[0])


def test_what_means_the_same_is_near(encoder: OnnxEncoder) -> None:
    question, answer, other = encoder.encode(
        ["who owns inventions", "All inventions are the property of the Company.", "Rent is due monthly."]
    )
    assert float(question @ answer) > float(question @ other) + 0.3
