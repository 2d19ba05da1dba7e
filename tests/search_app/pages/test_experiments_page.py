"""The page that a project manager reads: what was tried, what is best, and what it would change."""

from datetime import UTC, datetime

from indexer.experiments import Changes, Definition, Kind, Outcome, Runner, ask
from indexer.experiments.definition import Parameters
from indexer.experiments.run import Report
from indexer.records.database import writing
from tests.search_app.pages.house import House

IDEA = Definition(
    "ranker-pull",
    "Draw <less>",
    "Better",
    Kind.RANKER,
    {"judgements": "/judged"},
    0,
    {},
    ({"pull": 5.0}, {"pull": 50.0}),
)


class Bench:
    data = "d" * 64

    def measure(self, parameters: Parameters, report: Report) -> Outcome:
        report(1, 1)
        value = 0.53 if parameters.get("pull") == 5.0 else 0.5
        units = {name: {str(query): (value, 1.0) for query in range(10)} for name in ("ndcg@5", "p@5")}
        return Outcome(
            units, Changes(3, 57, "queries would show another hit", {"hits": 4}, ("“rent <b>”: one",))
        )


def ask_for(house: House) -> int:
    with writing(house.engine) as connection:
        return ask(connection, IDEA, "ann", "2026-01-31T09:00:00.000Z")


def test_without_experiments_it_says_how_to_begin(house: House) -> None:
    assert "clausewatch experiment run FILE" in house.get("/experiments")


def test_one_that_waits_is_shown_with_its_place(house: House) -> None:
    ask_for(house)
    page = house.get("/experiments")
    assert "Waits for its turn." in page
    assert "0 of 2" in page


def test_the_best_so_far_is_told_in_words_with_what_it_would_change(house: House) -> None:
    number = ask_for(house)
    kinds = {Kind.RANKER: lambda _definition, _report: Bench()}
    Runner(house.engine, house.site.parts.settings.home, kinds, lambda: datetime.now(UTC)).work()
    page = house.get("/experiments")
    assert (
        "<strong>pull 5</strong> orders the first five hits better by 3.0 of 100 points (3.0 to 3.0)" in page
    )
    assert "3 of 57 queries would show another hit" in page
    own = house.get(f"/experiments/{number}")
    assert "No sure difference in ndcg@5 (+0.0 of 100; +0.0 to +0.0)" in own
    assert own.count("<circle") == 2
    assert "rent &lt;b&gt;" in own
    assert "Draw &lt;less&gt;" in own


def test_one_that_is_not_there_is_said(house: House) -> None:
    assert house.client.get("/experiments/7").status_code == 404
