"""Relabelling: what is stale gets other labels, from the records alone, and nothing else is touched."""

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import delete, event, select, update

from indexer.decisions import Action, Asked, Origin, decide
from indexer.records import schema
from indexer.records.database import writing
from indexer.relabel import Relabel, Relabelled, stale, targets, work
from models.labels import LabelSource, Standing
from models.packs import Pack, load_pack
from models.rules import RuleLabeller
from tests.classifiers import OneClassifier, WordClassifier, model_bytes
from tests.indexer.ingest.office import NDA, Office, make_office
from tests.indexer.ingest.test_labels import LEASE, RULES

LAW = {"Governing Law": {"word": "delaware", "probability": 0.9}}
OTHER = {**LAW, "Insurance": {"word": "insurance", "probability": 0.5}}


class Firm:
    """An office whose classifier may be exchanged."""

    def __init__(self, office: Office) -> None:
        self.models = OneClassifier()
        self.office = replace(office, ingest=replace(office.ingest, classifiers=self.models))
        self.packs: dict[str, Pack] = dict(office.ingest.packs)

    def use(self, content: bytes | None) -> WordClassifier | None:
        self.models.current = WordClassifier(content) if content else None
        return self.models.current

    def relabel(self, *collections: str) -> Relabelled:
        office = self.office
        work_ = Relabel(office.engine, office.index, office.encoder, self.packs, self.models, office.clock)
        return replace(work_.run(collections), seconds=0)

    def said(self) -> set[tuple[str, str, str, float]]:
        """Label, source, standing and probability of every prediction."""
        with self.office.engine.connect() as connection:
            rows = connection.execute(select(schema.predictions))
            return {(row.label, row.source, row.standing, row.probability) for row in rows}

    def indexed(self) -> set[tuple[str, str]]:
        """Label and model of every label in the index."""
        return {
            (label.label, label.model)
            for chunk in self.office.index.chunks.values()
            for label in chunk.labels
        }

    def stale(self) -> int:
        office = self.office
        with office.engine.connect() as connection:
            wanted = targets(connection, self.packs, self.models, office.encoder.version)
            return sum(each.documents for each in stale(connection, wanted).values())


@pytest.fixture
def firm(tmp_path: Path, records_url: str) -> Iterator[Firm]:
    office = make_office(tmp_path, url=records_url)
    office.write("nda.txt", NDA)
    office.write("lease.txt", LEASE)
    office.run()
    yield Firm(office)
    office.engine.dispose()


def test_a_promoted_classifier_makes_every_document_stale_until_it_has_labelled_them(firm: Firm) -> None:
    assert firm.stale() == 0
    classifier = firm.use(model_bytes(LAW))
    assert firm.stale() == 2
    done = firm.relabel()
    assert (done.documents, done.left, firm.stale()) == (2, 0, 0)
    assert firm.said() == {
        ("Governing Law", "model", "speaks", 0.9),
        ("Governing Law", "rule", "outvoted", 0.9),
        ("Insurance", "rule", "speaks", 0.85),
    }
    assert classifier is not None
    assert firm.indexed() == {("Governing Law", classifier.version), ("Insurance", RULES)}


def test_what_is_not_stale_is_not_looked_at(firm: Firm) -> None:
    classifier = firm.use(model_bytes(LAW))
    firm.relabel()
    assert classifier is not None
    classifier.labelled.clear()
    assert firm.relabel() == Relabelled()
    assert classifier.labelled == []


def test_no_file_is_read_and_no_text_encoded(firm: Firm) -> None:
    office = firm.office
    office.encoder.encoded.clear()
    office.extracted.clear()
    shutil.rmtree(office.folder)
    shutil.rmtree(office.home / "blobs")
    firm.use(model_bytes(OTHER, reader="1"))
    assert firm.relabel().documents == 2
    assert (office.encoder.encoded, office.extracted) == ([], [])


def test_relabelling_gives_what_an_ingest_gives(firm: Firm, tmp_path: Path) -> None:
    by_vector = {**OTHER, "Audit Rights": {"word": "", "probability": 0.8, "where": "reading"}}
    before = {"Anti-Assignment": {"word": "rent", "probability": 0.9, "where": "before"}}
    firm.use(model_bytes({**by_vector, **before}, reader="1"))
    firm.relabel()
    relabelled = firm.office.rows("predictions")
    with writing(firm.office.engine) as connection:
        connection.execute(delete(schema.predictions))
        connection.execute(update(schema.documents).values(extractor="older"))
    firm.office.run()
    assert sorted(firm.office.rows("predictions"), key=str) == sorted(relabelled, key=str)


def test_rules_are_asked_again_only_where_they_changed(firm: Firm, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []
    firm.use(model_bytes(LAW))

    label = RuleLabeller.label
    monkeypatch.setattr(
        RuleLabeller, "label", lambda self, passages: asked.append(1) or label(self, passages)
    )
    firm.relabel()
    assert asked == []
    firm.packs["contracts"] = replace(load_pack("contracts"), version="f" * 64)
    assert firm.stale() == 2
    firm.relabel()
    assert len(asked) == 2
    assert ("Insurance", "rules:contracts:ffffffff") in firm.indexed()


def test_a_document_whose_labels_do_not_change_is_not_sent_to_the_index(firm: Firm) -> None:
    firm.use(model_bytes({"Audit Rights": {"word": "nowhere", "probability": 0.9}}))
    firm.office.index.applied.clear()
    done = firm.relabel()
    assert (done.documents, done.changed, done.rebuilt) == (2, 0, False)
    assert firm.office.index.applied == []


def say(firm: Firm, label: str, by: str = "ann") -> None:
    """Has somebody say that the passage with the law of Delaware carries a label."""
    with firm.office.engine.connect() as connection:
        table = schema.chunks
        key = connection.scalar(select(table.c.key).where(table.c.text.contains("Delaware")))
    assert key is not None
    asked = Asked(by, Action.ADD, key, label, by, "2026-05-04T09:00:00.000Z", Origin.DOCUMENT)
    with writing(firm.office.engine) as connection:
        decide(connection, asked, firm.packs)


def test_what_a_person_said_stays_and_counts(firm: Firm) -> None:
    say(firm, "Governing Law")
    firm.use(model_bytes({"Governing Law": {"word": "delaware", "probability": 0.5}}))
    firm.relabel()
    assert ("Governing Law", "human", "speaks", 1.0) in firm.said()
    assert ("Governing Law", "model", "unsure", 0.5) in firm.said()
    assert ("Governing Law", "decision:ann") in firm.indexed()


def test_going_back_to_the_rules_lets_them_speak_again(firm: Firm) -> None:
    before = firm.said()
    firm.use(model_bytes(OTHER))
    firm.relabel()
    firm.use(None)
    firm.relabel()
    assert firm.said() == before


def test_a_few_changed_documents_go_through_the_outbox_and_many_make_a_new_generation(
    firm: Firm, monkeypatch: pytest.MonkeyPatch
) -> None:
    firm.use(model_bytes(LAW))
    generation = firm.office.index.status().generation
    monkeypatch.setattr(work, "REBUILT_SHARE", 1.0)
    assert not firm.relabel().rebuilt
    assert firm.office.index.status().generation == generation
    firm.use(model_bytes(OTHER))
    monkeypatch.setattr(work, "REBUILT_SHARE", 0.1)
    assert firm.relabel().rebuilt
    assert firm.office.index.status().generation != generation
    assert firm.office.index.status().previous == generation


def test_only_the_collections_that_were_named_are_relabelled(firm: Firm) -> None:
    firm.office.write("other/nda.txt", NDA)
    firm.use(None)
    firm.office.run(firm.office.folder / "other", collection="other")
    firm.use(model_bytes(LAW))
    assert firm.relabel("other").documents == 1
    assert firm.stale() == 2


def test_a_document_that_lacks_a_vector_is_left_as_it_is(firm: Firm) -> None:
    before = firm.said()
    with writing(firm.office.engine) as connection:
        connection.execute(delete(schema.vectors))
    firm.use(model_bytes(LAW, reader="1"))
    done = firm.relabel()
    assert (done.documents, done.left, firm.stale()) == (0, 2, 2)
    assert firm.said() == before


def test_a_document_that_was_made_anew_meanwhile_is_left_to_the_next_time(firm: Firm) -> None:
    firm.use(model_bytes(LAW))
    office = firm.office

    def made_anew(connection: object, cursor: object, statement: str, *_: object) -> None:
        if statement.startswith("DELETE FROM predictions"):
            raise AssertionError("nothing was to be written")

    def confirm() -> None:
        with writing(office.engine) as connection:
            connection.execute(update(schema.documents).values(chunker="c9"))

    event.listen(office.engine, "before_cursor_execute", made_anew)
    before = firm.said()
    Relabel(office.engine, office.index, office.encoder, firm.packs, firm.models, office.clock, confirm).run()
    event.remove(office.engine, "before_cursor_execute", made_anew)
    assert firm.said() == before
    assert firm.stale() == 2


def test_labels_that_a_pack_dropped_are_kept_in_the_records_and_not_searched(firm: Firm) -> None:
    pack = load_pack("contracts")
    without = {name: each for name, each in pack.labels.items() if name != "Governing Law"}
    say(firm, "Governing Law")
    firm.packs["contracts"] = replace(pack, labels=without, version="1" * 64)
    firm.use(model_bytes(LAW))
    firm.relabel()
    assert {item for item in firm.said() if item[0] == "Governing Law"} == {
        ("Governing Law", "human", "speaks", 1.0)
    }
    assert {label for label, _ in firm.indexed()} == {"Insurance"}


def renamed_pack() -> Pack:
    """The pack of the contracts with another name for the governing law."""
    pack = load_pack("contracts")
    law = replace(pack.labels["Governing Law"], name="Applicable Law")
    labels = {
        each.name: each
        for name in pack.labels
        for each in [law if name == "Governing Law" else pack.labels[name]]
    }
    return replace(pack, labels=labels, renamed={"Governing Law": "Applicable Law"}, version="2" * 64)


def test_what_was_said_of_a_label_that_was_renamed_is_found_under_its_present_name(firm: Firm) -> None:
    firm.use(model_bytes(LAW))
    firm.relabel()
    say(firm, "Governing Law")
    firm.packs["contracts"] = renamed_pack()
    assert firm.relabel().documents == 2
    said = {item[:3] for item in firm.said() if item[0].endswith("Law")}
    assert said == {
        ("Applicable Law", "human", "speaks"),
        ("Applicable Law", "model", "speaks"),
        ("Applicable Law", "rule", "outvoted"),
    }
    assert ("Applicable Law", "decision:ann") in firm.indexed()


def test_of_two_decisions_that_would_have_one_name_the_present_one_counts(firm: Firm) -> None:
    say(firm, "Governing Law", "ann")
    firm.packs["contracts"] = renamed_pack()
    say(firm, "Applicable Law", "bob")
    firm.relabel()
    assert {item[:2] for item in firm.said() if item[1] == "human"} == {("Applicable Law", "human")}
    assert {by for label, by in firm.indexed() if label == "Applicable Law"} == {"decision:bob"}


def test_the_lock_is_confirmed_before_anything_is_written(firm: Firm) -> None:
    firm.use(model_bytes(LAW))
    before = firm.said()
    office = firm.office

    def lost() -> None:
        raise RuntimeError("lost")

    with pytest.raises(RuntimeError, match="lost"):
        Relabel(
            office.engine, office.index, office.encoder, firm.packs, firm.models, office.clock, lost
        ).run()
    assert firm.said() == before


def test_sources_and_standings_are_words_in_the_records(firm: Firm) -> None:
    firm.use(model_bytes(OTHER))
    firm.relabel()
    found = {(source, standing) for _, source, standing, _ in firm.said()}
    assert found <= {(source.value, standing.value) for source in LabelSource for standing in Standing}
