"""Rankers in the registry: what was learned orders hits, goes back, and never outlives another start."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import Engine

from indexer.blobs import BlobStore
from indexer.errors import ModelRegistryError
from indexer.records.database import open_records
from indexer.registry import Origin, Rankers, Registry
from indexer.registry.files import ProductModels
from models.ranker.card import RankerCard
from models.ranker.file import read_ranker, write_ranker

CARD = RankerCard("0" * 64, "test", ("q",), 10, 0, {}, {"ndcg@10": 0.5})


def file(weight: float) -> bytes:
    return write_ranker(CARD, np.full(6, weight))


def version(weight: float) -> str:
    return read_ranker(file(weight), "test").version


START, OTHER = (file(0.2), "start"), (file(0.9), "other")


@pytest.fixture
def engine(records_url: str) -> Iterator[Engine]:
    opened = open_records(records_url)
    yield opened
    opened.dispose()


@pytest.fixture
def blobs(tmp_path: Path) -> BlobStore:
    return BlobStore(tmp_path / "blobs")


def used(rankers: Rankers) -> str:
    found = rankers.state().used
    return found.version if found else ""


def learned(rankers: Rankers, weight: float) -> str:
    made = rankers.register(file(weight), Origin.LEARNED, "ann", "learned", dataset="d" * 64).version
    rankers.promote(made, "better", "ann")
    return made


def test_the_ranker_that_the_settings_name_orders_until_one_is_promoted(
    engine: Engine, blobs: BlobStore
) -> None:
    rankers = Rankers(engine, blobs, START)
    assert used(rankers) == version(0.2)
    one = learned(rankers, 0.3)
    assert used(rankers) == one
    assert rankers.find(one).parent == version(0.2)


def test_going_back_leads_version_by_version_to_the_start(engine: Engine, blobs: BlobStore) -> None:
    rankers = Rankers(engine, blobs, START)
    one, two = learned(rankers, 0.3), learned(rankers, 0.4)
    assert used(rankers) == two
    assert rankers.rollback("worse", "bob") == one
    assert rankers.rollback("worse", "bob") == version(0.2) == used(rankers)
    with pytest.raises(ModelRegistryError, match="no earlier ranker"):
        rankers.rollback()
    assert [(each.action.value, each.version, each.previous) for each in rankers.journal()][-2:] == [
        ("rollback", one, two),
        ("rollback", version(0.2), one),
    ]


def test_another_process_takes_a_promotion_once_its_second_is_over(
    engine: Engine, blobs: BlobStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    rankers, elsewhere = Rankers(engine, blobs, START), Rankers(engine, blobs, START)
    assert elsewhere.current() is not None
    one = learned(rankers, 0.3)
    monkeypatch.setattr("indexer.registry.rankers.SECONDS", -1.0)
    found = elsewhere.current()
    assert found is not None
    assert found.version == one


def test_another_file_in_the_settings_wins_over_what_was_learned_from_the_first(
    engine: Engine, blobs: BlobStore
) -> None:
    one = learned(Rankers(engine, blobs, START), 0.3)
    other = Rankers(engine, blobs, OTHER)
    assert used(other) == version(0.9)
    with pytest.raises(ModelRegistryError, match=f"{one} learned from {version(0.2)}"):
        other.promote(one)
    assert used(Rankers(engine, blobs, START)) == one


def test_a_damaged_file_is_passed_over_and_said_and_rollback_works_with_it(
    engine: Engine, blobs: BlobStore
) -> None:
    one, two = learned(Rankers(engine, blobs, START), 0.3), learned(Rankers(engine, blobs, START), 0.4)
    fresh = Rankers(engine, blobs, START)
    blobs.path(fresh.find(two).digest).write_bytes(b"no ranker")
    state = fresh.state()
    assert state.used is not None
    assert state.used.version == one
    assert f"The file of {two} is damaged" in state.trouble
    assert fresh.rollback() == one
    assert not fresh.state().trouble


def test_without_a_start_the_fusion_orders_until_a_ranker_is_learned(
    engine: Engine, blobs: BlobStore
) -> None:
    rankers = Rankers(engine, blobs, None)
    assert used(rankers) == ""
    one = learned(rankers, 0.3)
    assert used(rankers) == one
    assert rankers.find(one).parent is None


def test_registering_twice_changes_nothing(engine: Engine, blobs: BlobStore) -> None:
    rankers = Rankers(engine, blobs, START)
    one = rankers.register(file(0.3), Origin.LEARNED, "ann", "one")
    assert rankers.register(file(0.3), Origin.LEARNED, "bob", "two") == replace(one)
    assert len(rankers.journal()) == 1


def test_rankers_are_no_classifiers(engine: Engine, blobs: BlobStore) -> None:
    learned(Rankers(engine, blobs, START), 0.3)
    assert Registry(engine, blobs, ProductModels()).versions() == []
