"""Upload and runs: what is stored, what is refused, what is told."""

import csv
import io
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from indexer.records import schema
from indexer.records.read import RunFile
from indexer.records.values import RunRecord
from search_app.pages.runs import Group, Segment, groups, segments
from tests.search_app.pages.house import House, open_house

TEXT = b"1. Governing Law. The laws of Delaware govern."


def send(house: House, files: list[tuple[bytes, str]], **form: str) -> Any:
    data: dict[str, Any] = {"csrf_token": house.token(), "collection": "contracts"} | form
    # Encoded here, since the test client would leave a large body in an open temporary file.
    boundary, body = encode_multipart(
        data | {"files": [FileStorage(io.BytesIO(content), name) for content, name in files]}
    )
    return house.client.post("/upload", data=body, content_type=f"multipart/form-data; boundary={boundary}")


def uploaded(house: House) -> list[dict[str, Any]]:
    runs = {row["id"] for row in house.rows("runs") if row["origin"] == "upload"}
    return [row for row in house.rows("run_files") if row["run"] in runs]


def test_upload_stores_the_files_by_hash_and_leads_to_its_run(house: House) -> None:
    response = send(house, [(TEXT, "a.txt"), (b"other", "b.txt")])
    assert response.status_code == 303
    rows = uploaded(house)
    assert sorted(row["uri"].rsplit("/", 1)[-1] for row in rows) == ["a.txt", "b.txt"]
    assert all(house.site.parts.blobs.has(row["digest"]) for row in rows)
    page = house.get(response.headers["Location"])
    assert "2 files waiting for the worker" in page
    assert '<meta http-equiv="refresh"' in page


def test_name_of_an_uploaded_file_never_becomes_a_path(house: House) -> None:
    before = sorted(path for path in house.home.parent.rglob("*") if "evil" in path.name)
    send(house, [(TEXT, "../../evil.txt")])
    assert [row["uri"].rsplit("/", 1)[-1] for row in uploaded(house)] == ["evil.txt"]
    assert ".." not in uploaded(house)[0]["uri"]
    assert sorted(path for path in house.home.parent.rglob("*") if "evil" in path.name) == before


def test_upload_without_a_file_says_what_to_do(house: House) -> None:
    response = send(house, [])
    assert response.status_code == 400
    assert "No file was chosen" in response.text


def test_unknown_collection_is_refused(house: House) -> None:
    response = send(house, [(TEXT, "a.txt")], collection="../x")
    assert response.status_code == 400
    assert uploaded(house) == []


def test_too_many_files_are_refused_and_nothing_is_stored(house: House) -> None:
    response = send(house, [(b"x", f"{number}.txt") for number in range(201)])
    assert response.status_code == 400
    assert "at most 200" in response.text
    assert uploaded(house) == []


def test_large_file_is_refused_and_nothing_is_stored(filled: Path, tmp_path: Path) -> None:
    with open_house(tmp_path, max_file_mb=1) as house:
        response = send(house, [(TEXT, "a.txt"), (b"x" * (1 << 20) + b"x", "large.txt")])
        assert response.status_code == 400
        assert "“large.txt” is larger than 1 MiB" in response.text
        assert house.rows("runs") == []


def test_request_above_the_limit_is_refused_in_plain_words(tmp_path: Path) -> None:
    with open_house(tmp_path, max_file_mb=1) as house:
        response = house.client.post(
            "/upload", data=b"x" * (4 << 20), content_type="multipart/form-data; boundary=line"
        )
        assert response.status_code == 413
        assert "too large" in response.text
        assert house.rows("runs") == []


def test_run_shows_every_file_with_its_outcome_reason_and_remedy(house: House) -> None:
    run = house.rows("runs")[0]["id"]
    page = house.get(f"/runs/{run}")
    for name in ("supply.txt", "broken.pdf", "photo.xyz", "&lt;b&gt;hostile.txt"):
        assert name in page
    assert "What to do" in page
    assert "not supported" in page
    only = house.get(f"/runs/{run}?outcome=unsupported")
    assert "photo.xyz" in only
    assert "supply.txt" not in only


def test_runs_are_listed_with_their_counts(house: House) -> None:
    page = house.get("/runs")
    assert "4 indexed" in page
    assert "command" in page


def test_outcomes_leave_as_csv_that_a_spreadsheet_does_not_run(house: House) -> None:
    run = house.rows("runs")[0]["id"]
    table = schema.run_files
    changed = update(table).where(table.c.uri.endswith("photo.xyz"))
    with house.engine.begin() as connection:
        connection.execute(changed.values(reason='=HYPERLINK("http://evil.example")'))
    response = house.client.get(f"/runs/{run}/files.csv")
    assert response.mimetype == "text/csv"
    rows = {Path(row["file"]).name: row for row in csv.DictReader(io.StringIO(response.text))}
    assert rows["supply.txt"]["outcome"] == "indexed"
    assert rows["photo.xyz"]["reason"].startswith("'=HYPERLINK")


@pytest.mark.parametrize("address", ["/runs/nothing", "/runs/nothing/files.csv", "/api/runs/nothing"])
def test_run_that_is_not_there_is_not_found(house: House, address: str) -> None:
    assert house.client.get(address).status_code == 404


def test_unknown_outcome_is_refused(house: House) -> None:
    run = house.rows("runs")[0]["id"]
    assert house.client.get(f"/runs/{run}?outcome=lost").status_code == 400


def test_stacked_bar_adds_up_and_counts_what_waits() -> None:
    run = RunRecord("r", "contracts", "upload", "running", "", None, None, 8, {"indexed": 3, "failed": 1})
    assert segments(run) == [
        Segment("indexed", 3, 0, 375),
        Segment("failed", 1, 375, 125),
        Segment("waiting", 4, 500, 500),
    ]


def test_failures_are_grouped_the_most_frequent_first() -> None:
    files = [
        RunFile("a", 1, "failed", code, "", None, 0, 0.0) for code in ("empty", "encrypted", "encrypted")
    ]
    assert groups(files) == [
        Group("encrypted", 2, "Remove the password in the program that made the file, and add it again."),
        Group("empty", 1, "The file holds no text. Check that the right file was saved."),
    ]
