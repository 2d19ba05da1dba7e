"""Decisions and datasets."""

from sqlalchemy import insert

from indexer.decisions import Action, Asked, Origin, decide, take_back
from indexer.export import KINDS, Selection
from indexer.ids import chunk_key
from indexer.records import schema
from indexer.records.database import writing
from models.packs import load_pack
from tests.indexer.export.trail import LEASE, Trail, passage, rows

AT = "2026-05-04T09:00:00.000Z"
PACKS = {"contracts": load_pack("contracts"), "loans": load_pack("contracts")}


def say(trail: Trail, act: str, action: Action, label: str, **more: object) -> None:
    key = chunk_key(passage(LEASE, 0))
    asked = Asked(act, action, key, label, "ann", AT, Origin.SAMPLE, **more)  # type: ignore[arg-type]
    with writing(trail.engine) as connection:
        decide(connection, asked, PACKS)


def test_a_line_tells_what_was_said_and_what_had_been_said_before(trail: Trail) -> None:
    say(trail, "one", Action.DISMISS, "Cap On Liability", reason="no limit here", span=(0, 3))
    say(trail, "two", Action.ADD, "Insurance", span=(0, 3))
    with writing(trail.engine) as connection:
        take_back(connection, "one", "ann", AT, PACKS)
    found = rows(trail.engine, "decisions")
    assert [(row["seq"], row["action"], row["applies"], row["taken_back"]) for row in found] == [
        (1, "dismiss", False, True), (2, "add", True, False), (3, "undo", None, True),
    ]  # fmt: skip
    first, second = found[0], found[1]
    assert (first["seen_source"], first["seen_standing"]) == ("model", "speaks")
    assert (second["seen_source"], second["start"], second["end"]) == (None, 0, 3)
    assert {row["origin"] for row in found} == {"sample"}
    assert {row["client"] for row in found} != {"ann"}
    assert len({row["client"] for row in found}) == 1
    assert not {"reason", "text"} & set(first)


def test_what_was_typed_and_what_documents_say_is_left_out_unless_it_is_asked_for(trail: Trail) -> None:
    say(trail, "one", Action.DISMISS, "Cap On Liability", reason="no limit here")
    [row] = rows(trail.engine, "decisions", Selection(with_queries=True, with_text=True))
    assert row["reason"] == "no limit here"
    assert row["text"]
    assert list(row) == [column.name for column in KINDS["decisions"].columns]
    assert rows(trail.engine, "decisions", Selection(collection="loans")) == []
    assert rows(trail.engine, "decisions", Selection(since="2027-01-01T00:00:00.000Z")) == []


def test_a_dataset_is_told_with_each_model_that_learned_from_it(trail: Trail) -> None:
    made = {
        "id": "d" * 64, "pack": "contracts", "digest": "e" * 64, "upto": 7, "documents": 2, "decisions": 5,
        "left_out": 1, "created_at": AT,
    }  # fmt: skip
    version = {
        "version": "classifier:contracts:1", "kind": "classifier", "pack": "contracts", "digest": "f" * 64,
        "origin": "learned", "parent": "classifier:contracts:0", "created_at": AT, "card": "{}",
        "dataset": "d" * 64,
    }  # fmt: skip
    with writing(trail.engine) as connection:
        connection.execute(insert(schema.datasets), [made, {**made, "id": "c" * 64}])
        connection.execute(insert(schema.model_versions), [version])
    found = rows(trail.engine, "datasets")
    assert [(str(row["dataset"])[0], row["version"], row["decisions"]) for row in found] == [
        ("c", None, 5), ("d", "classifier:contracts:1", 5),
    ]  # fmt: skip
