"""Typed access to a mapping read from YAML; a wrong value is named with its file, key and value."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from models.errors import PackError
from models.packs.terms import Term, compile_term


@dataclass(slots=True)
class Fields:
    """One mapping of a file; remembers which keys were asked for, so that the others are reported.

    Attributes:
        file: The file, for messages.
        place: Where in it, e.g. ``"labels › Cap On Liability"``; empty at the top.
        values: The mapping.
    """

    file: Path
    place: str
    values: Mapping[str, Any]
    _asked: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, file: Path, place: str, value: object) -> Self:
        """Wraps a value that must be a mapping with names as keys."""
        if not isinstance(value, Mapping) or not all(isinstance(key, str) for key in value):
            raise PackError(f"{file}: {place or 'the file'} must be a mapping of names, not {_shown(value)}")
        return cls(file, place, value)

    def error(self, key: str, value: object, expected: str) -> PackError:
        """Returns the error that names file, key, value and what was expected."""
        return PackError(f"{self.file}: {self._path(key)} is {_shown(value)}; expected {expected}")

    def finish(self) -> None:
        """Raises PackError where the mapping has a key that nobody asked for."""
        for key in self.values:
            if key not in self._asked:
                raise self.error(key, self.values[key], f"one of the keys {', '.join(sorted(self._asked))}")

    def text(self, key: str, default: str | None = None) -> str:
        """Returns a string, white space made single; without a default it must not be empty."""
        value = self._get(key, default)
        if not isinstance(value, str) or (default is None and not value.strip()):
            raise self.error(key, value, "a text")
        return " ".join(value.split())

    def flag(self, key: str) -> bool:
        """Returns true or false; false where the key is missing."""
        value = self._get(key, False)
        if not isinstance(value, bool):
            raise self.error(key, value, "true or false")
        return value

    def number(self, key: str, default: float | None, low: float, high: float) -> float:
        """Returns a number from low to high."""
        value = self._get(key, default)
        if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
            raise self.error(key, value, f"a number from {low} to {high}")
        return float(value)

    def choice(self, key: str, allowed: tuple[str, ...], default: str | None = None) -> str:
        """Returns one of the allowed texts."""
        value = self._get(key, default)
        if value not in allowed:
            raise self.error(key, value, f"one of {', '.join(allowed)}")
        return str(value)

    def choices(self, key: str, allowed: tuple[str, ...]) -> tuple[str, ...]:
        """Returns a list of distinct allowed texts; empty where the key is missing."""
        values = self._list(key)
        for value in values:
            if value not in allowed or values.count(value) > 1:
                raise self.error(key, value, f"distinct ones of {', '.join(allowed)}")
        return tuple(values)

    def terms(self, key: str) -> tuple[Term, ...]:
        """Returns compiled terms; a single text counts as a list of one."""
        compiled = []
        for value in self._list(key):
            if not isinstance(value, str):
                raise self.error(key, value, "words in quotation marks")
            try:
                compiled.append(compile_term(value))
            except ValueError as problem:
                raise self.error(key, value, f"words to look for ({problem})") from problem
        return tuple(compiled)

    def items(self, key: str) -> list["Fields"]:
        """Returns the mappings of a list; empty where the key is missing."""
        return [
            Fields.of(self.file, f"{self._path(key)} › {number}", value)
            for number, value in enumerate(self._list(key), 1)
        ]

    def mapping(self, key: str) -> "Fields":
        """Returns the mapping of a key; an empty one where the key is missing."""
        return Fields.of(self.file, self._path(key), self._get(key, {}))

    def named(self, key: str) -> dict[str, "Fields"]:
        """Returns the mappings of a mapping, by name; at least one."""
        outer = Fields.of(self.file, self._path(key), self._get(key, None))
        if not outer.values:
            raise self.error(key, {}, "at least one entry")
        return {
            name: Fields.of(self.file, f"{self._path(key)} › {name}", value)
            for name, value in outer.values.items()
        }

    def _get(self, key: str, default: object) -> Any:  # noqa: ANN401 - what YAML holds
        self._asked.add(key)
        value = self.values.get(key)
        if value is None:
            if default is None:
                raise PackError(f"{self.file}: {self._path(key)} is missing")
            return default
        return value

    def _list(self, key: str) -> list[Any]:
        value = self._get(key, [])
        if isinstance(value, str):
            return [value]
        if not isinstance(value, list):
            raise self.error(key, value, "a list")
        return value

    def _path(self, key: str) -> str:
        return f"{self.place} › {key}" if self.place else key


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 80 else f"{text[:77]}…"
