"""Decisions: taken down once, shown at once, taken back, and carried to what is read anew."""

from dataclasses import replace

import pytest
from sqlalchemy import insert, select, update

from indexer.apply import apply_outbox
from indexer.decisions import Action, Asked, Origin, all_decisions, decide, take_back
from indexer.errors import DecisionError, UnknownDocumentError
from indexer.records import schema
from indexer.records.database import writing
from indexer.records.read import chunk_records
from models.labels import Standing
from models.packs import load_pack
from tests.indexer.ingest.office import NDA, Office

AT = "2026-05-04T09:00:00.000Z"
PACKS = {"contracts": load_pack("contracts")}


def key_of(office: Office, words: str) -> int:
    """The key of the passage of an active document that holds some words."""
    chunks, documents = schema.chunks, schema.documents
    query = select(chunks.c.key).join_from(chunks, documents)
    with office.engine.connect() as connection:
        active = query.where(chunks.c.text.contains(words), documents.c.status == "active")
        return int(connection.scalars(active).one())


def asked(office: Office, action: Action, label: str, words: str = "Delaware", **more: object) -> Asked:
    values = {"act": f"{action}-{label}-{words}"[:40], "by": "ann", "at": AT, "origin": Origin.SEARCH} | more
    return Asked(action=action, key=key_of(office, words), label=label, **values)  # type: ignore[arg-type]


def say(office: Office, action: Action, label: str, words: str = "Delaware", **more: object) -> str:
    wanted = asked(office, action, label, words, **more)
    with writing(office.engine) as connection:
        decide(connection, wanted, PACKS)
    return wanted.act


def by_people(office: Office, words: str = "Delaware") -> set[tuple[str, str]]:
    """Labels of a passage by people, with their standing."""
    with office.engine.connect() as connection:
        rows = connection.execute(
            select(schema.predictions.c.label, schema.predictions.c.standing).where(
                schema.predictions.c.chunk == key_of(office, words), schema.predictions.c.source == "human"
            )
        )
        return {(row.label, row.standing) for row in rows}


def shown(office: Office, words: str = "Delaware") -> set[str]:
    """Labels that a search for a passage shows, after the outbox was applied."""
    apply_outbox(office.engine, office.index, PACKS)
    chunk = office.index.chunks[key_of(office, words)]
    return {label.label for label in chunk.labels if label.standing is Standing.SPEAKS}


def test_a_dismissed_label_is_gone_from_the_passage_and_from_the_index(office: Office) -> None:
    assert shown(office) == {"Governing Law"}
    say(office, Action.DISMISS, "Governing Law")
    assert by_people(office) == {("Governing Law", "denied")}
    assert shown(office) == set()
    key = key_of(office, "Delaware")
    with office.engine.connect() as connection:
        record = chunk_records(connection, [key])[key]
    assert (record.labels, [item.label for item in record.denied]) == ((), ["Governing Law"])


def test_an_added_label_counts_and_what_was_seen_is_kept(office: Office) -> None:
    say(office, Action.ADD, "Audit Rights", reason="a test")
    say(office, Action.CONFIRM, "Governing Law")
    assert shown(office) == {"Audit Rights", "Governing Law"}
    with office.engine.connect() as connection:
        added, confirmed = all_decisions(connection)
    assert (added.seen, added.reason, added.by, added.applies) == (None, "a test", "ann", True)
    assert confirmed.seen is not None
    assert (confirmed.seen.source, confirmed.seen.standing) == ("rule", "speaks")
    assert confirmed.seen.model.startswith("rules:contracts:")


def test_a_correction_is_one_act_and_is_taken_back_as_one(office: Office) -> None:
    act = say(office, Action.CORRECT, "Governing Law", other="Audit Rights")
    assert by_people(office) == {("Governing Law", "denied"), ("Audit Rights", "speaks")}
    with writing(office.engine) as connection:
        take_back(connection, act, "ann", AT, PACKS)
    assert by_people(office) == set()
    assert shown(office) == {"Governing Law"}


def test_the_same_act_twice_counts_once_and_so_does_taking_it_back(office: Office) -> None:
    act = say(office, Action.DISMISS, "Governing Law")
    say(office, Action.DISMISS, "Governing Law")
    for _ in range(2):
        with writing(office.engine) as connection:
            take_back(connection, act, "ann", AT, PACKS)
    with office.engine.connect() as connection:
        assert [line.action for line in all_decisions(connection)] == [Action.DISMISS, Action.UNDO]


def test_nobody_takes_back_what_somebody_else_said(office: Office) -> None:
    act = say(office, Action.DISMISS, "Governing Law")
    with writing(office.engine) as connection:
        with pytest.raises(DecisionError, match="somebody else"):
            take_back(connection, act, "bob", AT, PACKS)
        with pytest.raises(DecisionError, match="no decision 'nothing'"):
            take_back(connection, "nothing", "ann", AT, PACKS)


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"label": "Nonsense"}, "has no label 'Nonsense'"),
        ({"action": Action.CORRECT, "other": "Nonsense"}, "has no label 'Nonsense'"),
        ({"action": Action.CORRECT, "other": "Governing Law"}, "another label than 'Governing Law'"),
        ({"action": Action.UNDO}, "taken back by its id"),
        ({"span": (5, 100_000)}, "lie outside of the passage"),
        ({"reason": "x" * 1001}, "1001 characters; at most 1000"),
    ],
)
def test_what_cannot_be_meant_is_refused_by_name(
    office: Office, change: dict[str, object], error: str
) -> None:
    wanted = replace(asked(office, Action.CONFIRM, "Governing Law"), **change)  # type: ignore[arg-type]
    with writing(office.engine) as connection, pytest.raises(DecisionError, match=error):
        decide(connection, wanted, PACKS)
    assert by_people(office) == set()


def test_an_unknown_passage_is_refused(office: Office) -> None:
    wanted = replace(asked(office, Action.CONFIRM, "Governing Law"), key=5)
    with writing(office.engine) as connection, pytest.raises(UnknownDocumentError, match="no passage 5"):
        decide(connection, wanted, PACKS)


def test_people_who_disagree_leave_a_question_and_a_senior_decides_it(office: Office) -> None:
    say(office, Action.CONFIRM, "Governing Law", by="ann", act="one-act")
    say(office, Action.DISMISS, "Governing Law", by="bob", act="two-act")
    assert by_people(office) == {("Governing Law", "unsure")}
    with writing(office.engine) as connection:
        senior = {"id": "cid", "name": "Cid", "senior": 1, "since": AT}
        connection.execute(insert(schema.reviewers), [senior])
    say(office, Action.DISMISS, "Governing Law", by="cid", act="three-act")
    assert by_people(office) == {("Governing Law", "denied")}


def test_a_decision_outlives_a_new_extraction_of_the_document(office: Office) -> None:
    say(office, Action.DISMISS, "Governing Law")
    with writing(office.engine) as connection:
        connection.execute(update(schema.documents).values(extractor="x0"))
    office.run()
    assert by_people(office) == {("Governing Law", "denied")}
    assert shown(office) == set()


def test_it_is_carried_to_a_new_version_where_the_passage_reads_alike(office: Office) -> None:
    first = "1. Payment.\n\n" + "The buyer pays the price on the first day of each month. " * 40
    law = (
        "\n\n2. Governing Law.\n\n" + "This Agreement is governed by the laws of Ohio in all respects. " * 40
    )
    law += "It is kept in Zanzibar."
    office.write("long.txt", first + law)
    office.run()
    words = "Zanzibar"
    say(office, Action.DISMISS, "Governing Law", words)
    before = key_of(office, words)
    office.write("long.txt", first.replace("first day", "last day") + law)
    office.run()
    assert key_of(office, words) != before
    assert by_people(office, words) == {("Governing Law", "denied")}


def test_where_it_reads_otherwise_it_is_a_question_until_somebody_answers(office: Office) -> None:
    say(office, Action.DISMISS, "Governing Law")
    office.write("nda.txt", NDA.replace("laws of Delaware", "laws of Delaware and of Ohio"))
    office.run()
    assert by_people(office) == set()
    with office.engine.connect() as connection:
        [row] = connection.execute(select(schema.changed_decisions)).all()
    assert (row.chunk, row.label) == (key_of(office, "Delaware"), "Governing Law")
    assert 0.8 < row.similarity < 1
    say(office, Action.CONFIRM, "Governing Law", act="answered")
    with office.engine.connect() as connection:
        assert connection.execute(select(schema.changed_decisions)).all() == []


def test_a_decision_stays_with_its_document_and_other_documents_with_the_same_words_are_asked_anew(
    office: Office,
) -> None:
    say(office, Action.DISMISS, "Governing Law")
    office.write("other/copy.txt", NDA + "\nSigned in two copies.\n")
    office.run()
    chunks, predictions = schema.chunks, schema.predictions
    with office.engine.connect() as connection:
        rows = connection.execute(
            select(predictions.c.standing)
            .join_from(predictions, chunks)
            .where(predictions.c.source == "human")
        ).all()
    assert [row.standing for row in rows] == ["denied"]
