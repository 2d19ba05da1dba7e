"""Recognises lists of sections that are not sections: tables of contents, lists of exhibits."""

import re
from collections.abc import Sequence
from itertools import pairwise

from indexer.chunk.markers import Family, Marker

_PAGE_AT_END = re.compile(r".{2,150}?[\s.](?:\d{1,3}|[ivxl]{1,5})\s*(?:\n.{0,60})?", re.DOTALL)
_LONGEST_ENTRY = 160
_FEWEST_ENTRIES = 5
_CLOSE = 150


def without_lists(text: str, markers: Sequence[Marker]) -> list[Marker]:
    """Returns the markers that may begin a section, entries of lists and the filing's own number left out."""
    entries = _contents_entries(text, markers)
    return _without_exhibit_lists(
        [marker for place, marker in enumerate(markers) if place not in entries], len(text)
    )


def _contents_entries(text: str, markers: Sequence[Marker]) -> set[int]:
    """Returns the places of runs of at least five short entries that end with a page number."""
    listed = [
        after.start - before.start < _LONGEST_ENTRY
        and _PAGE_AT_END.fullmatch(text, before.end, after.start) is not None
        for before, after in pairwise(markers)
    ]
    entries: set[int] = set()
    run: list[int] = []
    misses = 0
    for place, is_entry in enumerate([*listed, False, False, False]):
        misses = 0 if is_entry else misses + 1
        if is_entry:
            run.append(place)
        elif misses > 2:
            if len(run) >= _FEWEST_ENTRIES:
                first = run[0]
                while first and markers[first].start - markers[first - 1].start < _LONGEST_ENTRY:
                    first -= 1
                entries.update(range(first, run[-1] + 2 if _short(markers, run[-1] + 1) else run[-1] + 1))
            run = []
    return entries


def _short(markers: Sequence[Marker], place: int) -> bool:
    """Says whether the last entry of a list, which text follows, begins over again soon after."""
    if place + 1 >= len(markers):
        return False
    return markers[place + 1].start - markers[place].start < _LONGEST_ENTRY * 3


def _swallowing(schedules: Sequence[Marker], length: int) -> set[int]:
    """Returns the starts of schedules named near the top after which most of the document would stand."""
    ends = [*(marker.start for marker in schedules[1:]), length]
    return {
        marker.start
        for marker, end in zip(schedules, ends, strict=False)
        if _CLOSE <= marker.start < length // 6 and end - marker.start > length * 0.6
    }


def _interrupts(place: int, markers: Sequence[Marker]) -> bool:
    """Says whether the numbering goes on after the name of a schedule, which is then only mentioned."""
    near = reversed(markers[max(0, place - 40) : place])
    before = next((found for found in map(_decimal, near) if found), None)
    after = next((found for found in map(_decimal, markers[place + 1 : place + 9]) if found), None)
    if before is None or after is None or len(after) < 2:
        return False
    return after > before and after[0] - before[0] in {0, 1} and after != (1, 1)


def _decimal(marker: Marker) -> tuple[int, ...] | None:
    """Returns the values of a decimal such as 9.7; None for schedules and other lists."""
    if marker.numerals and marker.numerals[0].style == "1" and len(marker.numerals[0].values) > 1:
        return marker.numerals[0].values
    return None


def _without_exhibit_lists(markers: Sequence[Marker], length: int) -> list[Marker]:
    schedules = [marker for marker in markers if marker.family is Family.SCHEDULE]
    dropped = {
        marker.start
        for marker in schedules[:1]
        if marker.start < _CLOSE and marker.label[:7].upper() == "EXHIBIT"
    }
    for before, after in pairwise(schedules):
        if after.start - before.end < _CLOSE:
            dropped |= {before.start, after.start}
    last = {marker.label.upper(): marker.start for marker in schedules}
    dropped |= {
        marker.start
        for marker in schedules
        if marker.start < length // 6 and last[marker.label.upper()] > length // 3
    }
    dropped |= {
        marker.start
        for place, marker in enumerate(markers)
        if marker.family is Family.SCHEDULE and _interrupts(place, markers)
    }
    dropped |= _swallowing([marker for marker in schedules if marker.start not in dropped], length)
    seen: set[str] = set()
    for marker in schedules:
        if marker.start not in dropped and marker.label.upper() in seen:
            dropped.add(marker.start)
        seen.add(marker.label.upper() if marker.start not in dropped else "")
    return [marker for marker in markers if marker.start not in dropped]
