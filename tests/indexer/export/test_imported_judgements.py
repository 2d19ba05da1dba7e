"""Judgements that were imported are exported with those of clicks, and say where they are from."""

from pathlib import Path

import pytest
from sklearn.datasets import load_svmlight_file

from indexer.export import FORMATS, KINDS, Request, Selection, export_file
from indexer.imports import import_judgements, imports, undo
from models.evaluation.beir import Judged, read_judged
from tests.indexer.export.trail import LEASE, NAMES, Trail, at, passage, rows

CAP, RENT = passage(LEASE, 0), passage(LEASE, 1)
BOTH = Selection(with_queries=True, with_text=True)


@pytest.fixture
def judged(trail: Trail) -> Trail:
    """ "cap" showed a passage that nobody clicked; people elsewhere graded it, and another nobody saw."""
    trail.search("q1", "cap", [CAP])
    corpus = {
        "x": "The liability of the tenant is capped.",
        RENT: "Agreement 1\nRent is due in May.",
        "y": "None of ours.",
    }
    made = Judged(corpus, {"1": "CAP", "2": "money"}, {"1": {"x": 3, "y": 4}, "2": {RENT: 5, "x": 0}})
    import_judgements(trail.engine, made, collection="contracts", by="import:acord", file="acord", now=at(60))
    return trail


def test_an_imported_grade_outweighs_clicks_and_has_its_origin(judged: Trail) -> None:
    found = {(row["query_text"], row["chunk"]): row for row in rows(judged.engine, "judgements", BOTH)}
    assert set(found) == {("cap", CAP), ("money", RENT), ("money", CAP)}
    seen, unseen = found["cap", CAP], found["money", RENT]
    assert (seen["grade"], seen["origin"], seen["impressions"], seen["ranker"]) == (
        3,
        "import:acord",
        1,
        "rrf",
    )
    assert (unseen["grade"], unseen["origin"], unseen["collection"]) == (5, "import:acord", "contracts")
    assert (unseen["impressions"], unseen["position"], unseen["expected_clicks"], unseen["value"]) == (
        0, None, 0.0, 1.0,
    )  # fmt: skip


def test_since_and_collection_leave_out_imports_as_they_do_searches(judged: Trail) -> None:
    assert rows(judged.engine, "judgements", Selection(since=at(61))) == []
    assert rows(judged.engine, "judgements", Selection(collection="loans")) == []
    assert len(rows(judged.engine, "judgements", Selection(since=at(60)))) == 3


def test_what_was_taken_back_is_exported_no_more(judged: Trail) -> None:
    with judged.engine.connect() as connection:
        [made] = imports(connection)
    undo(judged.engine, {}, made.id, at(90))
    [left] = rows(judged.engine, "judgements")
    assert (left["chunk"], left["origin"], left["grade"]) == (CAP, "clicks", 0)


def export(trail: Trail, form: str, output: Path) -> Path:
    export_file(Request(KINDS["judgements"], FORMATS[form], BOTH), trail.engine, NAMES, output)
    return output


def test_a_beir_folder_has_imported_passages_and_queries_and_one_grade_of_each(
    judged: Trail, tmp_path: Path
) -> None:
    found = read_judged(export(judged, "beir", tmp_path / "beir"))
    cap, money = NAMES.query("cap"), NAMES.query("money")
    assert found.queries == {cap: "cap", money: "money"}
    assert found.qrels == {cap: {CAP: 3}, money: {CAP: 0, RENT: 5}}
    assert found.corpus[RENT] == "Agreement 1\nRent is due in May."


def test_svmlight_has_no_features_of_what_was_never_shown(judged: Trail, tmp_path: Path) -> None:
    path = export(judged, "svmlight", tmp_path / "out.svmlight")
    features, grades, _ = load_svmlight_file(str(path), n_features=6, query_id=True, zero_based=False)
    assert sorted(grades) == [0, 3, 5]
    assert features.toarray()[list(grades).index(5)].tolist() == [0.0] * 6
