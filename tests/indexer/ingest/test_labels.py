"""Labels of an ingest: classifier and rules together, given once the readings are known."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sqlalchemy import select

from indexer.ids import text_hash
from indexer.records import schema
from indexer.records.codec import readings_from_bytes
from models.packs import load_pack
from models.rules import RuleLabeller
from tests.classifiers import UNFAMILIAR, OneClassifier, WordClassifier, model_bytes
from tests.fakes import HashingEncoder
from tests.indexer.ingest.office import NDA, Office, make_office

RULES = RuleLabeller(load_pack("contracts")).version
LEASE = (
    "LEASE AGREEMENT\n\n1. Rent. The tenant shall pay 1,000 a month.\n\n2. Insurance. The tenant shall "
    "maintain commercial general liability insurance of at least $1,000,000 per occurrence.\n"
)
LAW = {"Governing Law": {"word": "delaware", "probability": 0.9}}


def labels(office: Office) -> set[tuple[str, str, str]]:
    """Label, source and standing of every prediction."""
    with office.engine.connect() as connection:
        rows = connection.execute(select(schema.predictions))
        return {(row.label, row.source, row.standing) for row in rows}


def documents(office: Office) -> Sequence[Any]:
    with office.engine.connect() as connection:
        return connection.execute(select(schema.documents)).all()


def labelled_by(office: Office) -> dict[str, str]:
    return {row.file_name: row.labelled_by for row in documents(office)}


def with_classifier(office: Office, content: bytes) -> tuple[Office, WordClassifier]:
    classifier = WordClassifier(content)
    return (
        replace(office, ingest=replace(office.ingest, classifiers=OneClassifier(classifier))),
        classifier,
    )


@pytest.fixture
def office(tmp_path: Path, records_url: str) -> Iterator[Office]:
    office = make_office(tmp_path, url=records_url)
    office.write("nda.txt", NDA)
    office.write("lease.txt", LEASE)
    yield office
    office.engine.dispose()


def test_without_a_classifier_the_rules_speak_and_are_named(office: Office) -> None:
    office.run()
    assert labels(office) == {("Governing Law", "rule", "speaks"), ("Insurance", "rule", "speaks")}
    assert labelled_by(office) == {"nda.txt": RULES, "lease.txt": RULES}


def test_the_classifier_outvotes_the_rules_of_the_labels_that_it_covers(office: Office) -> None:
    office, classifier = with_classifier(office, model_bytes(LAW))
    office.run()
    assert labels(office) == {
        ("Governing Law", "model", "speaks"),
        ("Governing Law", "rule", "outvoted"),
        ("Insurance", "rule", "speaks"),
    }
    assert labelled_by(office) == dict.fromkeys(("nda.txt", "lease.txt"), f"{classifier.version} {RULES}")


def test_in_unfamiliar_words_the_rules_speak_but_of_what_the_model_names(office: Office) -> None:
    both = {**LAW, "Insurance": {"word": "insurance", "probability": 0.5}}
    office.write("lease.txt", LEASE.replace("of at least", f"({UNFAMILIAR}) of at least"))
    office.write("strange.txt", NDA.replace("Delaware", f"Dakota ({UNFAMILIAR})"))
    office, _ = with_classifier(office, model_bytes(both))
    office.run()
    assert labels(office) == {
        ("Governing Law", "model", "speaks"),  # of nda.txt
        ("Governing Law", "rule", "outvoted"),
        ("Governing Law", "rule", "speaks"),  # of strange.txt
        ("Insurance", "model", "unsure"),
        ("Insurance", "rule", "outvoted"),
    }
    counts = {row.file_name: row.unfamiliar for row in documents(office)}
    assert counts == {"nda.txt": 0, "lease.txt": 1, "strange.txt": 1}


def test_a_model_label_keeps_its_words_its_sentence_and_its_version(office: Office) -> None:
    office, classifier = with_classifier(office, model_bytes(LAW))
    office.run()
    table = schema.predictions
    with office.engine.connect() as connection:
        row = connection.execute(select(table).where(table.c.source == "model")).one()
        text = connection.scalar(select(schema.chunks.c.text).where(schema.chunks.c.key == row.chunk))
    assert (row.probability, row.model) == (pytest.approx(0.9), classifier.version)
    start = text.index("Delaware")
    assert row.triggers == f"[[{start},{start + 8}]]"
    assert row.sentence.startswith("0,")


def test_an_unsure_label_is_recorded_and_no_claim_in_the_index(office: Office) -> None:
    unsure = {"Governing Law": {"word": "delaware", "probability": 0.5}}
    office, _ = with_classifier(office, model_bytes(unsure))
    office.run()
    assert ("Governing Law", "model", "unsure") in labels(office)
    held = {(label.label, label.standing) for chunk in office.index.chunks.values() for label in chunk.labels}
    assert held == {("Insurance", "speaks"), ("Governing Law", "unsure")}


def test_the_classifier_sees_all_passages_of_a_document_in_order(office: Office) -> None:
    office, classifier = with_classifier(office, model_bytes(LAW))
    office.run(office.folder / "nda.txt")
    table = schema.chunks
    with office.engine.connect() as connection:
        texts = list(connection.scalars(select(table.c.text).order_by(table.c.ordinal)))
    assert [passage.text for passage in classifier.labelled] == texts


def test_readings_that_were_just_made_and_those_that_are_stored_are_given_alike(office: Office) -> None:
    by_reading = {"Insurance": {"word": "", "probability": 0.9, "where": "reading"}}
    office.run(office.folder / "nda.txt")  # its readings are in the records from here on
    office.write("copy.txt", NDA.replace("Delaware", "Maine"))
    office, classifier = with_classifier(office, model_bytes(by_reading, reader="1"))
    office.run()
    table = schema.vectors
    with office.engine.connect() as connection:
        rows = connection.execute(select(table)).all()
    stored = {row.text_hash: np.frombuffer(row.readings, "<f2") for row in rows}
    assert classifier.labelled
    for passage in classifier.labelled:
        assert passage.readings is not None
        assert passage.readings.tolist() == stored[text_hash(passage.text)].tolist()
        [read] = HashingEncoder().read([passage.text])[1]
        np.testing.assert_allclose(passage.readings, read, rtol=1e-3)


def test_a_classifier_that_needs_another_reader_is_not_used(office: Office) -> None:
    office, classifier = with_classifier(office, model_bytes(LAW, reader="2"))
    office.run()
    assert classifier.labelled == []
    assert labels(office) == {("Governing Law", "rule", "speaks"), ("Insurance", "rule", "speaks")}
    assert labelled_by(office) == {"nda.txt": RULES, "lease.txt": RULES}


def test_without_a_reader_nothing_is_stored_beside_the_vectors(office: Office) -> None:
    office = replace(office, ingest=replace(office.ingest, encoder=HashingEncoder(reads=())))
    office.run()
    with office.engine.connect() as connection:
        found = connection.scalars(select(schema.vectors.c.readings)).all()
    assert found
    assert set(found) == {None}


def test_readings_taken_from_the_records_together_keep_their_rows() -> None:
    rows = np.random.default_rng(1).normal(size=(50, 36)).astype("<f2")
    assert (readings_from_bytes([row.tobytes() for row in rows]) == rows).all()
    assert readings_from_bytes([]).shape[0] == 0
