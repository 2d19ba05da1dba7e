"""What recorded events add up to, day by day and query by query, and how long they are kept."""

from indexer.rollups.retention import Removed, remove_events
from indexer.rollups.roll import roll_up, seen_by_all

__all__ = ["Removed", "remove_events", "roll_up", "seen_by_all"]
