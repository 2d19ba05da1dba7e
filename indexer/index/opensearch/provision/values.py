"""The values that installing and uninstalling speak in."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from indexer.index.opensearch.ubi import OURS

_MARK = re.compile(r"clausewatch version=(\d{1,9}) fingerprint=([0-9a-f]{16})")


class Kind(StrEnum):
    """Which sort of object of the cluster."""

    INDEX_TEMPLATE = "index template"
    PIPELINE = "search pipeline"
    SEARCH_TEMPLATE = "search template"
    INDEX = "index"


class Step(StrEnum):
    """What is done with an object."""

    CREATED = "created"
    REPLACED = "replaced"
    UNCHANGED = "unchanged"
    IMPOSSIBLE = "impossible"
    REMOVED = "removed"
    ABSENT = "absent"


@dataclass(frozen=True, slots=True)
class Mark:
    """What an installed object says of itself: that it is ours, which version, and made of what."""

    version: int
    fingerprint: str

    def __str__(self) -> str:
        """The mark in a text, as ``mark_in`` finds it."""
        return f"clausewatch version={self.version} fingerprint={self.fingerprint}"


@dataclass(frozen=True, slots=True)
class Installed:
    """An object that is there; ``mark`` is None where it is not ours."""

    mark: Mark | None


@dataclass(frozen=True, slots=True)
class ClusterObject:
    """An object to install.

    Attributes:
        body: As the cluster takes it, the mark included.
        processors: Search phase results processors that it needs, which a plugin brings.
    """

    kind: Kind
    name: str
    mark: Mark
    body: Mapping[str, Any]
    processors: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was done with an object, or would be; ``reason`` says why something is impossible."""

    kind: Kind
    name: str
    step: Step
    reason: str = ""


def mark_in(text: str) -> Mark | None:
    """Returns the mark that stands in a text; None where there is none."""
    found = _MARK.search(text)
    return Mark(int(found[1]), found[2]) if found else None


def mark_of(meta: Mapping[str, Any] | None) -> Mark | None:
    """Returns the mark in the ``_meta`` of a template or an index; None where it is not ours."""
    own = (meta or {}).get(OURS)
    if not isinstance(own, dict) or not isinstance(own.get("version"), int):
        return None
    return Mark(own["version"], str(own.get("fingerprint")))
