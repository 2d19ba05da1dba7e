"""What a reviewer is asked next, and what the answers to random checks tell."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine, insert

from indexer.decisions.estimate import Precision, live_precision
from indexer.decisions.queue import SILENCES, Kind, Question, counts, questions
from indexer.records import schema
from indexer.records.database import open_records, writing
from indexer.records.labels import prediction_row
from models.evaluation.proportion import wilson
from models.labels import LabelPrediction, LabelSource, Standing
from tests.indexer.records.test_read import NOW, chunk, document

LABELS = ("Cap", "Law")
MODEL, RULE, HUMAN = LabelSource.MODEL, LabelSource.RULE, LabelSource.HUMAN
SPEAKS, UNSURE, OUTVOTED, DENIED = Standing.SPEAKS, Standing.UNSURE, Standing.OUTVOTED, Standing.DENIED


def said(
    key: int, label: str, probability: float, standing: Standing = SPEAKS, source: LabelSource = MODEL
) -> dict[str, object]:
    return prediction_row(key, LabelPrediction(label, probability, source, "m:1", standing=standing))


def passage(key: int) -> dict[str, object]:
    return chunk(key, "a") | {"text_hash": bytes([key]) * 16}


@pytest.fixture
def engine(records_url: str) -> Iterator[Engine]:
    engine = open_records(records_url)
    rows: dict[str, list[dict[str, object]]] = {
        "collections": [{"name": "contracts", "pack": "contracts", "created_at": NOW}],
        "documents": [document("a"), document("b", status="superseded")],
        "chunks": [passage(key) for key in range(1, 10)] + [chunk(20, "b")],
    }
    with writing(engine) as connection:
        for table, values in rows.items():
            connection.execute(insert(schema.metadata.tables[table]), values)
    yield engine
    engine.dispose()


def put(engine: Engine, *rows: dict[str, object]) -> None:
    with writing(engine) as connection:
        connection.execute(insert(schema.predictions), list(rows))


def ask(
    engine: Engine, limit: int = 20, passed: tuple[tuple[int, str], ...] = ()
) -> list[tuple[int, str, Kind]]:
    """What is asked, without the checks of passages that carry no claim, of which there are always some."""
    with engine.connect() as connection:
        found = questions(connection, "contracts", LABELS, limit, passed)
    return [(each.key, each.label, each.kind) for each in found if each.kind not in SILENCES]


def decision(engine: Engine, key: int, seq: int, origin: str, text: bytes = b"t") -> None:
    """A line of the journal, so that the sample is known to reach a passage."""
    row = {
        "seq": seq, "id": f"i{seq}", "act": f"a{seq}", "action": "confirm", "document": "a",
        "chunk": f"a-{key}-c1", "text_hash": text, "text": "", "section": "", "label": "Cap",
        "applies": 1, "reason": "", "by": "ann",
        "origin": origin, "at": NOW,
    }  # fmt: skip
    with writing(engine) as connection:
        connection.execute(insert(schema.decisions), [row])


def test_kinds_take_turns_and_what_only_people_can_settle_comes_first(engine: Engine) -> None:
    put(
        engine,
        said(1, "Cap", 0.5, UNSURE), said(2, "Cap", 0.4, UNSURE), said(3, "Law", 0.3, UNSURE),
        said(4, "Cap", 0.9), said(5, "Cap", 0.6),
        said(6, "Law", 0.8, OUTVOTED, RULE),
        said(7, "Law", 0.5, UNSURE, HUMAN),
    )  # fmt: skip
    assert ask(engine) == [
        (7, "Law", Kind.DISPUTED),
        (1, "Cap", Kind.UNSURE), (4, "Cap", Kind.SAMPLE), (3, "Law", Kind.UNSURE), (6, "Law", Kind.DISAGREE),
        (5, "Cap", Kind.SAMPLE), (2, "Cap", Kind.UNSURE),
    ]  # fmt: skip
    with engine.connect() as connection:
        assert counts(connection, "contracts", LABELS) == {
            Kind.DISPUTED: 1, Kind.CHANGED: 0, Kind.HOUSE: 0, Kind.UNSURE: 3, Kind.DISAGREE: 1,
        }  # fmt: skip


def test_whose_turn_it_is_depends_on_how_many_the_reviewer_had(engine: Engine) -> None:
    """Each page asks for one question anew, and the kinds take turns all the same."""
    put(
        engine,
        *(said(key, "Cap", 0.5, UNSURE) for key in (1, 2, 3)), *(said(key, "Law", 0.9) for key in (4, 5, 6)),
        said(7, "Law", 0.8, OUTVOTED, RULE),
    )  # fmt: skip
    with engine.connect() as connection:
        kinds = [questions(connection, "contracts", LABELS, 1, turn=turn)[0].kind for turn in range(10)]
    unsure, sample, disagree, weak = Kind.UNSURE, Kind.SAMPLE, Kind.DISAGREE, Kind.WEAK
    assert kinds == [
        unsure, sample, unsure, disagree, Kind.SILENT, sample, unsure, weak, sample, Kind.DOUBTED,
    ]  # fmt: skip


def test_what_was_decided_passed_over_or_is_of_no_label_is_not_asked(engine: Engine) -> None:
    put(
        engine,
        said(1, "Cap", 0.5, UNSURE), said(1, "Cap", 1.0, SPEAKS, HUMAN),
        said(2, "Law", 0.5, UNSURE), said(2, "Law", 0.0, DENIED, HUMAN),
        said(3, "Gone from the pack", 0.5, UNSURE),
        said(4, "Cap", 0.5, UNSURE), said(20, "Cap", 0.5, UNSURE),
    )  # fmt: skip
    assert ask(engine) == [(4, "Cap", Kind.UNSURE)]
    assert ask(engine, passed=((4, "Cap"),)) == []


def test_a_rule_that_the_model_shares_is_no_disagreement(engine: Engine) -> None:
    put(engine, said(1, "Cap", 0.8, OUTVOTED, RULE), said(1, "Cap", 0.5, UNSURE))
    assert ask(engine) == [(1, "Cap", Kind.UNSURE)]


def test_words_that_somebody_judged_elsewhere_are_not_asked_about_again_but_checked_at_random(
    engine: Engine,
) -> None:
    put(engine, said(1, "Cap", 0.5, UNSURE), said(2, "Law", 0.5, UNSURE), said(3, "Cap", 0.9))
    decision(engine, 9, 1, "search", bytes([1]) * 16)
    assert ask(engine) == [(2, "Law", Kind.UNSURE), (3, "Cap", Kind.SAMPLE)]


def test_an_older_wording_is_asked_about(engine: Engine) -> None:
    decision(engine, 1, 1, "search")
    with writing(engine) as connection:
        row = {"chunk": 2, "label": "Cap", "decision": 1, "similarity": 0.9}
        connection.execute(insert(schema.changed_decisions), [row])
    assert ask(engine) == [(2, "Cap", Kind.CHANGED)]


def test_precision_counts_claims_up_to_where_the_sample_was_answered(engine: Engine) -> None:
    put(
        engine,
        said(1, "Cap", 0.9), said(1, "Cap", 1.0, SPEAKS, HUMAN),
        said(2, "Cap", 0.9), said(2, "Cap", 0.0, DENIED, HUMAN),
        said(3, "Law", 0.9), said(3, "Law", 1.0, SPEAKS, HUMAN),
        said(4, "Law", 0.9),
        said(5, "Cap", 0.4, UNSURE), said(5, "Cap", 1.0, SPEAKS, HUMAN),
        said(6, "Law", 0.9), said(6, "Law", 0.0, DENIED, HUMAN),
    )  # fmt: skip
    with engine.connect() as connection:
        assert live_precision(connection, "contracts", LABELS) == {}
    decision(engine, 6, 1, "search")
    with engine.connect() as connection:
        assert live_precision(connection, "contracts", LABELS) == {}
    decision(engine, 4, 2, "sample")
    with engine.connect() as connection:
        found = live_precision(connection, "contracts", LABELS)
    # The claim on 6 was stumbled upon beyond the sample; that on 5 was no claim; that on 4 is open.
    assert found == {
        "": Precision(2, 3, *wilson(2, 3), 1),
        "Cap": Precision(1, 2, *wilson(1, 2), 0),
        "Law": Precision(1, 1, *wilson(1, 1), 1),
    }


def test_what_a_classifier_learned_from_does_not_measure_it(engine: Engine) -> None:
    """Claims that were dismissed are gone once it learned, and those that were confirmed are examples."""
    put(
        engine,
        said(1, "Cap", 0.9), said(1, "Cap", 1.0, SPEAKS, HUMAN),
        said(2, "Cap", 0.9), said(2, "Cap", 1.0, SPEAKS, HUMAN),
        said(3, "Cap", 0.9), said(3, "Cap", 0.0, DENIED, HUMAN),
        said(4, "Cap", 0.9), said(4, "Cap", 1.0, SPEAKS, HUMAN),
    )  # fmt: skip
    decision(engine, 2, 1, "sample")
    with engine.connect() as connection:
        assert live_precision(connection, "contracts", LABELS)[""].judged == 2
        assert live_precision(connection, "contracts", LABELS, learned=1) == {}
    decision(engine, 1, 2, "sample")
    with engine.connect() as connection:
        assert live_precision(connection, "contracts", LABELS, learned=1) == {}
    decision(engine, 4, 3, "sample")
    with engine.connect() as connection:
        found = live_precision(connection, "contracts", LABELS, learned=1)
    assert found[""] == Precision(1, 2, *wilson(1, 2), 0)


def test_a_question_is_a_value(engine: Engine) -> None:
    put(engine, said(1, "Cap", 0.9))
    with engine.connect() as connection:
        assert questions(connection, "contracts", LABELS, 1) == [Question(1, "Cap", Kind.SAMPLE)]
