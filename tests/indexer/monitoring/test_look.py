"""A look at everything: what is counted, compared, written down, and told as an alarm."""

import json
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update

from indexer.blobs import BlobStore
from indexer.monitoring import Measurement, Metric, Reading, Series, ended_alarms, latest
from indexer.monitoring.look import Monitor
from indexer.monitoring.profiles import refresh
from indexer.monitoring.sides import source_of
from indexer.records import schema
from indexer.records.database import writing
from indexer.registry import ProductModels, Registry
from models.packs import load_pack
from tests.indexer.ingest.office import Office, make_office

PACKS = {"contracts": load_pack("contracts")}
LAW = "AGREEMENT {0}\n\n1. Law. This Agreement is governed by the laws of Ohio. It was signed in copy {0}.\n"
MENU = "MENU {0}\n\nSoup 12.50, bread 3.20, fish 25.00, wine 9.75, tea 4.40, cake 7.10, jam 2.{0:02}.\n" * 3
NOW = datetime(2026, 3, 20, 9, tzinfo=UTC)


@pytest.fixture
def office(tmp_path: Path, records_url: str) -> Iterator[Office]:
    made = make_office(tmp_path, url=records_url)
    yield made
    made.engine.dispose()


def monitor(office: Office, ask: object = None) -> Monitor:
    registry = Registry(office.engine, BlobStore(office.home / "blobs"), NoModels())
    return Monitor(office.engine, registry, PACKS, office.encoder, ask)  # type: ignore[arg-type]


class NoModels(ProductModels):
    """A product that ships no classifier."""

    def starters(self, *_: str) -> list[bytes]:
        return []


def quiet(*_: object) -> None:
    """Hears reports and says nothing."""


def old_and_new(office: Office, new: Sequence[str]) -> None:
    """Thirty documents that stood there before, and some of the last days."""
    for number in range(30):
        office.write(f"{number}.txt", LAW.format(100 + number))
    office.run()
    with writing(office.engine) as connection:
        connection.execute(update(schema.documents).values(created_at="2026-01-31T09:00:00.000Z"))
    office.clock.now = NOW - timedelta(days=1)
    for number, text in enumerate(new):
        office.write(f"new/{number}.txt", text)
    office.run()


def found(reading: Reading, metric: Metric, source: str = "", label: str = "") -> Measurement:
    series = Series("contracts", metric, "contracts", source, label)
    return next(each for each in reading.measurements if each.series == series)


def test_documents_are_counted_once_and_again_where_they_changed(office: Office) -> None:
    old_and_new(office, [])
    assert refresh(office.engine, office.encoder.version, quiet) == 30
    assert refresh(office.engine, office.encoder.version, quiet) == 0
    with office.engine.connect() as connection:
        row = connection.execute(select(schema.document_profiles)).first()
        text = connection.scalars(
            select(schema.chunks.c.text).where(schema.chunks.c.document == row.document)  # type: ignore[union-attr]
        ).one()
    assert row is not None
    assert (row.passages, row.characters) == (1, len(text))
    assert row.digits == sum(each.isdigit() for each in text)
    assert json.loads(row.labels) == {"Governing Law": 1}
    assert row.centroid is not None
    with writing(office.engine) as connection:
        one = schema.documents.c.id == row.document
        connection.execute(update(schema.documents).where(one).values(labelled_by="other"))
    assert refresh(office.engine, office.encoder.version, quiet) == 1
    assert refresh(office.engine, "another encoder", quiet) == 30


def test_new_documents_of_another_kind_raise_alarms_that_end_when_they_are_gone(office: Office) -> None:
    old_and_new(office, [MENU.format(number) for number in range(12)])
    reading = monitor(office).look(NOW)
    digits = found(reading, Metric.DIGITS)
    assert (digits.n, digits.before_n) == (12, 30)
    assert digits.value > 3 * (digits.before or 0)
    assert digits.chance == 1 / 2000
    rate = found(reading, Metric.LABEL_RATE, label="Governing Law")
    assert (rate.value, rate.before) == (0.0, 1.0)
    alarms = {alarm.series.metric: alarm for alarm in reading.alarms}
    assert {Metric.LABELS, Metric.DIGITS} <= set(alarms)
    assert "Governing law 0 %, before 100 %" in alarms[Metric.LABELS].cause
    assert "differ in the share of digits: 28 % on average, before 7.2 %" in alarms[Metric.DIGITS].cause
    later = monitor(office).look(NOW + timedelta(days=60))
    assert later.alarms == ()
    with office.engine.connect() as connection:
        assert len(ended_alarms(connection, 50)) == len(reading.alarms)


def test_more_of_the_same_is_no_drift(office: Office) -> None:
    old_and_new(office, [LAW.format(number) for number in range(200, 215)])
    reading = monitor(office).look(NOW)
    assert found(reading, Metric.LABELS).n == 15
    assert reading.alarms == ()


def test_too_few_documents_are_not_compared_and_an_empty_home_is_no_trouble(office: Office) -> None:
    assert monitor(office).look(NOW).measurements == ()
    old_and_new(office, [MENU.format(number) for number in range(9)])
    reading = monitor(office).look(NOW)
    assert not [each for each in reading.measurements if each.distance is not None and each.series.collection]
    assert reading.alarms == ()


def test_nothing_is_due_until_something_changed(office: Office) -> None:
    looks = monitor(office)
    assert looks.due(NOW)
    looks.look(NOW)
    assert not looks.due(NOW)
    assert looks.due(NOW + timedelta(days=1))
    old_and_new(office, [])
    assert looks.due(NOW)


def test_a_golden_query_that_is_no_longer_answered_is_told_until_it_is(office: Office) -> None:
    old_and_new(office, [])
    answer = [frozenset({"Governing Law"})]

    def ask(collection: str, text: str, limit: int) -> list[frozenset[str]]:
        assert (collection, limit) == ("contracts", 10)
        return answer

    text = next(query.text for query in PACKS["contracts"].golden if query.label == "Governing Law")
    first = monitor(office, ask).look(NOW)
    assert found(first, Metric.GOLDEN_QUERY, label=text).value == 1
    assert found(first, Metric.GOLDEN_QUERIES).value == 1.0
    answer.clear()
    for _ in range(2):
        [alarm] = monitor(office, ask).look(NOW).alarms
        assert f"“{text}” in contracts no longer finds" in alarm.cause
    answer.append(frozenset({"Governing Law"}))
    assert monitor(office, ask).look(NOW).alarms == ()


def test_a_look_that_is_stopped_writes_nothing_but_counts(office: Office) -> None:
    old_and_new(office, [])

    def stop(done: int, total: int, detail: str) -> None:
        if "golden" in detail:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        monitor(office).look(NOW, stop)
    with office.engine.connect() as connection:
        assert latest(connection) == Reading("", (), ())


@pytest.mark.parametrize(
    ("uri", "mail", "attached", "source"),
    [
        ("upload/a.txt", False, False, "uploads"),
        ("/data/mail/a.eml", True, False, "e-mails in folder /data/mail"),
        ("/data/mail/a.eml#b.pdf", False, True, "attachments in folder /data/mail"),
        ("/data/x.txt", False, False, "folder /data"),
        ("/database/x.txt", False, False, "files"),
        ("", True, False, "e-mails in files"),
    ],
)
def test_where_a_document_came_from_is_told_by_its_place(
    uri: str, mail: bool, attached: bool, source: str
) -> None:
    assert source_of(uri, ["/data/mail", "/data"], mail=mail, attached=attached) == source
