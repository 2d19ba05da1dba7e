"""Random checks of silence: drawn in a fair order, kept by the text, taken back, and not learned from."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import insert, select, update

from indexer.decisions import all_decisions
from indexer.decisions.estimate import Precision
from indexer.decisions.queue import Kind, questions
from indexer.decisions.recall import live_recall, missed_labels
from indexer.decisions.silence import Check, Looked, Stratum, checked_since, take_back_check, take_down
from indexer.errors import DecisionError, UnknownDocumentError
from indexer.learning.gather import MEASURES, gather
from indexer.records import schema
from indexer.records.database import writing
from indexer.records.labels import prediction_row
from models.labels import LabelPrediction, LabelSource, Standing
from models.packs import load_pack
from tests.indexer.ingest.office import Office, make_office

AT = "2026-05-04T09:00:00.000Z"
PACK = load_pack("contracts")
PACKS = {"contracts": PACK}
QUIET = "MEMO {0}\n\nThe weather in {0} was fine, the table was set, and everybody had a second cup of tea.\n"
LAW = "This Agreement is governed by the laws of Ohio.\n"


@pytest.fixture
def office(tmp_path: Path, records_url: str) -> Iterator[Office]:
    made = make_office(tmp_path, url=records_url)
    for town in ("Bergen", "Lyon", "Porto", "Turin"):
        made.write(f"{town}.txt", QUIET.format(town))
    made.write("law.txt", LAW)
    made.run()
    yield made
    made.engine.dispose()


def drawn(office: Office, kind: Kind = Kind.SILENT) -> list[int]:
    with office.engine.connect() as connection:
        found = questions(connection, "contracts", PACK.labels, 20)
    return [question.key for question in found if question.kind is kind]


def look(office: Office, key: int, *labels: str, act: str = "", by: str = "ann") -> Check:
    looked = Looked(act or f"act-{key}"[:60], key, Stratum.SILENT, labels, by, AT)
    with writing(office.engine) as connection:
        return take_down(connection, looked, PACKS)


def undo(office: Office, act: str, by: str = "ann") -> Check | None:
    with writing(office.engine) as connection:
        return take_back_check(connection, act, by, AT, PACKS)


def doubt(office: Office, key: int) -> None:
    item = LabelPrediction("Insurance", 0.4, LabelSource.MODEL, "m", standing=Standing.UNSURE)
    with writing(office.engine) as connection:
        connection.execute(insert(schema.predictions), [prediction_row(key, item)])


def test_passages_without_a_claim_are_drawn_in_the_order_of_their_keys(office: Office) -> None:
    silent = drawn(office)
    assert len(silent) == 4
    assert silent == sorted(silent)
    doubt(office, silent[1])
    assert drawn(office) == [silent[0], *silent[2:]]
    assert drawn(office, Kind.DOUBTED) == [silent[1]]


def test_nothing_applies_is_one_line_and_no_decision(office: Office) -> None:
    key = drawn(office)[0]
    check = look(office, key)
    assert (check.missed, check.lines, check.by) == (0, (), "ann")
    assert key not in drawn(office)
    with office.engine.connect() as connection:
        assert list(all_decisions(connection)) == []
        assert checked_since(connection, "ann", AT) == 1
        assert checked_since(connection, "bob", AT) == 0


def test_a_label_that_was_missed_shows_at_once_and_is_not_learned_from(office: Office) -> None:
    key = drawn(office)[0]
    check = look(office, key, "Insurance", "Audit Rights", "Insurance")
    assert [line.label for line in check.lines] == ["Insurance", "Audit Rights"]
    assert {(line.action, line.origin) for line in check.lines} == {("add", "silence")}
    with office.engine.connect() as connection:
        labels = select(schema.predictions.c.label).where(schema.predictions.c.chunk == key)
        assert sorted(connection.scalars(labels)) == ["Audit Rights", "Insurance"]
        gathered = gather(connection, PACK, ["contracts"], "")
        assert missed_labels(connection, "contracts", PACK.labels) == {"Audit Rights": 1, "Insurance": 1}
    assert gathered.lessons == ()
    assert gathered.left_out == ((check.act, MEASURES),)


def test_the_same_act_twice_counts_once_and_is_taken_back_as_one(office: Office) -> None:
    key = drawn(office)[0]
    for _ in range(2):
        check = look(office, key, "Insurance", "Audit Rights")
    with pytest.raises(DecisionError, match="somebody else"):
        undo(office, check.act, "bob")
    for _ in range(2):
        taken = undo(office, check.act)
    assert taken is not None
    assert taken.missed is None
    assert key in drawn(office)
    with office.engine.connect() as connection:
        assert len(connection.execute(select(schema.silence_checks)).all()) == 2
        human = schema.predictions.c.source == "human"
        assert connection.execute(select(schema.predictions).where(human)).all() == []
    assert undo(office, "nothing of the kind") is None


@pytest.mark.parametrize(
    ("labels", "error"),
    [(("Nonsense",), "has no label 'Nonsense'"), (tuple(sorted(PACK.labels))[:11], "11 labels are named")],
)
def test_what_cannot_be_meant_is_refused_and_leaves_nothing(
    office: Office, labels: tuple[str, ...], error: str
) -> None:
    key = drawn(office)[0]
    with pytest.raises(DecisionError, match=error):
        look(office, key, *labels)
    assert key in drawn(office)
    with pytest.raises(UnknownDocumentError, match="no passage 5"):
        look(office, 5)


def test_a_check_outlives_a_new_extraction_and_not_another_wording(office: Office) -> None:
    with office.engine.connect() as connection:
        chunks = schema.chunks
        towns = {town: chunks.c.text.contains(town) for town in ("Bergen", "Lyon")}
        keys = {t: connection.scalars(select(chunks.c.key).where(c)).one() for t, c in towns.items()}
    for key in keys.values():
        look(office, key)
    with writing(office.engine) as connection:
        connection.execute(update(schema.documents).values(extractor="x0"))
    office.run()
    assert not set(keys.values()) & set(drawn(office))
    office.write("Lyon.txt", QUIET.format("Lyon").replace("fine", "wet"))
    office.run()
    assert len(drawn(office)) == 3


def test_recall_counts_what_was_drawn_up_to_where_the_checks_are(office: Office) -> None:
    right = {"": Precision(9, 10, 0.5, 1.0)}
    silent = drawn(office)
    with office.engine.connect() as connection:
        assert live_recall(connection, "contracts", PACK.labels, right) is None
    look(office, silent[0])
    look(office, silent[1], "Insurance")
    with office.engine.connect() as connection:
        assert live_recall(connection, "contracts", PACK.labels, {}) is None
        found = live_recall(connection, "contracts", PACK.labels, right)
    # One claim, 0.9 of it right; 4 silent passages, half of the checked ones miss one label.
    assert found is not None
    assert found.value == pytest.approx(0.9 / (0.9 + 4 * 0.5))
    assert (found.checked, found.missed) == (2, 1)
    undo(office, f"act-{silent[1]}"[:60])
    with office.engine.connect() as connection:
        again = live_recall(connection, "contracts", PACK.labels, right)
    assert again is not None
    assert (again.value, again.checked) == (1.0, 1)
