"""A ranker's file: read back as written, and refused where it is not what it says."""

import hashlib
import json
import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from models.errors import RankerError
from models.ranker import file
from models.ranker.card import RankerCard
from models.ranker.features import FEATURES
from models.ranker.file import read_ranker, write_ranker
from models.ranker.shipped import shipped_ranker

CARD = RankerCard("f" * 64, "Ours", ("0a", "0b"), 20, 0, {"encoder": "words:1"}, {"ndcg@5": 0.5})
WEIGHTS = np.arange(1.0 * len(FEATURES)) / 4


@pytest.fixture
def content() -> bytes:
    return write_ranker(CARD, WEIGHTS)


def changed(content: bytes, change: Callable[[dict[str, Any]], None]) -> bytes:
    """Returns a file that somebody else wrote: changed, with the digest that fits."""
    body = json.loads(content)
    del body["digest"]
    change(body)
    return file._canonical(body | {"digest": file._digest(body)})


def refused(content: bytes) -> str:
    with pytest.raises(RankerError) as caught:
        read_ranker(content, "ours.json")
    assert str(caught.value).startswith(
        f"ours.json (SHA-256 {hashlib.sha256(content).hexdigest()}) cannot be used: "
    )
    return str(caught.value)


def test_what_is_written_is_read_back(content: bytes) -> None:
    ranker = read_ranker(content, "x")
    assert ranker.card == CARD
    assert ranker.weights.tolist() == WEIGHTS.tolist()
    assert ranker.version == f"ranker:{hashlib.sha256(content).hexdigest()[:12]}"
    assert write_ranker(ranker.card, ranker.weights) == content


def test_the_file_is_canonical_json_in_ascii(content: bytes) -> None:
    body = json.loads(content)
    assert content == (json.dumps(body, sort_keys=True, indent=1) + "\n").encode("ascii")
    assert (body["format"], body["version"]) == ("clausewatch-ranker", 1)
    assert body["weights"][FEATURES[1].name] == 0.25


def test_every_byte_counts(content: bytes) -> None:
    for place in range(0, len(content), 7):
        damaged = bytearray(content)
        damaged[place] ^= 1
        refused(bytes(damaged))
    for end in (0, 1, len(content) // 2, len(content) - 1):
        refused(content[:end])
    refused(content + b"\n")


@pytest.mark.parametrize(
    "foreign", [b"PK\x03\x04", b"[]", b"{}", b'{"format": "other"}', b"null", "{“}".encode(), b"[" * 100_000]
)
def test_a_foreign_file_is_refused(foreign: bytes) -> None:
    assert "it is no ranker" in refused(foreign)


def test_a_newer_format_is_refused_with_both_numbers(content: bytes) -> None:
    newer = changed(content, lambda body: body.update(version=2))
    assert "its format is 2, this version of Clausewatch reads 1" in refused(newer)


def test_a_file_that_is_too_large_is_not_parsed() -> None:
    assert "more than 1048576 bytes" in refused(b" " * (1 << 20) + b"{}")


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda body: body["weights"].pop(FEATURES[0].name), "other features"),
        (lambda body: body["weights"].update(unheard_of=[0, 0]), "other features"),
        (lambda body: body["weights"].update({FEATURES[0].name: [1, 2]}), "it is no ranker"),
        (lambda body: body["weights"].update({FEATURES[0].name: "a"}), "it is no ranker"),
        (lambda body: body["card"].update(queries=[]), "names no queries"),
        (lambda body: body["card"].update(surplus=1), "it is no ranker"),
        (lambda body: body.pop("card"), "it is no ranker"),
        (lambda body: body["card"].update(figures={"ndcg@5": "high"}), "it is no ranker"),
        (lambda body: body.update(weights=[1]), "it is no ranker|other features"),
    ],
)
def test_a_file_whose_parts_do_not_fit_is_refused(
    content: bytes, change: Callable[[dict[str, Any]], None], reason: str
) -> None:
    assert re.search(reason, refused(changed(content, change)))


def test_numbers_that_are_none_are_refused(content: bytes) -> None:
    assert "it is no ranker" in refused(content.replace(b"0.25", b"NaN", 1))


def test_the_shipped_ranker_was_better_than_the_fusion_on_queries_it_had_not_seen() -> None:
    ranker = shipped_ranker()
    assert ranker is not None
    figures = ranker.card.figures
    assert figures["ndcg@5"] > figures["fusion_ndcg@5"]
    assert figures["ndcg@10"] > figures["fusion_ndcg@10"]
