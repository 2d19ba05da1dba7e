"""clausewatch export, over real records; and its documentation, which may not lie."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from indexer.errors import ExportError
from indexer.export import FORMATS, KINDS, Personal, formats_of
from indexer.export.rankings import FEATURES
from indexer.records.database import open_records
from search_app.cli import cli
from search_app.errors import BadRequestError
from search_app.exporting import ExportTexts, read_export
from search_app.security import secret_key
from tests.indexer.export.trail import ANN, LEASE, LOAN, Trail, add_document, passage, records
from tests.search_app.commands import ROOT, run

Export = Callable[..., Result]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Records in which "cap" showed two passages, the second of them clicked."""
    folder = tmp_path / "home"
    engine = open_records(records(folder))
    add_document(engine, LEASE, ["The liability of the tenant is capped.", "Rent is due in May."])
    add_document(engine, LOAN, ["Liability of the lender."], collection="loans", day=40)
    trail = Trail(engine)
    trail.search("q1", "cap", [passage(LEASE, 0), passage(LOAN, 0)])
    trail.act("click", "q1", "cap", passage(LOAN, 0), 1, seconds=5)
    engine.dispose()
    return folder


@pytest.fixture
def export(home: Path, monkeypatch: pytest.MonkeyPatch) -> Export:
    monkeypatch.setenv("CLAUSEWATCH_HOME", str(home))
    runner = CliRunner()

    def called(*arguments: object) -> Result:
        return runner.invoke(cli, ["export", *map(str, arguments)], standalone_mode=False)

    return called


def said(result: Result) -> Result:
    if result.exception is not None:
        raise result.exception
    assert result.return_value == 0
    return result


def test_without_output_rows_are_printed_and_the_number_to_go_on_from_stands_apart(export: Export) -> None:
    for arguments in (("clicks",), ("clicks", "--output", "-")):
        done = said(export(*arguments))
        [row] = [json.loads(line) for line in done.stdout.splitlines()]
        assert (row["action"], row["position"]) == ("click", 1)
        assert done.stderr == "Done. What comes later: --after 3\n"


def test_pseudonyms_are_the_same_in_every_export_of_a_home_and_no_ids(export: Export, home: Path) -> None:
    first, second = (json.loads(said(export("clicks")).stdout) for _ in range(2))
    assert first == second
    assert ANN not in json.dumps(first)
    shown = json.loads(said(export("impressions")).stdout.splitlines()[0])
    assert (shown["client"], shown["query"]) == (first["client"], first["query"])
    (home / "secret.key").unlink()
    secret_key(home)
    assert json.loads(said(export("clicks")).stdout)["client"] != first["client"]


def test_the_format_is_what_the_file_ends_with(export: Export, tmp_path: Path) -> None:
    done = said(export("impressions", "--output", tmp_path / "out.csv"))
    assert done.stdout == f"{tmp_path / 'out.csv'}: 2 rows. What comes later: --after 3\n"
    assert (tmp_path / "out.csv").read_text().startswith("seq,at,application,")
    found = said(export("judgements", "--output", tmp_path / "out.qrels", "--json"))
    assert json.loads(found.stdout) == {"output": str(tmp_path / "out.qrels"), "rows": 2, "after": None}
    assert len((tmp_path / "out.qrels").read_text().splitlines()) == 2


def test_an_export_goes_on_behind_another(export: Export, home: Path) -> None:
    assert said(export("clicks", "--after", "3")).stdout == ""
    engine = open_records(records(home))
    Trail(engine, 9).act("copy", "q1", "cap", passage(LOAN, 0), 1, seconds=50)
    engine.dispose()
    done = said(export("clicks", "--after", "3"))
    assert json.loads(done.stdout)["action"] == "copy"
    assert "--after 4" in done.stderr


def test_words_and_texts_are_there_where_they_were_asked_for(export: Export, tmp_path: Path) -> None:
    row = json.loads(
        said(export("judgements", "--with-queries", "--with-text", "--collection", "loans")).stdout
    )
    assert (row["query_text"], row["text"]) == ("cap", "Liability of the lender.")
    folder = tmp_path / "beir"
    said(export("judgements", "--format", "beir", "--with-queries", "--with-text", "--output", folder))
    assert (folder / "qrels" / "test.tsv").read_text().startswith("query-id\tcorpus-id\tscore\n")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["purchases"], r"kind='purchases': expected one of clicks, impressions, judgements, predictions, "),
        (["clicks", "--format", "xml"], r"format='xml': expected one of ndjson, csv"),
        (
            ["clicks", "--format", "beir"],
            r"format='beir' does not fit clicks: expected one of ndjson, csv, parquet",
        ),
        (
            ["judgements", "--format", "beir", "--with-text"],
            r"format='beir' holds what people typed and what documents say: add --with-queries to allow that",
        ),
        (["clicks", "--since", "2026-13-01"], r"since='2026-13-01': expected a date like 2026-01-31"),
        (["clicks", "--after", "ten"], r"after='ten': expected the number"),
        (["judgements", "--after", "3"], r"after='3': judgements are made anew"),
        (["clicks", "--collection", "x"], r"collection='x': expected one of contracts, loans"),
    ],
)
def test_wrong_use_names_the_parameter_the_value_and_what_was_expected(
    export: Export, arguments: list[str], message: str
) -> None:
    with pytest.raises(BadRequestError, match=message):
        said(export(*arguments))


def test_what_cannot_be_printed_wants_a_file(export: Export) -> None:
    with pytest.raises(Exception, match="parquet cannot be printed; name an --output"):
        said(export("clicks", "--format", "parquet"))


def test_a_number_behind_the_last_is_said(export: Export) -> None:
    with pytest.raises(ExportError, match="after=99: the newest event has the number 3"):
        said(export("clicks", "--after", "99"))


@pytest.mark.parametrize(
    ("typed", "since"),
    [
        ("2026-01-31", "2026-01-31T00:00:00.000Z"),
        ("2026-01-31T09:30", "2026-01-31T09:30:00.000Z"),
        ("2026-01-31T09:30:00.5Z", "2026-01-31T09:30:00.500Z"),
        ("2026-01-31T09:30+02:00", "2026-01-31T07:30:00.000Z"),
        (" ", ""),
    ],
)
def test_since_is_a_date_or_a_time_in_utc_unless_it_names_another_zone(typed: str, since: str) -> None:
    assert read_export(ExportTexts("clicks", since=typed), []).selection.since == since


@pytest.mark.slow
def test_wrong_use_exits_with_2_and_what_cannot_be_done_with_1(home: Path) -> None:
    wrong = run(home, "export", "purchases")
    assert (wrong.returncode, wrong.stderr.count("\n")) == (2, 1)
    impossible = run(home, "export", "clicks", "--output", "/nowhere/at/all.csv")
    assert impossible.returncode == 1
    assert "there is no folder /nowhere/at" in impossible.stderr


def test_the_help_page_names_every_kind_and_format(export: Export) -> None:
    shown = " ".join(said(export("--help")).stdout.split())
    for name in (*KINDS, *FORMATS):
        assert name in shown


def documentation() -> str:
    return (ROOT / "docs" / "export.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_the_documentation_tells_each_column_as_the_code_does(kind: object) -> None:
    assert kind in KINDS.values()
    section = documentation().partition(f"\n## {kind.title}\n")[2].partition("\n## ")[0]  # type: ignore[attr-defined]
    table = re.findall(r"^\| `(\w+)` \| (\w+) \| (.*) \|$", section, re.MULTILINE)
    needs = {
        None: "",
        Personal.QUERIES: " Only with `--with-queries`.",
        Personal.TEXT: " Only with `--with-text`.",
    }
    expected = [
        (column.name, column.type.value, column.about + needs[column.personal])
        for column in kind.columns  # type: ignore[attr-defined]
    ]
    assert table == expected
    assert kind.about in section  # type: ignore[attr-defined]


def test_the_documentation_tells_which_formats_fit_what_and_the_features_by_number() -> None:
    table = re.findall(r"^\| `(\w+)` \| ([\w, ]+) \|", documentation(), re.MULTILINE)
    found = {name: kinds for name, kinds in table if name in FORMATS}
    everything = ", ".join(KINDS)
    assert found == {
        name: everything if form.fits(KINDS["clicks"]) else "judgements" for name, form in FORMATS.items()
    }
    numbered = ", ".join(f"{number} `{name}`" for number, name in enumerate(FEATURES, 1))
    assert numbered in documentation()
    assert {form.name for form in formats_of(KINDS["judgements"])} == set(FORMATS)
