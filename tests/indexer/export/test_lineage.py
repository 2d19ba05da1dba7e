"""Lineage: each edge once, in a stable order, goes on where it was cut short, names nobody."""

import json
from pathlib import Path

import pytest
from sqlalchemy import insert

from indexer.blobs import BlobStore
from indexer.decisions import Action, take_back
from indexer.errors import ExportError, ModelRegistryError
from indexer.export import KINDS, Request, Selection, lineage, stream
from indexer.export.columns import Snapshot, Source
from indexer.export.formats import NDJSON
from indexer.learning.gather import Gathered, Lesson
from indexer.learning.snapshot import Dataset, keep
from indexer.records import schema
from indexer.records.database import writing
from models.classifier.dataset import TrainingDocument, TrainingPassage, TrainingSet
from models.labels import Passage
from tests.indexer.export.test_decisions import AT, PACKS, say
from tests.indexer.export.trail import LEASE, LOAN, NAMES, Trail, passage

CAP = "Cap On Liability"
Edge = tuple[object, ...]


@pytest.fixture
def blobs(tmp_path: Path) -> BlobStore:
    return BlobStore(tmp_path / "blobs")


@pytest.fixture
def learned(trail: Trail, blobs: BlobStore) -> Dataset:
    """Ann dismissed a cap, bob's word was taken back, a model learned and was promoted."""
    say(trail, "one", Action.DISMISS, CAP, reason="no limit here")
    say(trail, "two", Action.ADD, "Insurance")
    with writing(trail.engine) as connection:
        take_back(connection, "two", "ann", AT, PACKS)
        judged = TrainingPassage(Passage("The liability is capped.", ""), frozenset(), (), frozenset({CAP}))
        data = TrainingSet((CAP,), (TrainingDocument(LEASE, (judged,)),))
        lessons = (Lesson(0, 0, CAP, False, "one", 1, "ann", False),)
        made = keep(connection, blobs, "contracts", Gathered(data, lessons, (("two", "gone"),), 3), AT)
        version = {
            "kind": "classifier",
            "pack": "contracts",
            "digest": "f" * 64,
            "created_at": AT,
            "card": "{}",
        }
        first = {"version": "model:1", "origin": "starter", "parent": None, "dataset": None}
        second = {"version": "model:2", "origin": "learned", "parent": "model:1", "dataset": made.id}
        connection.execute(insert(schema.model_versions), [version | first, version | second])
        line = {"pack": "contracts", "action": "promote", "at": AT, "by": "ann"}
        connection.execute(
            insert(schema.model_journal),
            [
                line | {"version": "model:1", "previous": None, "reason": ""},
                line | {"version": "model:2", "previous": "model:1", "reason": "fewer false alarms"},
            ],
        )
    return made


def rows(trail: Trail, blobs: BlobStore, selection: Selection | None = None) -> list[dict[str, object]]:
    request = Request(KINDS["lineage"], NDJSON, selection or Selection())
    content = b"".join(stream(request, trail.engine, NAMES, blobs)[1])
    return [json.loads(line) for line in content.splitlines()]


def test_a_label_leads_to_its_model_its_dataset_the_decisions_in_it_people_and_documents(
    trail: Trail, blobs: BlobStore, learned: Dataset
) -> None:
    found = rows(trail, blobs)
    ann, chunk = NAMES.client("ann"), passage(LEASE, 0)
    claims = [each for each in found if each["edge"] == "labelled_by" and each["from"] == chunk]
    assert [(each["label"], each["to_kind"], each["to"], each["applies"]) for each in claims] == [
        ("Audit Rights", "model", "model:1", None),
        (CAP, "decision", "one", False),
        (CAP, "model", "model:1", True),
        (CAP, "rules", "rules:1", None),
    ]
    assert {each["document"] for each in claims} == {LEASE}
    rest: list[Edge] = [tuple(list(each.values())[:8]) for each in found if each["edge"] != "labelled_by"]
    assert rest == [
        ("learned_from", "model", "model:2", "dataset", learned.id, None, None, None),
        ("made_from", "model", "model:2", "model", "model:1", None, None, None),
        ("replaced", "model", "model:2", "model", "model:1", None, None, None),
        ("holds", "dataset", learned.id, "decision", "one", CAP, False, LEASE),
        ("left_out", "dataset", learned.id, "decision", "two", None, None, None),
        ("about", "decision", "one", "passage", chunk, CAP, False, LEASE),
        ("decided_by", "decision", "one", "person", ann, CAP, False, LEASE),
        ("judged", "decision", "one", "model", "model:1", CAP, False, LEASE),
        ("about", "decision", "two", "passage", chunk, "Insurance", True, LEASE),
        ("decided_by", "decision", "two", "person", ann, "Insurance", True, LEASE),
        ("taken_back_by", "decision", "two", "person", ann, "Insurance", None, LEASE),
    ]
    assert "reason" not in found[0]


def test_reasons_are_told_where_they_are_asked_for(trail: Trail, blobs: BlobStore, learned: Dataset) -> None:
    reasons = {row["reason"] for row in rows(trail, blobs, Selection(with_queries=True))}
    assert reasons == {None, "fewer false alarms", "gone", "no limit here"}


def test_what_is_behind_any_row_is_the_rest(
    trail: Trail, blobs: BlobStore, learned: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lineage, "BATCH", 2)
    source = Source(trail.engine, NAMES, Selection(), Snapshot(0, 0), tmp_path, blobs)
    every = list(KINDS["lineage"].rows(source, ()))
    assert len(every) == 4 + 3 + 11
    for place, (position, _) in enumerate(every, 1):
        assert list(KINDS["lineage"].rows(source, position)) == every[place:]


def test_a_collection_and_a_date_leave_what_belongs_to_them(
    trail: Trail, blobs: BlobStore, learned: Dataset
) -> None:
    loans = rows(trail, blobs, Selection(collection="loans"))
    assert {each["document"] for each in loans if each["edge"] == "labelled_by"} == {LOAN}
    assert {each["edge"] for each in loans} == {
        "labelled_by", "learned_from", "made_from", "replaced", "holds", "left_out",
    }  # fmt: skip
    assert rows(trail, blobs, Selection(since="2027-01-01T00:00:00.000Z")) == []


def test_a_dataset_that_cannot_be_read_is_named(trail: Trail, blobs: BlobStore, learned: Dataset) -> None:
    blobs.path(learned.digest).write_bytes(b"damaged")
    with pytest.raises(ModelRegistryError, match=f"The dataset {learned.id[:12]}… cannot be read"):
        rows(trail, blobs)
    with pytest.raises(ExportError, match="with the stored files at hand"):
        b"".join(stream(Request(KINDS["lineage"], NDJSON), trail.engine, NAMES)[1])
