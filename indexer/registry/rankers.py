"""The registry of rankers: what was learned from clicks, beside the ranker that the settings name.

That one is the start: it needs no promotion, learning begins with it, and it is what is gone back to last.
What was learned from another start orders no hits: whoever names another file gets it at once.
"""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Connection, Engine

from indexer.blobs import BlobStore
from indexer.code_version import code_version
from indexer.errors import ModelRegistryError
from indexer.ids import digest
from indexer.records.codec import time_to_text
from indexer.records.database import take_models, writing
from indexer.registry.journal import (
    LEAST_DIGITS,
    RANKER,
    Action,
    Entry,
    Origin,
    promoted,
    read_journal,
    write_entry,
)
from indexer.registry.ranker_versions import RankerVersion, read_rankers, write_ranker_version
from models.errors import RankerError
from models.ranker.file import read_ranker
from models.ranker.linear import LinearRanker

# How long a process takes another's promotion or rollback to be the newest news.
SECONDS = 1.0


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class RankerState:
    """What orders hits.

    Attributes:
        start: The ranker that the settings name; None where that is none.
        used: What orders; the start where nothing learned does.
        since: When it was promoted; empty for the start.
        trouble: Why what was promoted last does not order; empty where it does.
    """

    start: LinearRanker | None
    used: LinearRanker | None
    since: str = ""
    trouble: str = ""


class Rankers:
    """Versions in the records, files among the stored ones; threads may share it.

    Args:
        engine: The records.
        blobs: The stored files.
        start: Content and name of the file of the ranker that the settings name; None for the order of the
            fusion.
        clock: The time, with its zone.
    """

    def __init__(
        self,
        engine: Engine,
        blobs: BlobStore,
        start: tuple[bytes, str] | None,
        clock: Callable[[], datetime] = _now,
    ) -> None:
        self._engine = engine
        self._blobs = blobs
        self._start_file = start[0] if start else None
        self._clock = clock
        self.start = read_ranker(*start) if start else None
        self._lock = threading.Lock()
        self._known: tuple[float, RankerState] | None = None
        self._loaded: dict[str, LinearRanker] = {}

    def current(self) -> LinearRanker | None:
        """Returns what orders hits, as the records had it a second ago or later; None for the fusion."""
        with self._lock:
            if self._known is None or time.monotonic() - self._known[0] > SECONDS:
                self._known = (time.monotonic(), self.state())
            return self._known[1].used

    def state(self) -> RankerState:
        """Returns what orders hits now. A version whose file cannot be used is passed over, and said."""
        with self._engine.connect() as connection:
            stack = self._stack(connection)
            known = {each.version: each for each in read_rankers(connection)}
        trouble = ""
        for entry in reversed(stack):
            try:
                return RankerState(self.start, self._load(known[entry.version]), entry.at, trouble)
            except RankerError as error:
                trouble = trouble or str(error)
        return RankerState(self.start, self.start, "", trouble)

    def register(
        self, content: bytes, origin: Origin, by: str = "", reason: str = "", *, dataset: str = ""
    ) -> RankerVersion:
        """Stores a ranker's file and notes its version; doing it twice changes nothing, and mends the file.

        Raises:
            RankerError: The file is damaged, foreign or of a newer version.
        """
        ranker = read_ranker(content, f"The ranker {digest(content)[:12]}…")
        parent = self.start.version if self.start and origin is Origin.LEARNED else None
        stored, now = self._blobs.put_whole(content), time_to_text(self._clock())
        code = "" if origin is Origin.STARTER else code_version()
        made = RankerVersion(ranker.version, stored, origin, parent, now, ranker.card, dataset, code)
        with writing(self._engine) as connection:
            take_models(connection)
            for known in read_rankers(connection):
                if known.version == made.version:
                    return known
            write_ranker_version(connection, made)
            self._note(connection, Action.REGISTER, made.version, by, reason)
        return made

    def promote(self, version: str, reason: str = "", by: str = "") -> RankerVersion:
        """Makes a version the one that orders hits; nothing changes where it is that already.

        Raises:
            ModelRegistryError: There is no such version, or it learned from another start.
            RankerError: Its file cannot be used.
        """
        self.keep_start()
        chosen = self.find(version)
        self.usable(chosen.version)
        with writing(self._engine) as connection:
            take_models(connection)
            if self._current(connection) != chosen.version:
                self._note(connection, Action.PROMOTE, chosen.version, by, reason)
        self._known = None
        return chosen

    def usable(self, version: str) -> LinearRanker:
        """Returns a version that may order hits.

        Raises:
            ModelRegistryError: There is no such version, or it learned from another start.
            RankerError: Its file cannot be used.
        """
        chosen = self.find(version)
        if not self._fits(chosen):
            raise ModelRegistryError(
                f"{chosen.version} learned from {chosen.parent or 'no ranker'}, and the settings name "
                f"{self.start.version if self.start else 'none'}"
            )
        return self._load(chosen)

    def rollback(self, reason: str = "", by: str = "") -> str:
        """Goes back to what ordered before, the newest whose file can be used; returns its version.

        Raises:
            ModelRegistryError: There is nothing before.
        """
        self.keep_start()
        with writing(self._engine) as connection:
            take_models(connection)
            stack = self._stack(connection)
            known = {each.version: each for each in read_rankers(connection)}
            now = stack[-1].version if stack else ""
            before = [entry.version for entry in reversed(stack[:-1]) if entry.version != now]
            if self.start and now and now != self.start.version:
                before.append(self.start.version)
            for version in before:
                if self._usable(known[version]):
                    self._note(connection, Action.ROLLBACK, version, by, reason)
                    self._known = None
                    return version
        raise ModelRegistryError("There is no earlier ranker that can be used")

    def refuse(self, version: str, reason: str, by: str = "") -> None:
        """Notes in the journal that a version may not order, and why. Raises ModelRegistryError."""
        with writing(self._engine) as connection:
            take_models(connection)
            self._note(connection, Action.REFUSE, self.find(version).version, by, reason)

    def keep_start(self) -> None:
        """Registers the ranker that the settings name, so that it can be listed and gone back to."""
        if self._start_file is not None:
            self.register(self._start_file, Origin.STARTER, "the settings", "learning starts from it")

    def versions(self) -> list[RankerVersion]:
        """Returns all versions, the newest first."""
        with self._engine.connect() as connection:
            return read_rankers(connection)

    def journal(self) -> list[Entry]:
        """Returns the journal, the oldest line first."""
        with self._engine.connect() as connection:
            return read_journal(connection, RANKER)

    def find(self, text: str) -> RankerVersion:
        """Returns the version of that name, or of the first digits of its file. Raises ModelRegistryError."""
        digits, versions = text.strip().rpartition(":")[2], self.versions()
        found = [each for each in versions if each.digest.startswith(digits)]
        if len(digits) >= LEAST_DIGITS and len(found) == 1:
            return found[0]
        known = ", ".join(each.version for each in versions[:5]) or "none"
        raise ModelRegistryError(f"There is no ranker {text[:80]!r}; there are {known}")

    def content(self, version: str) -> bytes:
        """Returns the file of a version. Raises ModelRegistryError and RankerError."""
        return self._content(self.find(version))

    def _stack(self, connection: Connection) -> list[Entry]:
        """Returns the promotions that stand, of versions that learned from the start or are it."""
        known = {each.version: each for each in read_rankers(connection)}
        stack = promoted(read_journal(connection, RANKER))
        return [entry for entry in stack if self._fits(known[entry.version])]

    def _fits(self, version: RankerVersion) -> bool:
        start = self.start.version if self.start else None
        return version.version == start or (version.origin is Origin.LEARNED and version.parent == start)

    def _current(self, connection: Connection) -> str:
        stack = self._stack(connection)
        return stack[-1].version if stack else self.start.version if self.start else ""

    def _load(self, version: RankerVersion) -> LinearRanker:
        if version.version not in self._loaded:
            self._loaded[version.version] = read_ranker(self._content(version), version.version)
        return self._loaded[version.version]

    def _content(self, version: RankerVersion) -> bytes:
        try:
            content = self._blobs.path(version.digest).read_bytes()
        except OSError as error:
            raise RankerError(f"The file of {version.version} cannot be read: {error.strerror}.") from None
        if digest(content) != version.digest:
            raise RankerError(f"The file of {version.version} is damaged: it hashes to another digest.")
        return content

    def _usable(self, version: RankerVersion) -> bool:
        try:
            self._load(version)
        except RankerError:
            return False
        return True

    def _note(self, connection: Connection, action: Action, version: str, by: str, reason: str) -> None:
        before = self._current(connection) or None
        write_entry(
            connection, Entry(RANKER, action, version, before, time_to_text(self._clock()), by, reason)
        )
