"""Learning from clicks: what passes orders hits, what does not is refused with the reason in the journal."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import Engine

from indexer.blobs import BlobStore
from indexer.ids import chunk_key
from indexer.ranking import Pooled, RankerLearner
from indexer.registry import Rankers
from models.ranker.card import RankerCard
from models.ranker.file import write_ranker
from models.ranker.judged import judged_for
from models.ranker.scale import scaled
from models.ranker.shipped import shipped_ranker
from tests.indexer.export.trail import Trail

CANDIDATES, QUERIES, PEOPLE = 20, 24, 12
CARD = RankerCard("0" * 64, "test", ("q",), 10, 0, {}, {})
EQUAL = (write_ranker(CARD, np.full(6, 0.2)), "start")
Clicks = Callable[[np.ndarray, int], float]


def values(query: int) -> np.ndarray:
    return np.random.default_rng(query).normal(size=(CANDIDATES, 6))


def chunks(query: int) -> list[str]:
    return [f"{query:016x}{place:016x}-0-c1" for place in range(CANDIDATES)]


def pooled(text: str, _filters: str) -> Pooled:
    query = int(text.removeprefix("word"))
    return Pooled(tuple(map(chunk_key, chunks(query))), values(query))


def browse(trail: Trail, weights: np.ndarray, chance: Clicks, queries: int = QUERIES) -> None:
    """People ask each query, see the first ten by some weights, and click by chance of features and place."""
    random = np.random.default_rng(7)
    for query in range(queries):
        features = scaled(values(query))
        shown = np.argsort(-(features @ weights))[:10]
        for person in range(PEOPLE):
            name, text, client = f"q{query}-{person}", f"word{query}", f"{person:032d}"
            at = 120.0 * (query * PEOPLE + person)
            trail.search(name, text, [chunks(query)[each] for each in shown], client=client, seconds=at)
            for place, each in enumerate(shown):
                if random.random() < chance(features[each], place):
                    trail.act("click", name, text, chunks(query)[each], place, client=client, seconds=at + 5)


def readers(features: np.ndarray, place: int) -> float:
    """Look at the place by one in n, and like what has much of the fourth feature."""
    return float((features[3] > 0) / (place + 1))


def robot(_features: np.ndarray, place: int) -> float:
    """Clicks what stands at the bottom."""
    return float(place >= 7)


@pytest.fixture
def blobs(tmp_path: Path) -> BlobStore:
    return BlobStore(tmp_path / "blobs")


def learner(engine: Engine, blobs: BlobStore, **values: object) -> RankerLearner:
    rankers = Rankers(engine, blobs, EQUAL)
    return RankerLearner(engine, blobs, rankers, pooled, {"encoder": "test"}, **values)  # type: ignore[arg-type]


def test_what_people_click_becomes_a_ranker_that_orders_hits(
    engine: Engine, trail: Trail, blobs: BlobStore
) -> None:
    browse(trail, np.full(6, 0.2), readers)
    one = learner(engine, blobs)
    clicks = one.new_clicks()
    done = one.run("ann")
    assert done.promoted
    assert [check.name for check in done.checks] == ["places", "clicks", "judgements", "start", "speed"]
    state = one.rankers.state()
    assert state.used is not None
    assert state.used.version == done.version
    assert state.used.weights.argmax() == 3
    made = one.rankers.find(done.version)
    assert made.card.data_name == f"{clicks} clicks made here"
    assert (made.parent, len(made.dataset)) == (one.rankers.start.version if one.rankers.start else "", 64)
    assert one.new_clicks() == 0


def test_the_same_clicks_give_the_same_bytes(engine: Engine, trail: Trail, blobs: BlobStore) -> None:
    browse(trail, np.full(6, 0.2), readers)
    one = learner(engine, blobs)
    version = one.run("ann").version
    again = one.run("bob")
    assert again.version == version
    assert again.words == f"{version} has learned all of it already."
    assert [each.action.value for each in one.rankers.journal()] == ["register", "register", "promote"]


def test_a_robot_under_many_names_is_refused_and_the_journal_says_why(
    engine: Engine, trail: Trail, blobs: BlobStore
) -> None:
    browse(trail, np.full(6, 0.2), robot)
    one = learner(engine, blobs)
    done = one.run("the worker")
    assert done.refused
    assert "People do not click so." in done.words
    last = one.rankers.journal()[-1]
    assert (last.action.value, last.version, last.by) == ("refuse", done.version, "the worker")
    assert "People do not click so." in last.reason
    state = one.rankers.state()
    assert state.used is one.rankers.start


def test_clicks_on_what_lawyers_find_worst_are_refused_by_their_judgements(
    engine: Engine, trail: Trail, blobs: BlobStore
) -> None:
    """Clicks fall with the place, but go to what has least of what makes a clause right."""
    shipped = shipped_ranker()
    assert shipped is not None

    def saboteur(features: np.ndarray, place: int) -> float:
        return float((features[3] + features[4] + features[5] < 0.3) / (place + 1))

    browse(trail, np.full(6, 0.2), saboteur, queries=60)
    done = learner(engine, blobs, judged=judged_for(shipped.card.parents["encoder"])).run("the worker")
    assert done.refused
    assert {check.name for check in done.checks if not check.passed} >= {"judgements", "start"}


def test_few_queries_teach_nothing(engine: Engine, trail: Trail, blobs: BlobStore) -> None:
    browse(trail, np.full(6, 0.2), readers, queries=9)
    done = learner(engine, blobs).run("ann")
    assert done.words == "9 queries have clicks that can be learned from; 10 are needed."
    assert (done.version, done.promoted, done.refused) == ("", False, False)


def test_with_approval_a_person_promotes(engine: Engine, trail: Trail, blobs: BlobStore) -> None:
    browse(trail, np.full(6, 0.2), readers)
    one = learner(engine, blobs, by_itself=False)
    done = one.run("ann")
    assert not done.promoted
    assert f"clausewatch models promote {done.version} uses it" in done.words
    assert one.rankers.state().used is one.rankers.start
