"""Watch: notices saved, changed, moved and deleted files in folders, and keeps the search up to date."""

from indexer.watch.folders import Folders
from indexer.watch.settling import Settling, State, state_of
from indexer.watch.watcher import Watcher, watch_paths

__all__ = ["Folders", "Settling", "State", "Watcher", "state_of", "watch_paths"]
