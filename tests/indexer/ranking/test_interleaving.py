"""Two rankers take turns: begun once, counted by person, ended by what is sure."""

from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import Engine

from indexer.blobs import BlobStore
from indexer.errors import ModelRegistryError
from indexer.ranking.interleaving import Interleaving, begin, counted, end, newest, running, settle
from indexer.records.database import writing
from indexer.registry import Origin, Rankers
from models.ranker.card import RankerCard
from models.ranker.file import write_ranker
from tests.indexer.export.trail import Trail, at

CARD = RankerCard("0" * 64, "test", ("q",), 10, 0, {}, {})
CHUNKS = [f"{number:032x}-0-c1" for number in range(2)]


def file(weight: float) -> bytes:
    return write_ranker(CARD, np.full(6, weight))


@pytest.fixture
def rankers(engine: Engine, tmp_path: Path) -> Rankers:
    return Rankers(engine, BlobStore(tmp_path / "blobs"), (file(0.2), "start"))


def begun(engine: Engine, rankers: Rankers, *, promotes: bool = False) -> Interleaving:
    version = rankers.register(file(0.3), Origin.LEARNED).version
    return begin(engine, rankers, version, "ann", at(0), promotes=promotes)


def click(trail: Trail, compared: Interleaving, people: int, *, challenger: bool) -> None:
    """So many people click the hit of one of the two."""
    rankers = (compared.champion, compared.challenger)
    for person in range(people):
        client = f"{challenger}{person:030d}"
        for place, ranker in enumerate(rankers):
            # The two hits of one search are of different rankers: each is recorded as a search of its own.
            name = f"q{challenger}{person}-{place}"
            trail.search(name, "liability", [CHUNKS[place]], client=client, seconds=60, ranker=ranker)
        name = f"q{challenger}{person}-{int(challenger)}"
        trail.act("click", name, "liability", CHUNKS[int(challenger)], 0, client=client, seconds=70)


def test_only_one_comparison_runs_and_it_ends(engine: Engine, rankers: Rankers) -> None:
    compared = begun(engine, rankers)
    with pytest.raises(ModelRegistryError, match="is being compared; end that with --stop first"):
        begin(engine, rankers, compared.challenger, "bob", at(1), promotes=False)
    with writing(engine) as connection:
        end(connection, compared.id, "Enough.", at(2))
    with engine.connect() as connection:
        assert running(connection) is None
        found = newest(connection)
    assert found is not None
    assert (found.outcome, found.ended_at) == ("Enough.", at(2))


def test_what_is_in_use_cannot_be_compared_with_itself(engine: Engine, rankers: Rankers) -> None:
    rankers.keep_start()
    assert rankers.start is not None
    with pytest.raises(ModelRegistryError, match="orders hits already"):
        begin(engine, rankers, rankers.start.version, "ann", at(0), promotes=False)


def test_clicks_count_by_person_for_who_picked_the_hit(
    engine: Engine, rankers: Rankers, trail: Trail
) -> None:
    compared = begun(engine, rankers)
    click(trail, compared, 3, challenger=True)
    click(trail, compared, 1, challenger=False)
    found = counted(engine, compared)
    assert (found.people, found.challenger, found.champion) == (4, 3, 1)
    assert settle(engine, rankers, at(90)) == ""


def test_a_challenger_that_is_surely_better_takes_over_where_that_is_wanted(
    engine: Engine, rankers: Rankers, trail: Trail
) -> None:
    compared = begun(engine, rankers, promotes=True)
    click(trail, compared, 22, challenger=True)
    assert settle(engine, rankers, at(90)).startswith(
        "The challenger is surely better. Of those who clicked, 22 of 22"
    )
    used = rankers.state().used
    assert used is not None
    assert used.version == compared.challenger
    assert rankers.journal()[-1].by == "the comparison"
    with engine.connect() as connection:
        assert running(connection) is None


def test_a_challenger_that_is_surely_worse_is_stopped(engine: Engine, rankers: Rankers, trail: Trail) -> None:
    compared = begun(engine, rankers, promotes=True)
    click(trail, compared, 22, challenger=False)
    assert settle(engine, rankers, at(90)).startswith("The challenger is surely worse.")
    assert rankers.state().used is rankers.start


def test_a_comparison_ends_with_its_champion(engine: Engine, rankers: Rankers) -> None:
    begun(engine, rankers)
    other = rankers.register(file(0.4), Origin.LEARNED).version
    rankers.promote(other)
    assert settle(engine, rankers, at(90)).startswith("Ended, since another ranker orders hits now.")
