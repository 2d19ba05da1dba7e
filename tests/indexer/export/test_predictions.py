"""Predictions."""

import pytest

from indexer.export import KINDS, Selection
from indexer.export import predictions as module
from indexer.ids import chunk_key
from indexer.records import schema
from indexer.records.database import writing
from tests.indexer.export.trail import LEASE, LOAN, Trail, at, passage, rows


def test_a_prediction_says_who_said_what_how_surely_and_whether_it_counts(trail: Trail) -> None:
    found = [row for row in rows(trail.engine, "predictions") if row["document"] == LEASE]
    assert found[2] == {
        "chunk": f"{LEASE}-0-c1",
        "document": LEASE,
        "collection": "contracts",
        "ordinal": 0,
        "label": "Cap On Liability",
        "source": "rule",
        "probability": 1.0,
        "standing": "outvoted",
        "model": "rules:1",
        "labelled_by": "model:1 rules:1",
        "document_at": "2026-01-31T09:00:00.000Z",
    }
    assert [(row["label"], row["source"]) for row in found] == [
        ("Audit Rights", "model"), ("Cap On Liability", "model"), ("Cap On Liability", "rule"),
    ]  # fmt: skip


def test_passages_stand_in_the_order_of_their_keys(trail: Trail) -> None:
    order = sorted((LEASE, LOAN), key=lambda document: chunk_key(passage(document, 0)))
    assert [row["document"] for row in rows(trail.engine, "predictions")] == [
        *[order[0]] * 3, *[order[1]] * 3,
    ]  # fmt: skip


@pytest.mark.parametrize("size", [1, 2, 3, 4, 6])
def test_batches_of_any_size_give_the_same_rows(
    trail: Trail, monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    whole = rows(trail.engine, "predictions")
    monkeypatch.setattr(module, "BATCH", size)
    assert rows(trail.engine, "predictions") == whole
    assert len(whole) == 6


def test_only_searchable_documents_of_the_selection_are_there(trail: Trail) -> None:
    def documents(selection: Selection) -> set[object]:
        return {row["document"] for row in rows(trail.engine, "predictions", selection)}

    assert documents(Selection(collection="loans")) == {LOAN}
    assert documents(Selection(since=at(86400))) == {LOAN}
    with writing(trail.engine) as connection:
        connection.execute(
            schema.documents.update().values(status="removed").where(schema.documents.c.id == LOAN)
        )
    assert documents(Selection()) == {LEASE}


def test_the_text_is_there_only_where_it_was_asked_for(trail: Trail) -> None:
    row = rows(trail.engine, "predictions", Selection(with_text=True, collection="loans"))[0]
    assert row["text"] == "Liability of the lender."
    assert list(row) == [column.name for column in KINDS["predictions"].columns]
