"""At least three versions are kept ready: real files, damaged, backed up, and left alone by the tidying."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine

from indexer.backup import back_up, restore
from indexer.blobs import BlobStore
from indexer.ids import digest
from indexer.ingest.writer import discard_unread
from indexer.records.database import open_records
from indexer.registry import ModelVersion, ProductModels, Registry
from models.labels import Passage
from models.packs import load_pack

PACK = load_pack("contracts")
LAW = (
    "This Agreement shall be governed by and construed in accordance with the laws of the State of Delaware."
)
PRECISIONS = (0.7, 0.75, 0.85, 0.9, 0.95)


@pytest.fixture
def records(tmp_path: Path) -> Iterator[Engine]:
    """A home in which the model that ships was promoted, and then five others by their thresholds."""
    engine = open_records(f"sqlite:///{tmp_path / 'records.sqlite'}")
    registry = opened(engine, tmp_path)
    for precision in PRECISIONS:
        registry.rethreshold("contracts", precision, ())
    yield engine
    engine.dispose()


def opened(engine: Engine, home: Path) -> Registry:
    """The registry of a home, as another process opens it."""
    return Registry(engine, BlobStore(home / "blobs"), ProductModels())


def five(registry: Registry) -> list[ModelVersion]:
    """The five, the oldest first."""
    made = {version.version: version for version in registry.versions()}
    promoted = [entry.version for entry in registry.journal() if entry.action == "promote"]
    return [made[name] for name in promoted[1:]]


def path(home: Path, version: ModelVersion) -> Path:
    return BlobStore(home / "blobs").path(version.digest)


def chance(registry: Registry) -> float:
    """How probable what labels now finds the governing law in a passage."""
    classifier = registry.classifier(PACK)
    assert classifier is not None
    column = list(classifier.card.labels).index("Governing Law")
    return float(classifier.scores([Passage(LAW)])[0, column])


def test_with_the_newest_two_of_five_damaged_going_back_takes_seconds_and_answers_are_right(
    records: Engine, tmp_path: Path
) -> None:
    before = opened(records, tmp_path)
    versions, expected = five(before), chance(before)
    assert len({version.digest for version in versions}) == len(PRECISIONS)
    for version in versions[-2:]:
        path(tmp_path, version).write_bytes(b"damaged")
    registry = opened(records, tmp_path)
    started = time.monotonic()
    assert registry.rollback("contracts").version == versions[2].version
    found = chance(registry)
    assert time.monotonic() - started < 10
    assert found == expected > 0.9
    assert registry.load(versions[2].version).card == versions[2].card
    state = registry.state("contracts")
    assert (state.current, state.used, state.trouble) == (versions[2], versions[2], "")
    assert registry.rollback("contracts").version == versions[1].version
    assert registry.rollback("contracts").version == versions[0].version


def test_a_backup_keeps_every_version_ready(records: Engine, tmp_path: Path) -> None:
    now = datetime(2026, 5, 4, tzinfo=UTC)
    made = back_up(tmp_path / "records.sqlite", BlobStore(tmp_path / "blobs"), tmp_path / "backup", now)
    assert made.manifest.files == 1 + len(PRECISIONS)
    home = tmp_path / "restored"
    restore(tmp_path / "backup", home / "records.sqlite", home)
    engine = open_records(f"sqlite:///{home / 'records.sqlite'}")
    registry = opened(engine, home)
    versions = five(registry)
    assert registry.state("contracts").used == versions[-1]
    for version in reversed(versions[:-1]):
        assert registry.rollback("contracts").version == version.version
    engine.dispose()


def test_what_is_tidied_away_after_an_ingest_is_never_a_version(records: Engine, tmp_path: Path) -> None:
    blobs = BlobStore(tmp_path / "blobs")
    stray = blobs.put(b"a file that gave no document")
    discard_unread(records, blobs, set(blobs.digests()))
    blobs.sweep()
    versions = opened(records, tmp_path).versions()
    assert not blobs.has(stray)
    assert [digest(path(tmp_path, each).read_bytes()) for each in versions] == [
        each.digest for each in versions
    ]
    assert len(versions) == 1 + len(PRECISIONS)
