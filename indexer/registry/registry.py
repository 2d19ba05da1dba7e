"""The registry of classifiers: registers, promotes, rolls back, and says which one labels now."""

import logging
import threading
from collections.abc import Callable, Collection
from datetime import UTC, datetime

from sqlalchemy import Connection, Engine

from indexer.blobs import BlobStore
from indexer.code_version import code_version
from indexer.errors import ModelRegistryError
from indexer.ids import digest
from indexer.records.codec import time_to_text
from indexer.records.database import take_models, writing
from indexer.registry.files import ModelFiles
from indexer.registry.journal import (
    Action,
    Entry,
    ModelVersion,
    Origin,
    current_version,
    find_version,
    promoted,
    read_journal,
    read_versions,
    write_entry,
    write_version,
)
from indexer.registry.loading import Loader
from indexer.registry.state import ModelState
from models.classifier.adapted import adapted
from models.classifier.card import ClassifierCard
from models.errors import ClassifierError
from models.packs import Pack
from models.protocols import Classifier

_log = logging.getLogger(__name__)
PRODUCT = "the product"


def _now() -> datetime:
    return datetime.now(UTC)


class Registry:
    """Model versions in the records, their files among the stored files; fulfils ``Classifiers``.

    The models that the product ships are registered when a pack is first asked for, and promoted where the
    pack has none or an older one of the product; never over one that was trained here.
    """

    def __init__(
        self,
        engine: Engine,
        blobs: BlobStore,
        files: ModelFiles,
        clock: Callable[[], datetime] = _now,
        *,
        reader: str = "",
    ) -> None:
        """Opens the registry.

        Args:
            engine: The records.
            blobs: The stored files.
            files: Reads models.
            clock: The time, with its zone.
            reader: Version of the reader that the encoder in use has; empty for none. A model that needs
                another is passed over.
        """
        self._engine = engine
        self._blobs = blobs
        self._files = files
        self._clock = clock
        self._reader = reader
        self._loader = Loader(blobs, files, reader)
        self._cards: dict[str, ClassifierCard | None] = {}
        self._begun: dict[str, ClassifierError | None] = {}
        self._beginning = threading.Lock()

    def classifier(self, pack: Pack) -> Classifier | None:
        """Returns the classifier that labels by a pack; None where its rules label alone."""
        while (used := self.state(pack.name).used) is not None:
            try:
                return adapted(self._loader.load(used), pack)
            except ClassifierError:
                continue  # the next state passes it over
        return None

    def settled(self, pack: Pack) -> bool:
        """Whether that is what was promoted last, and not what stands in for it."""
        return not self.state(pack.name).trouble

    def state(self, pack: str) -> ModelState:
        """Returns what labels by a pack. A version whose file cannot be used is passed over, and said."""
        unshipped = self._begin(pack)
        with self._engine.connect() as connection:
            stack = promoted(read_journal(connection, pack))
            known = {each.version: each for each in read_versions(connection, pack)}
        if not stack:
            return ModelState(pack, None, "", None, *_told(unshipped))
        current, since = known[stack[-1].version], stack[-1].at
        trouble: ClassifierError | None = None
        lacking = unshipped if current.origin is Origin.STARTER else None
        for entry in reversed(stack):
            try:
                self._loader.check(known[entry.version])
            except ClassifierError as error:
                trouble = trouble or error
            else:
                return ModelState(pack, current, since, known[entry.version], *_told(trouble or lacking))
        return ModelState(pack, current, since, None, *_told(trouble))

    def register(
        self,
        content: bytes,
        origin: Origin,
        parent: str | None = None,
        by: str = "",
        reason: str = "",
        *,
        dataset: str = "",
    ) -> ModelVersion:
        """Stores a model's file and notes its version; doing it twice changes nothing, and mends the file.

        Raises:
            ClassifierError: The file is damaged, foreign or of a newer version.
        """
        classifier = self._files.read(content, f"The model {digest(content)[:12]}…")
        stored = self._blobs.put_whole(content)
        now = time_to_text(self._clock())
        card = classifier.card
        code = "" if origin is Origin.STARTER else code_version()  # the product was shipped with a starter
        version = ModelVersion(
            classifier.version, card.pack, stored, origin, parent, now, card, dataset, code
        )
        with writing(self._engine) as connection:
            take_models(connection)
            known = {each.version: each for each in read_versions(connection, card.pack)}
            if version.version in known:
                return known[version.version]
            write_version(connection, version)
            self._note(connection, Action.REGISTER, version, by, reason)
        return version

    def promote(self, version: str, reason: str = "", by: str = "") -> ModelVersion:
        """Makes a version the one that labels; nothing changes where it is that already.

        The file of the product's own model is put back from the product where it is missing or damaged.

        Raises:
            ModelRegistryError: There is no such version.
            ClassifierError: Its file cannot be used.
        """
        chosen = self.find(version)
        for own in self._files.starters(chosen.pack, chosen.card.reader):
            if digest(own) == chosen.digest:
                self._blobs.put_whole(own)
        self._loader.load(chosen)
        with writing(self._engine) as connection:
            take_models(connection)
            if current_version(connection, chosen.pack) != chosen.version:
                self._note(connection, Action.PROMOTE, chosen, by, reason)
        return chosen

    def refuse(self, version: str, reason: str, by: str = "") -> None:
        """Notes in the journal that a version may not label, and why. Raises ModelRegistryError."""
        refused = self.find(version)
        with writing(self._engine) as connection:
            take_models(connection)
            self._note(connection, Action.REFUSE, refused, by, reason)

    def content(self, version: str) -> bytes:
        """Returns the file of a version. Raises ModelRegistryError and ClassifierError."""
        return self._loader.content(self.find(version))

    def rollback(self, pack: str, reason: str = "", by: str = "") -> ModelVersion:
        """Goes back to the version that labelled before, the newest whose file can be used.

        Raises:
            ModelRegistryError: There is none.
        """
        known = {each.version: each for each in self.versions(pack)}
        with writing(self._engine) as connection:
            take_models(connection)
            stack = promoted(read_journal(connection, pack))
            for entry in reversed(stack[:-1]):
                version = known[entry.version]
                if version.version != stack[-1].version and self._usable(version):
                    self._note(connection, Action.ROLLBACK, version, by, reason)
                    return version
        raise ModelRegistryError(f"The pack {pack} has no earlier model that can be used")

    def rethreshold(self, pack: str, precision: float, labels: Collection[str], by: str = "") -> ModelVersion:
        """Chooses thresholds anew, registers the result as a version and promotes it.

        Args:
            pack: Whose current model is taken.
            precision: What the thresholds are chosen for, in (0, 1).
            labels: Those whose thresholds change; all where it is empty.
            by: Who asked for it.

        Raises:
            ModelRegistryError: The pack has no model in use, or it does not give one of the labels.
            ClassifierError: The file cannot be used.
        """
        used = self.state(pack).used
        if used is None:
            raise ModelRegistryError(f"The pack {pack} has no model in use: its keyword rules label alone")
        for label in labels:
            if label not in used.card.labels:
                raise ModelRegistryError(
                    f"{used.version} does not give the label {label}: its rules do, which have no thresholds"
                )
        content = self._files.rethreshold(
            self._loader.content(used), precision, labels or tuple(used.card.labels)
        )
        reason = f"thresholds for precision {precision:g}" + (f" of {', '.join(labels)}" if labels else "")
        made = self.register(content, Origin.THRESHOLDS, used.version, by, reason, dataset=used.dataset)
        return self.promote(made.version, reason, by)

    def versions(self, pack: str = "") -> list[ModelVersion]:
        """Returns the versions of a pack (of all packs), the newest first."""
        with self._engine.connect() as connection:
            return read_versions(connection, pack)

    def journal(self, pack: str = "") -> list[Entry]:
        """Returns the journal of a pack (of all packs), the oldest line first."""
        with self._engine.connect() as connection:
            return read_journal(connection, pack)

    def find(self, text: str) -> ModelVersion:
        """Returns the version of that name, or of the first digits of its file. Raises ModelRegistryError."""
        return find_version(self.versions(), text)

    def load(self, version: str) -> Classifier:
        """Returns the classifier of a version. Raises ModelRegistryError and ClassifierError."""
        return self._loader.load(self.find(version))

    def card(self, version: str) -> ClassifierCard | None:
        """Returns what a version says of itself; None for one that is not registered."""
        if version not in self._cards:
            self._cards |= {version: None} | {each.version: each.card for each in self.versions()}
        return self._cards[version]

    def _begin(self, pack: str) -> ClassifierError | None:
        """Registers the product's own model of a pack, once in each process; returns why it cannot be."""
        with self._beginning:
            if pack not in self._begun:
                try:
                    self._take_starters(pack)
                    self._begun[pack] = None
                except ClassifierError as error:
                    self._begun[pack] = error
                    _log.error("The model that ships for the pack %s is not used: %s", pack, error)
            return self._begun[pack]

    def _take_starters(self, pack: str) -> None:
        for content in self._files.starters(pack, self._reader):
            self._take_starter(pack, content)

    def _take_starter(self, pack: str, content: bytes) -> None:
        known = {each.digest for each in self.versions(pack)}
        if digest(content) in known:
            return
        with self._engine.connect() as connection:
            current = current_version(connection, pack)
        version = self.register(content, Origin.STARTER, current, PRODUCT, "ships with this version")
        origin = {each.version: each.origin for each in self.versions(pack)}.get(current or "")
        if current is None or origin is Origin.STARTER:
            self.promote(version.version, "ships with this version", PRODUCT)

    def _note(
        self, connection: Connection, action: Action, version: ModelVersion, by: str, reason: str
    ) -> None:
        """Adds a line to the journal."""
        now = version.created_at if action is Action.REGISTER else time_to_text(self._clock())
        current = current_version(connection, version.pack)
        write_entry(connection, Entry(version.pack, action, version.version, current, now, by, reason))

    def _usable(self, version: ModelVersion) -> bool:
        try:
            self._loader.check(version)
            self._loader.load(version)
        except ClassifierError:
            return False
        return True


def _told(error: ClassifierError | None) -> tuple[str, str]:
    return (error.what, error.remedy) if error else ("", "")
