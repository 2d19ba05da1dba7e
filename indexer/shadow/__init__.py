"""A classifier that labels beside the one in use: where the two differ, and who of them people find right."""

from indexer.shadow.read import (
    Difference,
    Differing,
    Shadow,
    differences,
    differing,
    flagged,
    progress,
    shadow,
)
from indexer.shadow.work import Shadowing, start, stop

__all__ = [
    "Difference",
    "Differing",
    "Shadow",
    "Shadowing",
    "differences",
    "differing",
    "flagged",
    "progress",
    "shadow",
    "start",
    "stop",
]
