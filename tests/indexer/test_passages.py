"""Texts and vectors of passages, as the records hold them."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import Connection, insert

from indexer.ids import text_hash
from indexer.passages import stored_passages
from indexer.records.codec import vector_to_bytes
from indexer.records.schema import vectors
from tests.search_app.library import Contract, Passage, build

ACME = Contract("Acme", (Passage("Liability is capped."), Passage("Rent is due.")))


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[Connection]:
    library = build(tmp_path, (ACME,), {})
    with library.engine.connect() as opened:
        stored = vector_to_bytes(np.array([3.0, 4.0], np.float32))
        row = {"text_hash": text_hash("Rent is due."), "vector": stored}
        opened.execute(insert(vectors), [row | {"encoder": "ours"}])
        yield opened


def test_passages_have_their_text_and_the_vector_of_one_encoder(connection: Connection) -> None:
    first, second = ACME.key(0), ACME.key(1)
    found = stored_passages(connection, [second, first, 99], "ours")
    assert {key: passage.text for key, passage in found.items()} == {
        first: "Liability is capped.",
        second: "Rent is due.",
    }
    assert found[first].vector is None
    assert found[second].vector == pytest.approx([0.6, 0.8], abs=1e-3)
    assert stored_passages(connection, [second], "another")[second].vector is None


def test_nothing_asked_is_nothing_found(connection: Connection) -> None:
    assert stored_passages(connection, [], "ours") == {}
