"""Exports into files: killed, gone on with, and refused."""

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from filelock import FileLock
from sqlalchemy import Engine

from indexer.errors import ExportError
from indexer.export import FORMATS, KINDS, Exported, Pseudonyms, Request, Selection, export_file
from indexer.records.database import open_records
from tests.indexer.export.trail import LEASE, LOAN, NAMES, Trail, add_document, passage, records, rows

ROOT = Path(__file__).resolve().parents[3]
POINTS = 9
# Lines behind the one at which nothing is left to be done; the same command then makes another export.
LAST = 6


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Engine]]:
    """Records with 300 impressions and 60 clicks."""
    url = records(tmp_path_factory.mktemp("records"))
    engine = open_records(url)
    for document in (LEASE, LOAN):
        add_document(engine, document, [f"Passage {number}." for number in range(20)])
    trail = Trail(engine)
    for number in range(60):
        words, start = f"words {number % 7}", number % 16
        shown = [passage(LEASE if number % 2 else LOAN, start + place) for place in range(5)]
        client = f"{number % 3}" * 32
        trail.search(f"q{number}", words, shown, seconds=60 * number, client=client)
        place = number % 5
        trail.act("click", f"q{number}", words, shown[place], place, seconds=60 * number + 9, client=client)
    yield url, engine
    engine.dispose()


def victim(url: str, kind: str, form: str, output: Path, line: int) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "tests.indexer.export.victim", url, kind, form, str(output), str(line)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=120)


def content(output: Path) -> dict[str, bytes]:
    """The files of an export, and nothing else may lie beside it."""
    assert [path.name for path in output.parent.iterdir()] == [output.name]
    found = sorted(output.rglob("*")) if output.is_dir() else [output]
    return {str(path.relative_to(output)): path.read_bytes() for path in found if path.is_file()}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("kind", "form"),
    [("impressions", "ndjson"), ("clicks", "csv"), ("impressions", "parquet"), ("judgements", "beir")],
)
def test_killed_at_any_line_the_same_command_ends_with_the_same_bytes(
    house: tuple[str, Engine], tmp_path: Path, kind: str, form: str
) -> None:
    url, _ = house
    (tmp_path / "undisturbed").mkdir()
    done = victim(url, kind, form, tmp_path / "undisturbed" / "out", 0)
    assert done.returncode == 0, done.stderr
    expected, lines = content(tmp_path / "undisturbed" / "out"), int(done.stdout)
    assert lines > 100
    for point in range(POINTS):
        folder = tmp_path / f"killed-{point}"
        folder.mkdir()
        line = 1 + (lines - LAST) * point // (POINTS - 1)
        killed = victim(url, kind, form, folder / "out", line)
        assert killed.returncode == -signal.SIGKILL, killed.stderr
        assert victim(url, kind, form, folder / "out", 0).returncode == 0
        assert content(folder / "out") == expected, f"killed at line {line} of {lines}"


def request(kind: str = "impressions", form: str = "ndjson", **selection: object) -> Request:
    return Request(KINDS[kind], FORMATS[form], Selection(**selection))  # type: ignore[arg-type]


class StoppedError(Exception):
    """Ends an export in the middle."""


def stop(_rows: int) -> None:
    raise StoppedError


def cut_short(trail: Trail, output: Path, wanted: Request) -> None:
    with pytest.raises(StoppedError):
        export_file(wanted, trail.engine, NAMES, output, report=stop, batch=2)


@pytest.fixture
def searched(trail: Trail) -> Trail:
    trail.search("q1", "cap", [passage(LEASE, 0), passage(LEASE, 1), passage(LOAN, 0)])
    return trail


def test_what_is_recorded_while_an_export_is_cut_short_is_not_in_it(searched: Trail, tmp_path: Path) -> None:
    output = tmp_path / "out.ndjson"
    cut_short(searched, output, request())
    assert not output.exists()
    assert len((tmp_path / "out.ndjson.part").read_bytes().splitlines()) == 2
    searched.search("q2", "cap", [passage(LEASE, 0)])
    done = export_file(request(), searched.engine, NAMES, output, batch=2)
    assert done == Exported(rows=3, until=3, resumed=True)
    assert [json.loads(line)["seq"] for line in output.read_bytes().splitlines()] == [1, 2, 3]
    [later] = rows(searched.engine, "impressions", after=done.until)
    assert later["query_id"] == "q2"


def test_a_line_that_was_half_written_is_cut_off(searched: Trail, tmp_path: Path) -> None:
    output, part = tmp_path / "out.ndjson", tmp_path / "out.ndjson.part"
    cut_short(searched, output, request())
    part.write_bytes(part.read_bytes() + b'{"seq": 3, "at": "20')
    export_file(request(), searched.engine, NAMES, output, batch=2)
    assert [json.loads(line)["seq"] for line in output.read_bytes().splitlines()] == [1, 2, 3]


def test_a_part_that_somebody_shortened_is_not_filled_up_with_zeros(searched: Trail, tmp_path: Path) -> None:
    cut_short(searched, tmp_path / "out", request())
    (tmp_path / "out.part").write_bytes(b"{")
    with pytest.raises(ExportError, match=r"out\.part is shorter than it was; remove out\.part\.json"):
        export_file(request(), searched.engine, NAMES, tmp_path / "out", batch=2)


def test_sums_that_cannot_be_read_are_named(searched: Trail, tmp_path: Path) -> None:
    cut_short(searched, tmp_path / "out", request("judgements"))
    for path in (tmp_path / "out.part.work").iterdir():
        path.unlink()
    (tmp_path / "out.part.work" / "tallies.sqlite").write_bytes(b"no database" * 99)
    with pytest.raises(
        ExportError, match=r"cannot be summed up in .*tallies\.sqlite: file is not a database"
    ):
        export_file(request("judgements"), searched.engine, NAMES, tmp_path / "out", batch=2)


@pytest.mark.parametrize(
    "other",
    [
        request("clicks"),
        request(form="csv"),
        request(collection="loans"),
        request(with_queries=True),
        Request(KINDS["impressions"], FORMATS["ndjson"], Selection(), (1,)),
    ],
)
def test_a_part_of_an_export_with_other_options_is_not_gone_on_with(
    searched: Trail, tmp_path: Path, other: Request
) -> None:
    output = tmp_path / "out"
    cut_short(searched, output, request())
    with pytest.raises(
        ExportError, match=r"out\.part belongs to an export with other options.*out\.part\.json"
    ):
        export_file(other, searched.engine, NAMES, output, batch=2)
    assert (tmp_path / "out.part").exists()


def test_a_part_with_the_pseudonyms_of_another_home_is_not_gone_on_with(
    searched: Trail, tmp_path: Path
) -> None:
    cut_short(searched, tmp_path / "out", request())
    with pytest.raises(ExportError, match="other options"):
        export_file(request(), searched.engine, Pseudonyms(b"x"), tmp_path / "out", batch=2)


def test_an_export_that_another_process_writes_is_left_alone(searched: Trail, tmp_path: Path) -> None:
    with (
        FileLock(tmp_path / "out.part.lock"),
        pytest.raises(ExportError, match="Another process writes"),
    ):
        export_file(request(), searched.engine, NAMES, tmp_path / "out")


def test_a_folder_that_is_not_there_is_named(searched: Trail, tmp_path: Path) -> None:
    with pytest.raises(ExportError, match=r"there is no folder .*nowhere"):
        export_file(request(), searched.engine, NAMES, tmp_path / "nowhere" / "out")


def test_a_folder_is_never_replaced_and_a_file_is(searched: Trail, tmp_path: Path) -> None:
    beir = request("judgements", "beir", with_queries=True, with_text=True)
    export_file(beir, searched.engine, NAMES, tmp_path / "beir")
    with pytest.raises(ExportError, match="is there already, and no folder is replaced"):
        export_file(beir, searched.engine, NAMES, tmp_path / "beir")
    (tmp_path / "file").write_text("mine")
    with pytest.raises(ExportError, match="is there already"):
        export_file(beir, searched.engine, NAMES, tmp_path / "file")
    assert (tmp_path / "file").read_text() == "mine"
    (tmp_path / "out").write_text("old")
    export_file(request(), searched.engine, NAMES, tmp_path / "out")
    assert len((tmp_path / "out").read_bytes().splitlines()) == 3


def test_nothing_recorded_is_an_empty_export_in_every_format(engine: Engine, tmp_path: Path) -> None:
    for kind in KINDS.values():
        for form in FORMATS.values():
            if form.fits(kind):
                output = tmp_path / f"{kind.name}-{form.name}"
                wanted = request(kind.name, form.name, with_queries=True, with_text=True)
                assert export_file(wanted, engine, NAMES, output) == Exported(0, 0, resumed=False)
                assert output.exists()
    assert not [path.name for path in tmp_path.iterdir() if ".part" in path.name]
