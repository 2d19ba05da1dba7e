"""What people decided becomes a training set, and a dataset that never changes."""

import json
from dataclasses import replace

import pytest
from sqlalchemy import update

from indexer.decisions import Action, Asked, Origin, decide, take_back
from indexer.errors import ModelRegistryError
from indexer.learning import read_content, read_datasets
from indexer.learning.gather import DISPUTED, NO_LABEL, Gathered, gather
from indexer.learning.snapshot import content, keep
from indexer.records import schema
from indexer.records.database import writing
from models.packs import load_pack
from tests.indexer.decisions.test_decide import AT, PACKS, key_of
from tests.indexer.ingest.office import Office

PACK = load_pack("contracts")


def say(
    office: Office, action: Action, label: str, words: str, by: str = "ann", origin: Origin = Origin.REVIEW
) -> str:
    act = f"{by}-{action.value}-{label}-{words}"[:48]
    asked = Asked(act, action, key_of(office, words), label, by, AT, origin)
    with writing(office.engine) as connection:
        decide(connection, asked, PACKS)
    return act


def gathered(office: Office, pack: object = PACK) -> Gathered:
    with office.engine.connect() as connection:
        return gather(connection, pack, ["contracts"], "")  # type: ignore[arg-type]


def judged(found: Gathered) -> list[tuple[str, list[str], list[str]]]:
    """Of each judged passage its document's file, the labels that apply and those that were judged."""
    return [
        (passage.passage.text[:14], sorted(passage.labels), sorted(passage.judged or ()))
        for document in found.data.documents
        for passage in document.passages
        if passage.judged
    ]


def test_whole_documents_are_taken_and_judged_only_where_people_spoke(office: Office) -> None:
    say(office, Action.DISMISS, "Governing Law", "Delaware")
    say(office, Action.CONFIRM, "Insurance", "maintain insurance", origin=Origin.SAMPLE)
    found = gathered(office)
    assert sorted(judged(found)) == [
        ("2. Governing L", [], ["Governing Law"]),
        ("2. Insurance. ", ["Insurance"], ["Insurance"]),
    ]
    assert all(len(document.passages) >= 2 for document in found.data.documents)
    assert {(each.label, each.applies, each.by, each.sampled) for each in found.lessons} == {
        ("Governing Law", False, "ann", False), ("Insurance", True, "ann", True),
    }  # fmt: skip
    assert (found.left_out, found.upto) == ((), 2)


def test_what_was_taken_back_disputed_or_of_no_label_is_left_out(office: Office) -> None:
    gone = say(office, Action.ADD, "Audit Rights", "maintain insurance")
    with writing(office.engine) as connection:
        take_back(connection, gone, "ann", AT, PACKS)
    say(office, Action.CONFIRM, "Governing Law", "Delaware")
    disputed = say(office, Action.DISMISS, "Governing Law", "Delaware", by="bob")
    dropped = say(office, Action.CONFIRM, "Insurance", "maintain insurance")
    without = replace(PACK, labels={name: each for name, each in PACK.labels.items() if name != "Insurance"})
    found = gathered(office, without)
    assert found.lessons == ()
    assert sorted(found.left_out) == sorted([(disputed, DISPUTED), (dropped, NO_LABEL)])


def test_a_text_that_no_passage_has_any_more_is_still_learned_from(office: Office) -> None:
    say(office, Action.DISMISS, "Governing Law", "Delaware")
    key = key_of(office, "Delaware")
    with writing(office.engine) as connection:
        own = schema.chunks.c.key == key
        connection.execute(update(schema.chunks).where(own).values(text="other", text_hash=b"o" * 16))
    found = gathered(office)
    assert judged(found) == [("2. Governing L", [], ["Governing Law"])]
    [document] = found.data.documents
    assert "/" in document.name


def test_equal_decisions_give_equal_datasets_and_each_says_what_is_in_it(office: Office) -> None:
    act = say(office, Action.DISMISS, "Governing Law", "Delaware")
    found = gathered(office)
    assert content("contracts", found) == content("contracts", gathered(office))
    with writing(office.engine) as connection:
        made = keep(connection, office.blobs, "contracts", found, AT)
        assert keep(connection, office.blobs, "contracts", found, "2027-01-01T00:00:00.000Z").id == made.id
    with office.engine.connect() as connection:
        assert read_datasets(connection) == [made]
    assert (made.documents, made.decisions, made.left_out, made.upto) == (1, 1, 0, 1)
    whole = read_content(office.blobs, made)
    said = [each["said"] for document in whole["documents"] for each in document["passages"] if each["said"]]
    assert said == [[["Governing Law", False, act, 1, "ann", False]]]
    assert json.dumps(whole["labels"]) == json.dumps(list(PACK.labels))


def test_a_damaged_dataset_is_refused_by_its_id(office: Office) -> None:
    say(office, Action.DISMISS, "Governing Law", "Delaware")
    with writing(office.engine) as connection:
        made = keep(connection, office.blobs, "contracts", gathered(office), AT)
    office.blobs.path(made.digest).write_bytes(b"damaged")
    with pytest.raises(ModelRegistryError, match=f"The dataset {made.id[:12]}… cannot be read"):
        read_content(office.blobs, made)


def test_an_ingest_keeps_the_files_of_datasets(office: Office) -> None:
    say(office, Action.DISMISS, "Governing Law", "Delaware")
    with writing(office.engine) as connection:
        made = keep(connection, office.blobs, "contracts", gathered(office), AT)
    office.write("same.bin", office.blobs.path(made.digest).read_bytes())
    office.run()
    assert office.blobs.has(made.digest)
