"""The way through a document: its sections with their gravest risk, and a bar of risk ticks."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from indexer.records.read import ChunkRecord
from models.labels import Severity
from models.packs import Pack
from search_app.labels import hit_labels

BAR = 1000
TICK = 4
MAX_ENTRIES = 150
DEPTH = 2
_WORD = re.compile(r"[^\W\d_]{2}")
_SPAN = re.compile(r" – [\w.()]{1,8}$")  # "7.1 Payment – 7.3": a passage that runs on into 7.3


@dataclass(frozen=True, slots=True)
class Risk:
    """A labelled passage in the order of reading; ``title`` says its labels and place."""

    key: int
    severity: Severity
    title: str
    labels: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Tick:
    """A mark on the bar, ``top`` of 1,000 down; leads to the first gravest passage there."""

    top: int
    risk: Risk


@dataclass(frozen=True, slots=True)
class Entry:
    """A section of the outline, its gravest risk, and how many passages in it carry one."""

    title: str
    depth: int
    key: int
    severity: Severity | None
    risks: int


def risks(chunks: Sequence[ChunkRecord], pack: Pack) -> list[Risk]:
    """Returns every labelled passage in reading order."""
    return [_risk(chunk, pack) for chunk in chunks if chunk.labels]


def ticks(chunks: Sequence[ChunkRecord], found: Sequence[Risk], characters: int) -> list[Tick]:
    """Returns one tick for each place of the bar where a labelled passage begins, the gravest on top."""
    starts = {chunk.key: chunk.start for chunk in chunks}
    places: dict[int, Risk] = {}
    for risk in found:
        top = (BAR - TICK) * starts[risk.key] // max(1, characters) // TICK * TICK
        if top not in places or risk.severity > places[top].severity:
            places[top] = risk
    return [Tick(top, risk) for top, risk in sorted(places.items())]


def outline(chunks: Sequence[ChunkRecord], found: Sequence[Risk]) -> list[Entry]:
    """Returns the sections in order, two levels deep, only the outermost where there are too many."""
    gravest = {risk.key: risk.severity for risk in found}
    for depth in (DEPTH, 1):
        entries = _entries(chunks, gravest, depth)
        if len(entries) <= MAX_ENTRIES:
            break
    return entries[:MAX_ENTRIES]


def _entries(chunks: Sequence[ChunkRecord], gravest: Mapping[int, Severity], depth: int) -> list[Entry]:
    paths: dict[tuple[str, ...], list[int]] = {}
    for chunk in chunks:
        path = _path(chunk.section)[:depth]
        for end in range(1, len(path) + 1):
            paths.setdefault(path[:end], []).append(chunk.key)
    return [_entry(path, keys, gravest) for path, keys in paths.items()]


def _path(section: str) -> tuple[str, ...]:
    """Returns the headings of a section path; a bare number below another heading says nothing."""
    titles = [_SPAN.sub("", title) for title in section.split(" › ")] if section else []
    return tuple(title for depth, title in enumerate(titles) if depth == 0 or _WORD.search(title))


def _entry(path: tuple[str, ...], keys: Sequence[int], gravest: Mapping[int, Severity]) -> Entry:
    levels = [gravest[key] for key in keys if key in gravest]
    return Entry(path[-1], len(path), keys[0], max(levels, default=None), len(levels))


def _risk(chunk: ChunkRecord, pack: Pack) -> Risk:
    labels = hit_labels(chunk.labels, pack)
    names = tuple(label.title for label in labels)
    severity = max(label.severity for label in labels)
    place = f" · {chunk.section}" if chunk.section else ""
    title = f"{severity.name.capitalize()}: {', '.join(names)}{place}"
    return Risk(chunk.key, severity, title, names)
