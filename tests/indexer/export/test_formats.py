"""The formats: what a value becomes in each."""

import csv
import io
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from indexer.errors import ExportError
from indexer.export import (
    FORMATS,
    KINDS,
    Request,
    Selection,
    export_file,
    formats_of,
    parquet_installed,
    stream,
)
from indexer.export import parquet as parquet_format
from indexer.export.columns import Column, ColumnType
from indexer.export.tables import Csv, JsonLines
from tests.indexer.export.trail import LEASE, NAMES, Trail, passage, rows

COLUMNS = tuple(
    Column(name, kind, "")
    for name, kind in (
        ("seq", ColumnType.INTEGER), ("text", ColumnType.STRING), ("value", ColumnType.FLOAT),
        ("robot", ColumnType.BOOLEAN),
    )
)  # fmt: skip


def test_ndjson_is_an_object_a_line_with_its_keys_in_order() -> None:
    encoded = JsonLines(COLUMNS).encode([(1, "§ 4\n“cap”", 0.5, True), (2, None, None, False)])
    assert encoded.decode() == (
        '{"seq":1,"text":"§ 4\\n“cap”","value":0.5,"robot":true}\n'
        '{"seq":2,"text":null,"value":null,"robot":false}\n'
    )


def test_csv_quotes_leaves_null_empty_and_disarms_formulas() -> None:
    table = Csv(COLUMNS)
    encoded = table.head() + table.encode(
        [(1, 'a "b",\nc', -0.5, True), (2, None, None, False), (3, "=1+1", 1.0, True)]
    )
    assert encoded.decode() == (
        'seq,text,value,robot\n1,"a ""b"",\nc",-0.5,true\n2,,,false\n3,\'=1+1,1.0,true\n'
    )
    assert list(csv.reader(io.StringIO(encoded.decode(), newline="")))[1] == [
        "1",
        'a "b",\nc',
        "-0.5",
        "true",
    ]


def test_only_judgements_have_the_formats_of_information_retrieval() -> None:
    tables = ["ndjson", "csv", "parquet"]
    assert {kind.name: [each.name for each in formats_of(kind)] for kind in KINDS.values()} == {
        "clicks": tables,
        "impressions": tables,
        "judgements": [*tables, "trec", "svmlight", "beir"],
        "predictions": tables,
        "decisions": tables,
        "datasets": tables,
        "lineage": tables,
    }


def searched(trail: Trail) -> None:
    for number in range(7):
        trail.search(f"q{number}", "cap", [passage(LEASE, 0), passage(LEASE, 1)], seconds=number, cosine=0.5)


def test_parquet_has_types_descriptions_and_the_rows_of_ndjson(
    trail: Trail, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    parquet = pytest.importorskip("pyarrow.parquet", reason="Parquet: pip install 'clausewatch[parquet]'")
    searched(trail)
    monkeypatch.setattr(parquet_format, "GROUP", 5)
    wanted = Request(KINDS["impressions"], FORMATS["parquet"], Selection(with_queries=True))
    export_file(wanted, trail.engine, NAMES, tmp_path / "out.parquet", batch=2)
    file = parquet.ParquetFile(tmp_path / "out.parquet")
    table = file.read()
    types = {field.name: str(field.type) for field in table.schema}
    assert (types["seq"], types["at"], types["cosine"], types["robot"], types["query"]) == (
        "int64", "timestamp[ms, tz=UTC]", "double", "bool", "string",
    )  # fmt: skip
    about = table.schema.field("position").metadata[b"description"].decode()
    assert about.startswith("Place among the results, the first is 0")
    # Seven batches of two rows, five batches a group.
    assert [file.metadata.row_group(number).num_rows for number in range(file.num_row_groups)] == [10, 4]
    found = table.to_pylist()
    assert found[0]["at"] == datetime(2026, 1, 31, 9, tzinfo=UTC)
    for row in found:
        row["at"] = row["at"].isoformat(timespec="milliseconds").replace("+00:00", "Z")
    assert found == rows(trail.engine, "impressions", Selection(with_queries=True))


def test_without_pyarrow_one_error_says_how_to_install_it(
    trail: Trail, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    wanted = Request(KINDS["clicks"], FORMATS["parquet"])
    assert not parquet_installed()
    with pytest.raises(ExportError, match=r"pip install 'clausewatch\[parquet\]'"):
        stream(wanted, trail.engine, NAMES)
    with pytest.raises(ExportError, match="pyarrow"):
        export_file(wanted, trail.engine, NAMES, tmp_path / "out")
    assert not [path.name for path in tmp_path.iterdir() if path.name.startswith("out")]


@pytest.mark.parametrize("form", ["ndjson", "csv", "parquet", "trec", "svmlight"])
def test_a_stream_has_the_bytes_of_the_file(trail: Trail, tmp_path: Path, form: str) -> None:
    searched(trail)
    wanted = Request(KINDS["judgements"], FORMATS[form])
    export_file(wanted, trail.engine, NAMES, tmp_path / "out")
    assert b"".join(stream(wanted, trail.engine, NAMES)[1]) == (tmp_path / "out").read_bytes()
