"""The commands, each in a process of its own, over the sample documents."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.search_app.commands import ROOT, SAMPLES, answer, empty_home, run

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def ingested(tmp_path_factory: pytest.TempPathFactory, encoder_cache: Path) -> tuple[Path, dict[str, Any]]:
    home = empty_home(tmp_path_factory.mktemp("cli") / "home", encoder_cache)
    return home, answer(home, "ingest", str(SAMPLES), "--json")


@pytest.fixture
def home(ingested: tuple[Path, dict[str, Any]]) -> Path:
    return ingested[0]


def test_ingest_ends_with_one_object_that_accounts_for_every_file(
    ingested: tuple[Path, dict[str, Any]],
) -> None:
    summary = ingested[1]
    assert set(summary) == {"run", "files", "documents", "chunks", "outcomes", "seconds"}
    assert set(summary["outcomes"]) == {"indexed", "unchanged", "duplicate", "unsupported", "failed"}
    files = [path for path in SAMPLES.iterdir() if path.is_file()]
    assert len(files) >= 14
    assert summary["files"] >= len(files)
    assert sum(summary["outcomes"].values()) == summary["files"]
    assert summary["outcomes"]["failed"] == summary["outcomes"]["unsupported"] == 0
    assert summary["documents"] == summary["outcomes"]["indexed"]
    assert summary["chunks"] > 100


def test_a_second_ingest_reads_nothing_again(home: Path) -> None:
    summary = answer(home, "ingest", str(SAMPLES), "--json")
    assert (summary["documents"], summary["chunks"]) == (0, 0)
    assert summary["outcomes"]["unchanged"] == summary["files"]


def test_search_prints_passages_with_place_labels_and_why(home: Path) -> None:
    hits = answer(home, "search", "limitation of liability", "--limit", "3", "--json")
    assert [hit["rank"] for hit in hits] == [1, 2, 3]
    for name in (
        "score",
        "collection",
        "document",
        "title",
        "source",
        "section",
        "page",
        "start",
        "end",
        "text",
        "why",
    ):
        assert name in hits[0]
    assert "liab" in hits[0]["text"].lower()
    labels = [label for hit in hits for label in hit["labels"]]
    assert {"label", "probability", "source", "model"} <= set(labels[0])
    assert {label["source"] for label in labels} == {"model"}


def test_a_label_filter_holds_for_every_hit_of_every_mode(home: Path) -> None:
    for mode in ("hybrid", "keyword", "semantic"):
        hits = answer(
            home,
            "search",
            "agreement",
            "--label",
            "governing law",
            "--min-probability",
            "0.5",
            "--mode",
            mode,
            "--json",
        )
        assert hits
        for hit in hits:
            found = {label["label"]: label["probability"] for label in hit["labels"]}
            assert found["Governing Law"] >= 0.5


def test_an_empty_search_lists_the_riskiest_passages(home: Path) -> None:
    hits = answer(home, "search", "", "--json")
    assert all(any(label["severity"] == "high" for label in hit["labels"]) for hit in hits)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["search", "x", "--label", "Governin Law"], "Governing"),
        (["search", "x", "--mode", "psychic"], "mode='psychic'"),
        (["search", "x", "--limit", "0"], "limit='0'"),
        (["search", "x", "--min-probability", "2"], "min_probability='2'"),
        (["ingest"], "Missing argument"),
        (["frobnicate"], "No such command"),
        (["evaluate", "retrieval", "/nowhere"], "/nowhere"),
    ],
)
def test_wrong_use_says_what_was_expected_and_exits_with_2(
    home: Path, arguments: list[str], message: str
) -> None:
    done = run(home, *arguments)
    assert done.returncode == 2
    assert message in done.stderr
    assert "Traceback" not in done.stderr


def test_a_path_that_is_not_there_is_named_and_exits_with_2(home: Path) -> None:
    done = run(home, "ingest", "/nowhere/at/all")
    assert done.returncode == 2
    assert "/nowhere/at/all" in done.stderr


def test_a_name_that_no_collection_can_have_is_wrong_use(home: Path) -> None:
    done = run(home, "ingest", str(SAMPLES), "--collection", "Our Contracts!")
    assert done.returncode == 2
    assert "Our Contracts!" in done.stderr


def test_a_bad_setting_is_named_and_exits_with_2(home: Path) -> None:
    done = run(home, "status", CLAUSEWATCH_PORT="eighty")
    assert done.returncode == 2
    assert "CLAUSEWATCH_PORT='eighty'" in done.stderr


def test_a_file_that_fails_is_listed_with_its_reason_and_the_status_is_1(
    tmp_path: Path, encoder_cache: Path
) -> None:
    home = empty_home(tmp_path / "home", encoder_cache)
    (tmp_path / "files").mkdir()
    (tmp_path / "files" / "broken.pdf").write_bytes(b"%PDF-1.7\nnothing of a document")
    (tmp_path / "files" / "good.txt").write_text(
        "1. Governing law. This agreement is governed by the laws of Ohio.\n"
    )
    done = run(home, "ingest", str(tmp_path / "files"), "--json")
    assert done.returncode == 1
    assert "broken.pdf" in done.stderr
    outcomes = json.loads(done.stdout)["outcomes"]
    assert (outcomes["indexed"], outcomes["failed"]) == (1, 1)


def test_a_changed_file_is_a_new_version_and_a_second_collection_stands_apart(
    tmp_path: Path, encoder_cache: Path
) -> None:
    home = empty_home(tmp_path / "home", encoder_cache)
    contract = tmp_path / "contract.txt"
    contract.write_text("The Supplier shall pay a zebra penalty.\n")
    answer(home, "ingest", str(contract), "--json")
    answer(home, "ingest", str(contract), "--collection", "other", "--json")
    contract.write_text("The Supplier shall pay a giraffe penalty, and more of it.\n")
    assert answer(home, "ingest", str(contract), "--json")["outcomes"]["indexed"] == 1
    keyword = ("--mode", "keyword", "--json")
    assert answer(home, "search", "zebra", "--collection", "contracts", *keyword) == []
    assert len(answer(home, "search", "giraffe", "--collection", "contracts", *keyword)) == 1
    assert len(answer(home, "search", "zebra", "--collection", "other", *keyword)) == 1


def test_status_and_doctor_tell_what_is_there(home: Path) -> None:
    status = answer(home, "status", "--json")
    assert status["collections"]["contracts"]["documents"] > 14
    assert status["index"]["chunks"] == status["collections"]["contracts"]["chunks"]
    doctor = run(home, "doctor")
    assert doctor.returncode == 0, doctor.stdout
    assert {line.split()[0] for line in doctor.stdout.splitlines() if " ok " in line} == {
        "folder",
        "encoder",
        "classifier",
        "records",
        "index",
        "ranker",
        "tika",
    }


def test_doctor_says_what_to_do_when_the_index_is_gone(
    home: Path, tmp_path: Path, encoder_cache: Path
) -> None:
    copy = empty_home(tmp_path / "home", encoder_cache)
    shutil.copy(home / "records.sqlite", copy)
    doctor = run(copy, "doctor")
    assert doctor.returncode == 1
    assert "clausewatch rebuild" in doctor.stdout
    assert run(copy, "rebuild").returncode == 0
    before = answer(home, "search", "liability", "--json")
    assert answer(copy, "search", "liability", "--json") == before


def test_rebuild_gives_the_same_answers_and_can_be_taken_back(home: Path) -> None:
    before = answer(home, "search", "termination for convenience", "--json")
    assert run(home, "rebuild").returncode == 0
    assert answer(home, "search", "termination for convenience", "--json") == before
    assert run(home, "rebuild", "--rollback").returncode == 0
    assert answer(home, "search", "termination for convenience", "--json") == before


def test_evaluate_ranks_only_judged_documents_of_a_beir_folder(home: Path, tmp_path: Path) -> None:
    texts = {
        "a": "The liability of the supplier is unlimited.",
        "b": "Cats like milk.",
        "c": "Liability liability.",
    }
    lines = [json.dumps({"_id": name, "text": text}) for name, text in texts.items()]
    (tmp_path / "corpus.jsonl").write_text("\n".join(lines))
    (tmp_path / "queries.jsonl").write_text(json.dumps({"_id": "q", "text": "supplier liability"}))
    (tmp_path / "qrels").mkdir()
    (tmp_path / "qrels" / "test.tsv").write_text("query-id\tcorpus-id\tscore\nq\ta\t2\nq\tb\t0\n")
    found = answer(home, "evaluate", "retrieval", str(tmp_path), "--split", "test", "--json")
    assert found["queries"] == 1
    for mode in ("keyword", "semantic", "hybrid"):
        assert found[mode]["ndcg@5"] == pytest.approx(1.0)
        assert found[mode]["ndcg@10"] == pytest.approx(1.0)


def test_bench_measures_search_over_a_grown_corpus(home: Path, tmp_path: Path) -> None:
    contract = SAMPLES / "mutual_nda_orrin_valecrest.txt"
    options = [
        "--chunks",
        "300",
        "--requests",
        "20",
        "--contract",
        str(contract),
        "--folder",
        str(tmp_path / "large"),
    ]
    found = answer(home, "bench", "search", *options, "--dump", str(tmp_path / "dump"), "--json")
    assert found["chunks"] >= 300
    assert [latency["requests"] for latency in found["latencies"]] == [20] * 5
    assert all(0 < latency["p50"] <= latency["p95"] <= latency["worst"] for latency in found["latencies"])
    assert {path.name for path in (tmp_path / "dump").iterdir()} == {"corpus.npz", "queries.npz"}


def test_every_command_of_the_readme_has_a_help_page() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    named = set(re.findall(r"^\| `clausewatch ([a-z]+)", readme, re.MULTILINE))
    listed = run(ROOT / "var", "--help").stdout.partition("Commands:")[2]
    assert named == set(re.findall(r"^  ([a-z]+) ", listed, re.MULTILINE))
    for name in named:
        done = run(ROOT / "var", name, "--help")
        assert done.returncode == 0
        assert "Usage: " in done.stdout


def test_help_imports_nothing_heavy() -> None:
    code = (
        "import sys; from search_app.cli import cli;"
        "cli.main(['search', '--help'], standalone_mode=False);"
        "print(sorted({'torch', 'numpy', 'faiss', 'sqlalchemy', 'flask'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_no_command_but_the_export_loads_torch(home: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from search_app.compose import compose;"
        "from search_app.settings import Settings; from search_app.app import create_app;"
        "from search_app.results import SearchRequest;"
        "parts = compose(Settings(home=Path(sys.argv[1]))); create_app(parts);"
        "assert parts.searcher.search(SearchRequest('liability')).hits; parts.ingest;"
        "print('torch' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(home)], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "False"
