"""Labels in the records: what was said is read back as it was written, and split by what counts."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine, insert, select, text

from indexer.records import schema
from indexer.records.database import open_records, writing
from indexer.records.labels import prediction_row
from indexer.records.read import chunk_records
from models.labels import LabelPrediction, LabelSource, Standing, Trigger
from tests.indexer.records.test_read import NOW, TEXT, chunk, document

LAW = Trigger(5, 14, TEXT[5:14])
SURE = LabelPrediction("Cap", 0.91, LabelSource.MODEL, "classifier:contracts:1", (LAW,), sentence=(0, 51))
UNSURE = LabelPrediction(
    "Law", 0.42, LabelSource.MODEL, "classifier:contracts:1", (LAW,), Standing.UNSURE, (5, 51)
)
OUTVOTED = LabelPrediction(
    "Law", 0.8, LabelSource.RULE, "rules:contracts:1", (LAW,), standing=Standing.OUTVOTED
)


@pytest.fixture
def engine(records_url: str) -> Iterator[Engine]:
    engine = open_records(records_url)
    with writing(engine) as connection:
        collection = {"name": "contracts", "pack": "contracts", "created_at": NOW}
        connection.execute(insert(schema.collections), [collection])
        connection.execute(insert(schema.documents), [document("a")])
        connection.execute(insert(schema.chunks), [chunk(7, "a")])
    yield engine
    engine.dispose()


def test_what_counts_what_is_unsure_and_what_is_outvoted_are_read_apart(engine: Engine) -> None:
    with writing(engine) as connection:
        rows = [prediction_row(7, item) for item in (SURE, UNSURE, OUTVOTED)]
        connection.execute(insert(schema.predictions), rows)
    with engine.connect() as connection:
        passage = chunk_records(connection, [7])[7]
    assert passage.labels == (SURE,)
    assert passage.unsure == (UNSURE,)
    assert passage.outvoted == (OUTVOTED,)


def test_rows_of_an_older_version_speak_and_their_documents_were_labelled_by_nobody_knows_whom(
    engine: Engine,
) -> None:
    with writing(engine) as connection:
        connection.execute(
            text(
                "INSERT INTO predictions (chunk, label, source, probability, model, triggers) "
                "VALUES (7, 'Cap', 'rule', 0.8, 'rules:1', '[[5, 14]]')"
            )
        )
    with engine.connect() as connection:
        passage = chunk_records(connection, [7])[7]
        assert connection.scalar(select(schema.documents.c.labelled_by)) == ""
    assert passage.labels == (LabelPrediction("Cap", 0.8, LabelSource.RULE, "rules:1", (LAW,)),)
