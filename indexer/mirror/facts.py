"""What MLflow is told, as values: runs, and the models of its registry."""

import hashlib
import json
import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

# MLflow takes letters, digits, underscores, dashes, periods, spaces and slashes in the names of metrics.
_NOT_ALLOWED = re.compile(r"[^\w\-. ]", re.ASCII)
LONGEST_TEXT = 500


@dataclass(frozen=True, slots=True)
class Fact:
    """One run of MLflow.

    Attributes:
        key: What names it here and there, whatever else changes.
        experiment: What it stands under.
        started: UTC ISO 8601, as ``ended``.
        parameters: What does not change once it was told.
        documents: JSON values by the name of their file.
        dataset: Name and hash of what was learned from; empty where that is not known.
    """

    key: str
    experiment: str
    name: str
    started: str
    ended: str
    failed: bool = False
    parameters: Mapping[str, str] = field(default_factory=dict)
    metrics: Mapping[str, float] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)
    documents: Mapping[str, Any] = field(default_factory=dict)
    dataset: tuple[str, str] = ("", "")

    @property
    def digest(self) -> str:
        """Of all that it tells."""
        return hashlib.sha256(json.dumps(asdict(self), sort_keys=True).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class ModelEntry:
    """A version of a model: ours by its name, the key of its run, and what is told of it."""

    version: str
    run: str
    tags: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Model:
    """A model of MLflow's registry.

    Attributes:
        description: Its journal, as Markdown.
        entries: Its versions, the oldest first.
        aliases: Versions by alias: champion, challenger.
    """

    name: str
    description: str
    entries: tuple[ModelEntry, ...]
    aliases: Mapping[str, str]


def metric_name(*parts: str) -> str:
    """Returns a name that MLflow takes, of parts that may hold any character."""
    return "/".join(_NOT_ALLOWED.sub("-", part.replace("@", "_at_")).strip(". ") or "-" for part in parts)


def numbers(values: Mapping[str, Any], *before: str) -> Iterator[tuple[str, float]]:
    """Yields the finite numbers in nested values by their names; truth is 1 or 0."""
    for name, value in values.items():
        if isinstance(value, Mapping):
            yield from numbers(value, *before, str(name))
        elif isinstance(value, int | float) and math.isfinite(value):
            yield metric_name(*before, str(name)), float(value)


def by_slashes(values: Mapping[str, float]) -> Iterator[tuple[str, float]]:
    """Yields the finite numbers whose names tell their parts apart by slashes."""
    for name, value in values.items():
        if math.isfinite(value):
            yield metric_name(*name.split("/")), value


def shortened(value: object) -> str:
    """Returns a value as MLflow shows it in a table."""
    text = str(value)
    return text if len(text) <= LONGEST_TEXT else f"{text[: LONGEST_TEXT - 1]}…"
