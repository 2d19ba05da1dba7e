"""Judgements: what is observed, what is derived, and the formats that hold them."""

import json
from pathlib import Path

import pytest
from sklearn.datasets import load_svmlight_file

from indexer.export import FORMATS, KINDS, Request, Selection, export_file
from indexer.export.grades import Tally, click_rates, expected_clicks, grade, value
from indexer.export.judgements import Judgement
from models.evaluation.beir import read_judged
from tests.indexer.export.trail import BOB, LEASE, LOAN, NAMES, Trail, at, passage, rows

CAP, RENT, LENDER = passage(LEASE, 0), passage(LEASE, 1), passage(LOAN, 0)


@pytest.fixture
def clicked(trail: Trail) -> Trail:
    """ "cap" showed two passages twice, the second of them clicked each time; "rent" one, not clicked."""
    trail.search("q1", "cap", [CAP, LENDER])
    trail.search("q2", "Cap ", [CAP, LENDER], client=BOB, seconds=100)
    trail.search("q3", "rent", [RENT], seconds=200, cosine=0.25)
    trail.act("click", "q1", "cap", LENDER, 1, seconds=5)
    trail.act("click", "q1", "cap", LENDER, 1, seconds=6)
    trail.act("click", "q2", "Cap ", LENDER, 1, client=BOB, seconds=105)
    trail.act("dwell", "q1", "cap", CAP, 0, seconds=9)
    return trail


def test_rates_of_clicks_are_drawn_to_the_mean_by_a_hundred_impressions() -> None:
    # Of 1,000 impressions 100 were clicked: 0.1 in the mean.
    rates = click_rates({0: Tally(900, 98), 1: Tally(100, 2)})
    assert rates == {0: pytest.approx((98 + 100 * 0.1) / 1000), 1: pytest.approx((2 + 100 * 0.1) / 200)}
    assert click_rates({0: Tally(5, 0)}) == {0: 0.0}
    assert click_rates({}) == {}


def test_expected_clicks_are_the_sum_over_the_places() -> None:
    assert expected_clicks([(0, Tally(10, 0)), (3, Tally(5, 1))], {0: 0.3, 3: 0.02}) == pytest.approx(3.1)


@pytest.mark.parametrize(
    ("clicks", "expected", "of_value", "graded"),
    [
        (0, 0.0, 1.0, 0),
        (0, 3.0, 0.25, 0),
        (1, 3.0, 0.5, 0),
        (1, 1.0, 1.0, 1),
        (3, 1.0, 2.0, 2),
        (6, 1.0, 3.5, 2),
        (7, 1.0, 4.0, 3),
        (90, 0.3, 70.0, 3),
    ],
)
def test_the_value_is_clicks_over_expected_clicks_with_one_of_each_added(
    clicks: int, expected: float, of_value: float, graded: int
) -> None:
    assert value(clicks, expected) == pytest.approx(of_value)
    assert grade(clicks, value(clicks, expected)) == graded


def test_a_judgement_counts_searches_clicks_and_what_was_to_be_expected(clicked: Trail) -> None:
    found = {row["chunk"]: row for row in rows(clicked.engine, "judgements", Selection(with_queries=True))}
    # Five impressions and two clicks (the double one is none): 0.4 in the mean. At the second place, two of
    # two: (2 + 100 · 0.4) / (2 + 100); at the first, none of three: (0 + 100 · 0.4) / (3 + 100).
    assert found[LENDER] == {
        "query": NAMES.query("cap"),
        "query_text": "cap",
        "chunk": f"{LOAN}-0-c1",
        "document": LOAN,
        "collection": "loans",
        "impressions": 2,
        "clicks": 2,
        "position": 1.0,
        "ranker": "rrf",
        "keyword_rank": 2,
        "semantic_rank": None,
        "keyword_score": None,
        "cosine": None,
        "fused": None,
        "expected_clicks": pytest.approx(2 * 42 / 102),
        "value": pytest.approx(3 / (1 + 2 * 42 / 102)),
        "origin": "clicks",
        "grade": 1,
    }
    assert (found[CAP]["clicks"], found[CAP]["grade"]) == (0, 0)
    assert found[CAP]["expected_clicks"] == pytest.approx(2 * 40 / 103)
    assert (found[RENT]["impressions"], found[RENT]["cosine"]) == (1, 0.25)


def test_judgements_of_one_query_stand_together_in_the_order_of_pseudonyms(clicked: Trail) -> None:
    found = [(row["query"], row["chunk"]) for row in rows(clicked.engine, "judgements")]
    assert found == sorted(found)
    assert len(found) == 3


def test_searches_without_words_and_those_of_robots_are_no_judgements(clicked: Trail) -> None:
    before = rows(clicked.engine, "judgements")
    clicked.search("empty", "  ", [CAP])
    for number in range(21):
        clicked.search(f"robot{number}", "crawl", [CAP], client="c" * 32, seconds=300 + number)
    clicked.act("click", "robot1", "crawl", CAP, 0, client="c" * 32, seconds=310)
    assert rows(clicked.engine, "judgements") == before


def test_since_counts_only_what_was_shown_then(clicked: Trail) -> None:
    [one, other] = rows(clicked.engine, "judgements", Selection(since=at(50), collection="contracts"))
    assert {one["chunk"], other["chunk"]} == {CAP, RENT}
    assert (one["impressions"], other["impressions"]) == (1, 1)


def test_the_columns_are_the_values_of_a_row_in_their_order() -> None:
    assert [column.name for column in KINDS["judgements"].columns] == list(Judgement._fields)


def export(trail: Trail, form: str, output: Path, selection: Selection | None = None) -> Path:
    request = Request(KINDS["judgements"], FORMATS[form], selection or Selection())
    export_file(request, trail.engine, NAMES, output)
    return output


def test_trec_lines_have_query_passage_and_grade(clicked: Trail, tmp_path: Path) -> None:
    lines = set(export(clicked, "trec", tmp_path / "out.qrels").read_text().splitlines())
    cap, rent = NAMES.query("cap"), NAMES.query("rent")
    assert lines == {f"{cap} 0 {CAP} 0", f"{cap} 0 {LENDER} 1", f"{rent} 0 {RENT} 0"}


def test_svmlight_is_read_by_scikit_learn_with_its_queries_in_groups(clicked: Trail, tmp_path: Path) -> None:
    path = export(clicked, "svmlight", tmp_path / "out.svmlight")
    features, grades, queries = load_svmlight_file(str(path), n_features=6, query_id=True, zero_based=False)
    order = [(row["query"], row["chunk"]) for row in rows(clicked.engine, "judgements")]
    lender, rent = order.index((NAMES.query("cap"), LENDER)), order.index((NAMES.query("rent"), RENT))
    assert grades[lender] == 1
    assert features.toarray()[lender].tolist() == [1.0, 2.0, 0.0, 0.0, 0.0, 0.0]
    assert features.toarray()[rent].tolist() == [0.0, 1.0, 0.0, 0.0, 0.25, 0.0]
    assert queries[lender] == int(NAMES.query("cap")[1:16], 16)
    assert len(set(queries)) == 2


def test_beir_is_a_folder_that_our_own_evaluation_reads(clicked: Trail, tmp_path: Path) -> None:
    clicked.search("gone", "cap", ["f" * 32 + "-0-c1"], seconds=400)
    selection = Selection(with_queries=True, with_text=True)
    folder = export(clicked, "beir", tmp_path / "beir", selection)
    assert sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()) == [
        "corpus.jsonl", "qrels/test.tsv", "queries.jsonl",
    ]  # fmt: skip
    found = read_judged(folder)
    cap, rent = NAMES.query("cap"), NAMES.query("rent")
    assert found.queries == {cap: "cap", rent: "rent"}
    assert found.corpus == {
        CAP: "Agreement 1\nThe liability of the tenant is capped.",
        RENT: "Agreement 1\nRent is due in May.",
        LENDER: "Agreement 2\nLiability of the lender.",
    }
    assert found.qrels == {cap: {CAP: 0, LENDER: 1}, rent: {RENT: 0}}
    first = json.loads((folder / "corpus.jsonl").read_text().splitlines()[0])
    assert list(first) == ["_id", "title", "text"]
