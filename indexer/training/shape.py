"""Looks into JSON of which nobody knows whether it has the shape that was promised."""

from collections.abc import Iterator


def items(value: object, key: str = "") -> Iterator[tuple[int, object]]:
    """Yields the items of a list, or of the list under a key, with their numbers from 1; else none."""
    listed = value.get(key) if key and isinstance(value, dict) else value
    if isinstance(listed, list):
        yield from enumerate(listed, 1)


def text_of(value: object, key: str) -> str:
    """Returns the text under a key; empty where there is none."""
    found = value.get(key) if isinstance(value, dict) else None
    return found if isinstance(found, str) else ""


def within(value: object, key: str) -> object:
    """Returns what stands under a key; None where nothing does."""
    return value.get(key) if isinstance(value, dict) else None
