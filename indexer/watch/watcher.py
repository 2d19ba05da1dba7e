"""Keeps the collections of watched folders up to date."""

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from sqlalchemy import select

from indexer.ingest import Ingest, Origin
from indexer.ingest.walk import is_temporary, resolved, uri_of, walk
from indexer.rebuild import Report, silent
from indexer.records import schema
from indexer.records.database import writing
from indexer.records.watches import Watch, add_watch, watches
from indexer.runs import ensure_collection
from indexer.watch.folders import Folders
from indexer.watch.settling import Settling, State, state_of

QUIET_SECONDS = 1.0
# Between so many files others may write: an upload must not wait for a whole archive.
FILES_AT_ONCE = 100
# While another process writes, settled files wait for it so long before they are tried again.
WAIT_SECONDS = 30.0
_log = logging.getLogger(__name__)


def watch_paths(ingest: Ingest, paths: Sequence[Path], collection: str) -> list[Watch]:
    """Watches folders and files from now on; returns them. Raises UnknownPathError."""
    found = [Watch(collection, resolved(path)) for path in paths]
    with writing(ingest.engine) as connection:
        ensure_collection(connection, collection, ingest.clock())
        for watch in found:
            add_watch(connection, watch, ingest.clock())
    return found


class Watcher:
    """Ingests touched files as soon as they are completely written; looks at whole folders now and then.

    A folder that is missing or suddenly empty is taken for a drive that is not connected: nothing of
    it is removed. Its methods are called by one thread at a time.

    Args:
        ingest: What takes the files in.
        report: Told files done, of how many, while files are ingested; may raise to stop.
        now: Monotonic seconds.
    """

    def __init__(
        self, ingest: Ingest, report: Report = silent, now: Callable[[], float] = time.monotonic
    ) -> None:
        self._ingest = ingest
        self._report = report
        self._settling = Settling(QUIET_SECONDS, now)
        self._attempted: dict[tuple[str, Path], State] = {}  # what gave no document, not to be tried again
        self._warned: set[Path] = set()
        self._unclear = False
        self._folders = Folders(self._settling.touch, self._look_soon)
        self._home = ingest.home.absolute()

    def start(self) -> None:
        """Begins to listen to file events."""
        self._folders.follow(watch.path for watch in self._watches())
        self._folders.start()

    def stop(self) -> None:
        """Stops listening."""
        self._folders.stop()

    def settle(self) -> None:
        """Ingests the touched files that are completely written; call it every second or so.

        Raises:
            WriterBusyError: Another process writes; the files are tried again at the next call.
            IndexUnavailableError: The index needs a rebuild; likewise.
        """
        listed = self._watches()
        self._folders.follow(watch.path for watch in listed)
        if self._unclear:
            self._unclear = False
            self.reconcile()
        ready = self._settling.settled()
        try:
            for watch in listed:
                self._take(watch, {path: ready[path] for path in ready if self._belongs(path, watch)})
        except BaseException:
            for path in ready:
                self._settling.touch(path)
            raise

    def reconcile(self) -> None:
        """Compares every watched folder with the records; what differs is taken up once it is quiet."""
        for watch in self._watches():
            known = self._known(watch)
            present = self._present(watch)
            if present is None or (known and not present and watch.path.is_dir()):
                self._warn(watch, len(known))
                continue
            self._warned.discard(watch.path)
            for path, state in present.items():
                if state not in (known.get(path), self._attempted.get((watch.collection, path))):
                    self._settling.touch(path)
            for path in known.keys() - present.keys():
                if state_of(path) is None:
                    self._settling.touch(path)

    def _take(self, watch: Watch, ready: Mapping[Path, State | None]) -> None:
        known = self._known(watch) if ready else {}
        changed = [
            path
            for path, state in sorted(ready.items())
            if state is not None and state not in (known.get(path), self._tried(watch, path))
        ]
        for path in changed[FILES_AT_ONCE:]:
            self._settling.touch(path)
        changed = changed[:FILES_AT_ONCE]
        if changed:
            self._ingest.run(changed, watch.collection, Origin.WATCH, self._report, WAIT_SECONDS)
            self._remember(watch, {path: ready[path] for path in changed})
        gone = [path for path, state in ready.items() if state is None and path in known]
        if gone and watch.path.exists():
            self._ingest.forget(watch.collection, map(uri_of, gone), WAIT_SECONDS)
        elif gone:
            self._warn(watch, len(gone))

    def _belongs(self, path: Path, watch: Watch) -> bool:
        """Returns whether a walk through the watched folder would come upon a file."""
        if path == watch.path:
            return True
        if not path.is_relative_to(watch.path) or path.is_relative_to(self._home):
            return False
        return not any(is_temporary(part) for part in path.relative_to(watch.path).parts)

    def _tried(self, watch: Watch, path: Path) -> State | None:
        return self._attempted.get((watch.collection, path))

    def _remember(self, watch: Watch, tried: Mapping[Path, State | None]) -> None:
        """Remembers the files that gave no document, so that they are not tried every minute."""
        known = self._known(watch)
        for path, state in tried.items():
            self._attempted.pop((watch.collection, path), None)
            if state is not None and known.get(path) != state:
                self._attempted[watch.collection, path] = state

    def _present(self, watch: Watch) -> dict[Path, State] | None:
        """Returns the files of a watch with their states; None where it is not there at all."""
        if not watch.path.exists():
            return None
        states = ((found.path, state_of(found.path)) for found in walk([watch.path], self._home))
        return {path: state for path, state in states if state is not None}

    def _known(self, watch: Watch) -> dict[Path, State]:
        """Returns the live sources of a watch with their states as recorded."""
        table = schema.sources
        query = select(table.c.uri, table.c.bytes, table.c.modified_ns).where(
            table.c.collection == watch.collection, table.c.gone_at.is_(None), table.c.parent.is_(None)
        )
        # What begins with "…/" lies between "…/" and "…0", the next character; LIKE would not tell A from a.
        below = (table.c.uri > f"{uri_of(watch.path)}/") & (table.c.uri < f"{uri_of(watch.path)}0")
        itself = table.c.uri == uri_of(watch.path)
        with self._ingest.engine.connect() as connection:
            rows = connection.execute(query.where(below | itself))
            return {Path(row.uri): State(row.bytes, row.modified_ns) for row in rows}

    def _watches(self) -> list[Watch]:
        with self._ingest.engine.connect() as connection:
            return watches(connection)

    def _look_soon(self) -> None:
        self._unclear = True

    def _warn(self, watch: Watch, documents: int) -> None:
        if watch.path not in self._warned:  # once, not every minute
            self._warned.add(watch.path)
            _log.warning(
                "%s is missing or suddenly empty; its %d documents stay searchable until it is back, or "
                "until they are removed",
                watch.path,
                documents,
            )
