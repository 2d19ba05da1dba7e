"""Passages that need a person's eye: spread over labels, counted, and only those still open."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine, insert

from indexer.records import schema
from indexer.records.database import open_records, writing
from indexer.records.labels import prediction_row
from indexer.records.review import unsure_counts, unsure_total
from models.labels import LabelPrediction, LabelSource, Standing
from tests.indexer.records.test_read import NOW, chunk, document

LABELS = ("Cap", "Law", "Audit")


def unsure(
    key: int, label: str, probability: float, source: LabelSource = LabelSource.MODEL
) -> dict[str, object]:
    standing = Standing.SPEAKS if source is LabelSource.HUMAN else Standing.UNSURE
    return prediction_row(key, LabelPrediction(label, probability, source, "m:1", standing=standing))


@pytest.fixture
def engine(records_url: str) -> Iterator[Engine]:
    engine = open_records(records_url)
    rows: dict[str, list[dict[str, object]]] = {
        "collections": [
            {"name": name, "pack": "contracts", "created_at": NOW} for name in ("contracts", "other")
        ],
        "documents": [
            document("a"), document("b", status="superseded"), document("c", collection="other"),
        ],
        "chunks": [*(chunk(key, "a") for key in range(1, 8)), chunk(20, "b"), chunk(30, "c")],
        "predictions": [
            *(unsure(key, "Cap", 0.3 + key / 100) for key in range(1, 6)),
            unsure(6, "Law", 0.4), unsure(1, "Law", 0.6),
            unsure(7, "Gone from the pack", 0.5),
            unsure(5, "Audit", 0.5), unsure(5, "Audit", 1.0, LabelSource.HUMAN),
            unsure(20, "Cap", 0.5), unsure(30, "Cap", 0.5),
        ],
    }  # fmt: skip
    with writing(engine) as connection:
        for table, values in rows.items():
            connection.execute(insert(schema.metadata.tables[table]), values)
    yield engine
    engine.dispose()


def test_counts_are_of_passages_that_are_still_open(engine: Engine) -> None:
    with engine.connect() as connection:
        assert unsure_counts(connection, "contracts", LABELS) == {"Cap": 5, "Law": 2}
        assert unsure_total(connection, "contracts", LABELS) == 6
