"""A reader's file: what is written is read again, and what is none is refused by name."""

import hashlib
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load, save

from models.errors import EncoderUnavailableError
from models.reader.card import ReaderCard
from models.reader.file import FORMAT_VERSION, Held, held, read_reader, write_reader

CARD = ReaderCard("contracts", ("A", "B"), "tiny", "0" * 16, 1, "d" * 64, "invented", 3, 9, 8, 1)
WEIGHTS = {"says.bias": np.array([0.5, -4], np.float32), "says.weight": np.ones((2, 3), np.float32)}
HELD = held(["one", "two", "one"], np.array([[1, 2], [3, -4], [9, 9]], np.float32))


def written(folder: Path, content: bytes) -> Path:
    path = folder / "mine.safetensors"
    path.write_bytes(content)
    return path


def with_header(**changed: object) -> bytes:
    content = write_reader(CARD, WEIGHTS, HELD)
    length = int.from_bytes(content[:8], "little")
    header = json.loads(json.loads(content[8 : 8 + length])["__metadata__"]["card"])
    return save(load(content), {"card": json.dumps(header | changed)})


def test_what_was_written_is_read_again(tmp_path: Path) -> None:
    content = write_reader(CARD, WEIGHTS, HELD)
    reader = read_reader(written(tmp_path, content))
    assert reader.card == CARD
    assert reader.version == hashlib.sha256(content).hexdigest()[:12]
    assert {name: each.tolist() for name, each in reader.weights.items()} == {
        "says.bias": [0.5, -4],
        "says.weight": [[1, 1, 1]] * 2,
    }
    assert write_reader(CARD, WEIGHTS, HELD) == content


def test_readings_out_of_fold_are_found_by_the_text(tmp_path: Path) -> None:
    found = read_reader(written(tmp_path, write_reader(CARD, WEIGHTS, HELD))).held
    first, second = found.of("one"), found.of("two")
    assert first is not None
    assert first.tolist() == [1, 2]
    assert second is not None
    assert second.tolist() == [3, -4]
    assert found.of("three") is None
    assert held([], np.zeros((0, 2), np.float32)).of("one") is None


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "header"),
        (b"nonsense of some length", "header"),
        (write_reader(CARD, WEIGHTS, HELD)[:-5], "incomplete|buffer"),
        (save({"a": np.zeros(2)}), "__metadata__"),
        (with_header(format="poem"), "it is a 'poem'"),
        (with_header(version=FORMAT_VERSION + 1), "its format is 2, this version of Clausewatch reads 1"),
        (write_reader(replace(CARD, labels=("A",)), WEIGHTS, HELD), "do not fit together"),
        (write_reader(replace(CARD, layers=0), WEIGHTS, HELD), "reads no labels"),
        (write_reader(CARD, WEIGHTS, Held(HELD.texts[:1], HELD.readings)), "do not fit together"),
    ],
)
def test_what_is_no_reader_is_refused_by_name_with_what_to_do(
    tmp_path: Path, content: bytes, why: str
) -> None:
    path = written(tmp_path, content)
    with pytest.raises(EncoderUnavailableError, match=why) as caught:
        read_reader(path)
    assert str(path) in str(caught.value)
    assert "CLAUSEWATCH_READER=none" in str(caught.value)


def test_a_file_that_is_gone_is_named(tmp_path: Path) -> None:
    with pytest.raises(EncoderUnavailableError, match=r"gone\.safetensors"):
        read_reader(tmp_path / "gone.safetensors")
