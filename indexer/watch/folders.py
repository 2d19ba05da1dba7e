"""File events of the watched folders, from the operating system."""

import logging
import threading
import warnings
from collections.abc import Callable, Iterable
from pathlib import Path

from watchdog.events import FileSystemEvent, FileSystemEventHandler
from watchdog.observers import Observer
from watchdog.observers.api import BaseObserver, ObservedWatch

from indexer.ingest.walk import is_temporary

_log = logging.getLogger(__name__)
# Opening and reading are no changes; acting on them would answer our own reading.
_CHANGES = frozenset({"created", "modified", "moved", "deleted", "closed"})


class Folders:
    """Follows a set of folders that may change, and says which files were touched.

    Args:
        touched: Called with a file that was touched, from a thread of its own.
        unclear: Called when something happened that only a look at the whole folder can tell.
    """

    def __init__(self, touched: Callable[[Path], None], unclear: Callable[[], None]) -> None:
        self._handler = _Handler(touched, unclear)
        self._observer: BaseObserver = Observer()
        self._watched: dict[Path, ObservedWatch] = {}
        self._refused: set[Path] = set()
        self._lock = threading.Lock()

    def start(self) -> None:
        """Begins to listen."""
        # A folder made while its parent's are listed is followed twice, which is harmless; the warning is an
        # error where warnings are, and would end the thread that reads the events.
        warnings.filterwarnings("ignore", "Callback with id", RuntimeWarning)
        self._observer.start()

    def stop(self) -> None:
        """Stops listening, and waits until the threads have ended."""
        self._observer.stop()
        if self._observer.is_alive():
            self._observer.join()

    def follow(self, roots: Iterable[Path]) -> None:
        """Follows exactly these folders (or files) from now on; one that is not there is tried again."""
        wanted = set(roots)
        with self._lock:
            for root in [root for root in self._watched if root not in wanted or not root.exists()]:
                self._observer.unschedule(self._watched.pop(root))
            for root in sorted(wanted - self._watched.keys()):
                self._schedule(root)

    def _schedule(self, root: Path) -> None:
        folder = root if root.is_dir() else root.parent
        try:
            self._watched[root] = self._observer.schedule(self._handler, str(folder), recursive=root.is_dir())
            self._refused.discard(root)
        except OSError as error:
            if root not in self._refused:  # once, not every second
                self._refused.add(root)
                _log.warning("%s gives no file events (%s); it is looked at every minute", root, error)


class _Handler(FileSystemEventHandler):
    def __init__(self, touched: Callable[[Path], None], unclear: Callable[[], None]) -> None:
        self._touched = touched
        self._unclear = unclear

    def on_any_event(self, event: FileSystemEvent) -> None:
        if event.event_type not in _CHANGES:
            return
        if event.is_directory:
            if event.event_type in {"created", "moved", "deleted"}:
                self._unclear()
            return
        for name in (event.src_path, event.dest_path):
            path = Path(name.decode() if isinstance(name, bytes) else name)
            if name and not is_temporary(path.name):
                self._touched(path)
