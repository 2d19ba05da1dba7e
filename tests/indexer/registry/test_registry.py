"""Model versions: registered, promoted, rolled back, refused; on both databases."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

from indexer.blobs import BlobStore
from indexer.errors import ModelRegistryError
from indexer.ids import digest
from indexer.records.database import open_records
from indexer.registry import Action, Entry, Origin, Registry
from indexer.registry.cards import card_from_json, card_to_json
from indexer.registry.journal import promoted
from models.errors import ClassifierError
from models.packs import load_pack
from tests.classifiers import WordClassifier, WordModels, model_bytes

PACK = load_pack("contracts")
LAW = {"Governing Law": {"word": "delaware", "probability": 0.9}}
FIRST, SECOND, THIRD = (model_bytes(LAW, high=high) for high in (0.7, 0.75, 0.8))


def named(content: bytes) -> str:
    return WordClassifier(content).version


class Shop:
    """A registry that can be opened again, as another process or a newer product would."""

    def __init__(self, engine: Engine, folder: Path) -> None:
        self.engine = engine
        self.blobs = BlobStore(folder / "blobs")
        self.models = WordModels()
        self.now = datetime(2026, 1, 31, 9, tzinfo=UTC)
        self.registry = self.open()

    def open(self, *starters: bytes, reader: str = "") -> Registry:
        self.models = WordModels({"contracts": starters})
        self.registry = Registry(self.engine, self.blobs, self.models, self._clock, reader=reader)
        return self.registry

    def _clock(self) -> datetime:
        self.now += timedelta(seconds=1)
        return self.now

    def promote(self, *contents: bytes, origin: Origin = Origin.TRAINED) -> None:
        for content in contents:
            self.registry.promote(self.registry.register(content, origin).version)

    def file(self, content: bytes) -> Path:
        return self.blobs.path(digest(content))

    def used(self) -> str | None:
        classifier = self.registry.classifier(PACK)
        return classifier.version if classifier else None


@pytest.fixture
def shop(tmp_path: Path, records_url: str) -> Iterator[Shop]:
    engine = open_records(records_url)
    yield Shop(engine, tmp_path)
    engine.dispose()


def test_without_any_model_the_rules_label_alone(shop: Shop) -> None:
    state = shop.registry.state("contracts")
    assert (state.current, state.used, state.trouble) == (None, None, "")
    assert shop.registry.classifier(PACK) is None


def test_a_promoted_version_labels_and_its_card_is_kept(shop: Shop) -> None:
    version = shop.registry.register(FIRST, Origin.TRAINED, by="ann", reason="200 decisions")
    assert shop.used() is None
    shop.registry.promote(version.version, "better", "ann")
    assert shop.used() == named(FIRST)
    card = shop.open().card(named(FIRST))
    assert card == WordClassifier(FIRST).card
    day, name = "2026-01-31T09:00", named(FIRST)
    assert shop.registry.journal("contracts") == [
        Entry("contracts", Action.REGISTER, name, None, f"{day}:01.000Z", "ann", "200 decisions"),
        Entry("contracts", Action.PROMOTE, name, None, f"{day}:02.000Z", "ann", "better"),
    ]


def test_doing_it_twice_changes_nothing(shop: Shop) -> None:
    shop.promote(FIRST, FIRST)
    assert [entry.action for entry in shop.registry.journal()] == [Action.REGISTER, Action.PROMOTE]
    assert len(shop.registry.versions()) == 1


def test_the_starter_is_promoted_on_a_fresh_install(shop: Shop) -> None:
    assert shop.open(FIRST).classifier(PACK) is not None
    state = shop.registry.state("contracts")
    assert state.current is not None
    assert (state.current.version, state.current.origin) == (named(FIRST), Origin.STARTER)


def test_a_starter_that_cannot_be_used_leaves_the_rules_alone_and_says_why(shop: Shop) -> None:
    shop.open(b"nonsense")
    assert shop.used() is None
    state = shop.registry.state("contracts")
    assert state.current is None
    assert "is no classifier" in state.trouble
    assert not shop.registry.settled(PACK)
    shop.promote(FIRST)
    assert shop.registry.state("contracts").trouble == ""


def test_a_newer_starter_replaces_the_old_one_but_not_one_that_was_rolled_back_from(shop: Shop) -> None:
    shop.open(FIRST).classifier(PACK)
    shop.open(SECOND)
    assert shop.used() == named(SECOND)
    shop.registry.rollback("contracts")
    shop.open(SECOND)
    assert shop.used() == named(FIRST)


READING = model_bytes(LAW, reader="a1b2")


def test_with_a_reader_the_starter_that_needs_it_labels_and_without_it_the_other(shop: Shop) -> None:
    shop.open(FIRST, READING)
    assert shop.used() == named(FIRST)
    assert shop.registry.settled(PACK)
    shop.open(FIRST, READING, reader="a1b2")
    assert shop.used() == named(READING)
    assert shop.registry.settled(PACK)
    shop.open(FIRST, READING, reader="c3d4")
    assert shop.used() == named(FIRST)
    state = shop.registry.state("contracts")
    assert state.trouble == (
        f"{named(READING)} needs the reader a1b2, which the encoder in use does not have."
    )
    assert "CLAUSEWATCH_READER" in state.remedy
    assert not shop.registry.settled(PACK)
    shop.registry.promote(named(FIRST), "for this encoder", "ann")
    assert shop.registry.settled(PACK)


def test_where_the_better_starter_is_damaged_the_other_labels_and_why_is_said(shop: Shop) -> None:
    shop.open(FIRST, b"nonsense", reader="a1b2")
    assert shop.used() == named(FIRST)
    assert "is no classifier" in shop.registry.state("contracts").trouble
    assert not shop.registry.settled(PACK)


def test_a_rollback_passes_over_what_needs_another_reader(shop: Shop) -> None:
    shop.promote(FIRST, READING, SECOND)
    assert shop.registry.rollback("contracts").version == named(FIRST)


@pytest.mark.parametrize("origin", [Origin.TRAINED, Origin.THRESHOLDS])
def test_a_newer_starter_never_replaces_what_was_made_here(shop: Shop, origin: Origin) -> None:
    shop.open(FIRST).classifier(PACK)
    shop.promote(SECOND, origin=origin)
    shop.open(THIRD)
    assert shop.used() == named(SECOND)
    assert {each.version for each in shop.registry.versions()} == {named(FIRST), named(SECOND), named(THIRD)}


def test_rolling_back_goes_step_by_step_and_ends_with_a_reason(shop: Shop) -> None:
    shop.promote(FIRST, SECOND, THIRD)
    assert shop.registry.rollback("contracts", "too many alarms", "bob").version == named(SECOND)
    assert shop.used() == named(SECOND)
    assert shop.registry.rollback("contracts").version == named(FIRST)
    with pytest.raises(ModelRegistryError, match="The pack contracts has no earlier model"):
        shop.registry.rollback("contracts")
    assert shop.registry.journal()[-2].reason == "too many alarms"
    assert shop.registry.journal()[-2].previous == named(THIRD)


def test_promoting_after_a_rollback_can_be_taken_back_to_where_it_was(shop: Shop) -> None:
    shop.promote(FIRST, SECOND)
    shop.registry.rollback("contracts")
    shop.promote(THIRD)
    assert shop.registry.rollback("contracts").version == named(FIRST)


def tamper(path: Path) -> None:
    path.write_bytes(path.read_bytes().replace(b"delaware", b"maryland"))


DAMAGES = {
    "missing": (lambda path: path.unlink(), "is missing"),
    "damaged": (lambda path: path.write_bytes(path.read_bytes()[:-9]), "is damaged: it hashes to "),
    "tampered": (tamper, "is damaged: it hashes to "),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_bad_file_is_refused_by_name_and_hash_and_the_previous_version_labels(
    shop: Shop, damage: str
) -> None:
    harm, words = DAMAGES[damage]
    shop.promote(FIRST, SECOND)
    assert shop.used() == named(SECOND)
    harm(shop.file(SECOND))
    assert shop.used() == named(FIRST)
    state = shop.registry.state("contracts")
    assert state.current is not None
    assert state.current.version == named(SECOND)
    assert f"The file {digest(SECOND)[:12]}… of {named(SECOND)} {words}" in state.trouble


def test_with_no_good_version_left_the_rules_label_and_rolling_back_says_so(shop: Shop) -> None:
    shop.promote(FIRST, SECOND)
    for content in (FIRST, SECOND):
        shop.file(content).write_bytes(b"")
    assert shop.used() is None
    assert shop.registry.state("contracts").trouble
    with pytest.raises(ModelRegistryError, match="no earlier model that can be used"):
        shop.registry.rollback("contracts")


def test_rolling_back_from_a_damaged_version_works_and_passes_over_damaged_ones(shop: Shop) -> None:
    shop.promote(FIRST, SECOND, THIRD)
    for content in (SECOND, THIRD):
        shop.file(content).write_bytes(b"")
    assert shop.registry.rollback("contracts").version == named(FIRST)
    assert shop.registry.state("contracts").trouble == ""


def test_registering_the_same_file_again_mends_it(shop: Shop) -> None:
    shop.promote(FIRST)
    shop.file(FIRST).write_bytes(b"")
    assert shop.used() is None
    shop.registry.register(FIRST, Origin.TRAINED)
    assert shop.used() == named(FIRST)


def test_promoting_the_starter_puts_its_file_back_from_the_product(shop: Shop) -> None:
    shop.open(FIRST).classifier(PACK)
    shop.file(FIRST).write_bytes(b"tampered")
    assert shop.used() is None
    shop.registry.promote(named(FIRST))
    assert shop.used() == named(FIRST)


def test_a_file_of_a_newer_version_is_refused_before_anything_is_stored(shop: Shop) -> None:
    newer = model_bytes(LAW, form=2)
    with pytest.raises(ClassifierError, match=digest(newer)[:12]):
        shop.registry.register(newer, Origin.TRAINED)
    assert shop.registry.versions() == []
    assert not shop.blobs.has(digest(newer))


def test_a_damaged_version_is_not_promoted(shop: Shop) -> None:
    shop.promote(FIRST)
    version = shop.registry.register(SECOND, Origin.TRAINED)
    shop.file(SECOND).write_bytes(b"")
    with pytest.raises(ClassifierError, match="damaged"):
        shop.registry.promote(version.version)
    assert shop.used() == named(FIRST)


def test_thresholds_chosen_anew_are_a_version_of_their_own(shop: Shop) -> None:
    shop.promote(FIRST)
    made = shop.registry.rethreshold("contracts", 0.95, (), "ann")
    assert (made.origin, made.parent) == (Origin.THRESHOLDS, named(FIRST))
    assert (made.card.precision, made.card.labels["Governing Law"].high) == (0.95, 0.95)
    assert shop.used() == made.version
    assert shop.registry.journal()[-1].reason == "thresholds for precision 0.95"
    with pytest.raises(ModelRegistryError, match="does not give the label Audit Rights"):
        shop.registry.rethreshold("contracts", 0.9, ("Audit Rights",))


def test_a_version_is_found_by_the_first_digits_of_its_file(shop: Shop) -> None:
    shop.promote(FIRST, SECOND)
    assert shop.registry.find(digest(FIRST)[:6]).version == named(FIRST)
    for unknown in ("classifier:contracts:000000000000", digest(FIRST)[:3], ""):
        with pytest.raises(ModelRegistryError, match=f"there are {named(SECOND)}, {named(FIRST)}"):
            shop.registry.find(unknown)


def test_packs_have_models_of_their_own(shop: Shop) -> None:
    shop.promote(FIRST, model_bytes(LAW, pack="emails"))
    assert shop.used() == named(FIRST)
    assert shop.registry.rethreshold("emails", 0.9, ()).pack == "emails"
    assert shop.used() == named(FIRST)


def test_a_card_is_read_as_it_was_written() -> None:
    card = WordClassifier(FIRST).card
    assert card_from_json(card_to_json(card)) == card


def test_the_journal_alone_tells_what_stands() -> None:
    lines = [("promote", "a"), ("register", "b"), ("promote", "b"), ("promote", "c"), ("rollback", "a")]
    entries = [Entry("p", Action(action), version, None, "", "", "") for action, version in lines]
    assert [each.version for each in promoted(entries[:4])] == ["a", "b", "c"]
    assert [each.version for each in promoted(entries)] == ["a"]
