"""Reading passages, documents and runs back."""

from collections.abc import Iterator
from datetime import date

import numpy as np
import pytest
from sqlalchemy import Engine, event, insert

from indexer.documents import Block, BlockKind
from indexer.errors import UnknownDocumentError, UnknownRunError
from indexer.records import schema
from indexer.records.codec import (
    blocks_to_bytes,
    boxes_to_bytes,
    vector_from_bytes,
    vector_to_bytes,
)
from indexer.records.database import open_records, writing
from indexer.records.read import (
    chunk_documents,
    chunk_records,
    collection_names,
    document_chunks,
    document_page,
    document_record,
    document_text,
    run_files,
    run_record,
    run_records,
    totals,
)
from models.labels import LabelPrediction, LabelSource, Trigger

NOW = "2026-01-31T09:00:00.000Z"
TEXT = "This Agreement is governed by the laws of Delaware."
BLOCKS = (Block(BlockKind.PARAGRAPH, 0, 51, 1, 0),)
BOXES = np.array([[1, 2, 3, 4], [-1, -1, -1, -1]], np.int16)


def document(name: str, **changes: object) -> dict[str, object]:
    row: dict[str, object] = {
        "id": name,
        "collection": "contracts",
        "digest": name * 8,
        "parent": None,
        "title": f"Title {name}",
        "file_name": f"{name}.pdf",
        "media_type": "application/pdf",
        "document_type": "NDA",
        "document_date": "2020-02-29",
        "pages": 1,
        "characters": 51,
        "bytes": 1234,
        "warnings": '["Scanned page, text may be wrong"]',
        "facts": '{"Author": "Ann"}',
        "extractor": "1",
        "chunker": "c1",
        "status": "active",
        "created_at": NOW,
    }
    return row | changes


def chunk(key: int, name: str) -> dict[str, object]:
    return {
        "key": key,
        "id": f"{name}-{key}-c1",
        "document": name,
        "ordinal": key,
        "start": 0,
        "end": 51,
        "page": 1,
        "section": "7 Law",
        "text": TEXT,
        "text_hash": b"x" * 16,
    }


def source(uri: str, name: str, gone: str | None = None) -> dict[str, object]:
    return {
        "collection": "contracts",
        "uri": uri,
        "parent": None,
        "document": name,
        "version": 1,
        "bytes": 1234,
        "modified_ns": 5,
        "first_seen": NOW,
        "last_seen": NOW,
        "gone_at": gone,
    }


def prediction(key: int, label: str, source: str, probability: float) -> dict[str, object]:
    return {
        "chunk": key,
        "label": label,
        "source": source,
        "probability": probability,
        "model": f"{source}:1",
        "triggers": "[[5, 14]]" if source == "rule" else "[]",
    }


@pytest.fixture
def engine(records_url: str) -> Iterator[Engine]:
    engine = open_records(records_url)
    rows = {
        "collections": [
            {"name": name, "pack": "contracts", "created_at": NOW} for name in ("contracts", "another")
        ],
        "documents": [document("a"), document("b", parent="a"), document("c", status="superseded")],
        "document_texts": [{"document": "a", "text": TEXT, "blocks": blocks_to_bytes(BLOCKS)}],
        "document_pages": [
            {
                "document": "a",
                "number": 1,
                "start": 0,
                "end": 2,
                "width": 595.0,
                "height": 842.0,
                "boxes": boxes_to_bytes(BOXES),
            }
        ],
        "sources": [source("/old/a.pdf", "a", NOW), source("/new/a.pdf", "a")],
        "chunks": [chunk(1, "a"), chunk(2, "a"), chunk(3, "c")],
        "predictions": [
            prediction(1, "Governing Law", "rule", 0.9),
            prediction(1, "Governing Law", "human", 1.0),
            prediction(1, "Insurance", "rule", 0.95),
        ],
        "runs": [
            {
                "id": run,
                "collection": "contracts",
                "origin": "command",
                "state": "done",
                "started_at": started,
            }
            for run, started in (("r1", NOW), ("r2", "2026-02-01T09:00:00.000Z"))
        ],
        "run_files": [
            {"run": "r1", "uri": uri, "bytes": 9, "outcome": outcome, "chunks": 0}
            for uri, outcome in (("/b", "failed"), ("/a", "indexed"), ("/c", None))
        ],
    }
    with writing(engine) as connection:
        for table, values in rows.items():
            connection.execute(insert(schema.metadata.tables[table]), values)
    yield engine
    engine.dispose()


def test_passages_come_in_the_order_of_the_keys_and_unknown_ones_are_left_out(engine: Engine) -> None:
    with engine.connect() as connection:
        found = chunk_records(connection, [2, 99, 1])
        assert chunk_records(connection, []) == {}
    assert list(found) == [2, 1]
    first = found[1]
    assert (first.id, first.document, first.title, first.source) == ("a-1-c1", "a", "Title a", "/new/a.pdf")
    assert (first.date, first.section, first.page, first.text) == (date(2020, 2, 29), "7 Law", 1, TEXT)
    assert found[2].labels == ()


def test_a_human_label_outranks_a_rule_and_labels_come_most_probable_first(engine: Engine) -> None:
    with engine.connect() as connection:
        labels = chunk_records(connection, [1])[1].labels
    assert labels == (
        LabelPrediction("Governing Law", 1.0, LabelSource.HUMAN, "human:1", ()),
        LabelPrediction("Insurance", 0.95, LabelSource.RULE, "rule:1", (Trigger(5, 14, "Agreement"),)),
    )


def test_ten_passages_take_two_statements(engine: Engine) -> None:
    statements: list[str] = []
    event.listen(engine, "before_cursor_execute", lambda *arguments: statements.append(str(arguments[2])))
    with engine.connect() as connection:
        chunk_records(connection, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
    assert len([statement for statement in statements if statement.startswith("SELECT")]) == 2


def test_more_keys_than_a_statement_takes_are_asked_for_in_parts(engine: Engine) -> None:
    with engine.connect() as connection:
        assert list(chunk_records(connection, range(40_000))) == [1, 2, 3]
        assert chunk_documents(connection, range(40_000)) == {1: "a", 2: "a", 3: "c"}


def test_a_document_tells_its_facts_sources_and_children(engine: Engine) -> None:
    with engine.connect() as connection:
        record = document_record(connection, "a")
        child = document_record(connection, "b")
    assert record.warnings == ("Scanned page, text may be wrong",)
    assert record.facts == {"Author": "Ann"}
    assert [(item.uri, item.gone_at) for item in record.sources] == [
        ("/new/a.pdf", None),
        ("/old/a.pdf", NOW),
    ]
    assert (record.children, record.parent, child.parent) == (("b",), None, "a")


def test_text_blocks_and_boxes_come_back_as_they_were(engine: Engine) -> None:
    with engine.connect() as connection:
        assert document_text(connection, "a") == (TEXT, BLOCKS)
        page = document_page(connection, "a", 1)
        assert [chunk.key for chunk in document_chunks(connection, "a")] == [1, 2]
        assert document_chunks(connection, "b") == []
    assert (page.number, page.start, page.end, page.width) == (1, 0, 2, 595.0)
    assert page.boxes.dtype == np.int16
    assert page.boxes.tolist() == [[1, 2, 3, 4], [-1, -1, -1, -1]]


@pytest.mark.parametrize("read", [document_record, document_text, document_chunks])
def test_an_unknown_document_is_an_error(engine: Engine, read: object) -> None:
    with engine.connect() as connection, pytest.raises(UnknownDocumentError, match="no document 'zz'"):
        read(connection, "zz")  # type: ignore[operator]


def test_an_unknown_page_or_run_is_an_error(engine: Engine) -> None:
    with engine.connect() as connection:
        with pytest.raises(UnknownDocumentError, match="no page 2"):
            document_page(connection, "a", 2)
        with pytest.raises(UnknownRunError, match="no ingest run 'zz'"):
            run_record(connection, "zz")


def test_totals_count_what_is_searchable(engine: Engine) -> None:
    with engine.connect() as connection:
        found = totals(connection)
        assert collection_names(connection) == ["another", "contracts"]
    assert {name: (item.documents, item.chunks) for name, item in found.items()} == {
        "another": (0, 0),
        "contracts": (2, 2),
    }


def test_runs_come_newest_first_with_their_outcomes(engine: Engine) -> None:
    with engine.connect() as connection:
        runs = run_records(connection, 10)
        assert [run.id for run in run_records(connection, 1, 1)] == ["r1"]
        assert [file.uri for file in run_files(connection, "r1")] == ["/a", "/b", "/c"]
        assert [file.uri for file in run_files(connection, "r1", "failed")] == ["/b"]
        assert [file.uri for file in run_files(connection, "r1", None, 1, 1)] == ["/b"]
    assert [(run.id, run.files, run.outcomes) for run in runs] == [
        ("r2", 0, {}),
        ("r1", 3, {"indexed": 1, "failed": 1}),
    ]


def test_a_stored_vector_keeps_its_direction_and_has_unit_length() -> None:
    vector = np.array([0.6, 0.8, 0.0], np.float32)
    stored = vector_to_bytes(vector)
    assert len(stored) == 6
    assert vector_from_bytes(stored).tolist() == pytest.approx([0.6, 0.8, 0.0], abs=1e-3)
    assert float(np.linalg.norm(vector_from_bytes(stored))) == pytest.approx(1.0, abs=1e-6)
