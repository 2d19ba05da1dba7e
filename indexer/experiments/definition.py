"""Reads an experiment from YAML; every mistake is named with its field and line."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from itertools import product
from pathlib import Path
from typing import Any

import yaml

from indexer.errors import ExperimentError

MOST_VARIANTS = 100
_LONGEST = {"name": 80, "idea": 400, "hypothesis": 2000}
Value = int | float | str
Parameters = Mapping[str, Value]


class Kind(StrEnum):
    """What is tried."""

    RANKER = "ranker"
    CLASSIFIER = "classifier"


# Each parameter: whether it is a whole number, and its bounds. What is not named is as in use.
_BOUNDS: dict[Kind, dict[str, tuple[type, float, float]]] = {
    Kind.RANKER: {"pull": (float, 0.01, 10_000), "candidates": (int, 2, 70)},
    Kind.CLASSIFIER: {"precision": (float, 0.05, 0.99), "share": (float, 0.05, 1)},
}
_DATA = {Kind.RANKER: ("judgements",), Kind.CLASSIFIER: ("contracts", "spans")}
FEATURES = "without"  # a feature of the ranker that is left out


@dataclass(frozen=True, slots=True)
class Definition:
    """An experiment.

    Attributes:
        idea: What is tried, for people; ``hypothesis`` what is expected of it.
        data: Absolute paths by name.
        seed: Of everything random, and of the split by document or query.
        baseline: Where it is not the settings in use.
        variants: Each with what differs from the settings in use.
    """

    name: str
    idea: str
    hypothesis: str
    kind: Kind
    data: Mapping[str, str]
    seed: int
    baseline: Parameters
    variants: tuple[Parameters, ...]


class _Lines:
    """A mapping with the line of each of its keys."""

    def __init__(self, file: Path, node: yaml.Node | None, place: str = "") -> None:
        self.file, self.place = file, place
        if not isinstance(node, yaml.MappingNode):
            line = node.start_mark.line + 1 if node else 1
            raise ExperimentError(
                f"{file}:{line}: {place or 'the file'} must be a mapping of names to values"
            )
        self.line = node.start_mark.line + 1
        self.nodes = {str(key.value): (value, key.start_mark.line + 1) for key, value in node.value}

    def error(self, key: str, expected: str) -> ExperimentError:
        node, line = self.nodes.get(key, (None, self.line))
        found = "is missing" if node is None else f"is {_plain(node)!r:.80}"
        where = f"{self.place}.{key}" if self.place else key
        return ExperimentError(f"{self.file}:{line}: {where} {found}; expected {expected}")

    def only(self, *allowed: str) -> None:
        for key in self.nodes:
            if key not in allowed:
                raise self.error(key, f"one of the fields {', '.join(allowed)}")

    def below(self, key: str) -> "_Lines":
        node, _ = self.nodes.get(key, (None, 0))
        if node is None:
            raise self.error(key, "a mapping")
        return _Lines(self.file, node, key)

    def text(self, key: str) -> str:
        value = self.value(key)
        if not isinstance(value, str) or not value.strip() or len(value) > _LONGEST.get(key, 500):
            raise self.error(key, f"a text of at most {_LONGEST.get(key, 500)} characters")
        return " ".join(value.split())

    def value(self, key: str) -> Any:  # noqa: ANN401 - whatever stands in the file
        node, _ = self.nodes.get(key, (None, 0))
        return None if node is None else _plain(node)


def read_definition(file: Path, features: tuple[str, ...]) -> Definition:
    """Reads a file.

    Args:
        file: YAML; paths of data in it are relative to its folder.
        features: Names of the ranker's features.

    Raises:
        ExperimentError: It cannot be read; names field and line.
    """
    try:
        top = _Lines(file, yaml.compose(file.read_text(encoding="utf-8"), Loader=yaml.SafeLoader))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise ExperimentError(f"{file}: cannot be read: {' '.join(str(error).split())}") from None
    top.only("name", "idea", "hypothesis", "kind", "data", "seed", "baseline", "variants")
    if top.value("kind") not in list(Kind):
        raise top.error("kind", f"one of {', '.join(Kind)}")
    kind = Kind(top.value("kind"))
    seed = top.value("seed") if "seed" in top.nodes else 0
    if not isinstance(seed, int) or isinstance(seed, bool) or seed < 0:
        raise top.error("seed", "a whole number from 0 on")
    baseline = _one(top.below("baseline"), kind, features) if "baseline" in top.nodes else {}
    return Definition(
        name=top.text("name"),
        idea=top.text("idea"),
        hypothesis=top.text("hypothesis"),
        kind=kind,
        data=_data(top.below("data"), kind),
        seed=seed,
        baseline=baseline,
        variants=_grid(top, kind, features),
    )


def _data(given: _Lines, kind: Kind) -> dict[str, str]:
    given.only(*_DATA[kind])
    found = {}
    for name in _DATA[kind]:
        path = (given.file.parent / given.text(name)).resolve()
        if not path.exists():
            raise given.error(name, f"a file or folder that is there ({path} is not)")
        found[name] = str(path)
    return found


def _one(given: _Lines, kind: Kind, features: tuple[str, ...]) -> dict[str, Value]:
    return {name: _checked(given, kind, features, name, given.value(name)) for name in given.nodes}


def _grid(top: _Lines, kind: Kind, features: tuple[str, ...]) -> tuple[Parameters, ...]:
    given = top.below("variants")
    if not given.nodes:
        raise top.error("variants", "a list of values for each parameter")
    lists = []
    for name in given.nodes:
        values = given.value(name)
        values = values if isinstance(values, list) else [values]
        lists.append([(name, _checked(given, kind, features, name, value)) for value in values])
    found = tuple(dict(each) for each in product(*lists))
    if not 0 < len(found) <= MOST_VARIANTS:
        raise top.error("variants", f"from 1 to {MOST_VARIANTS} variants; these are {len(found)}")
    return found


def _checked(given: _Lines, kind: Kind, features: tuple[str, ...], name: str, value: object) -> Value:
    known = _BOUNDS[kind]
    if kind is Kind.RANKER and name == FEATURES:
        if value not in features:
            raise given.error(name, f"one of {', '.join(features)}")
        return str(value)
    if name not in known:
        more = [FEATURES] if kind is Kind.RANKER else []
        raise given.error(name, f"one of the parameters {', '.join([*known, *more])}")
    whole, low, high = known[name]
    right = isinstance(value, int) if whole is int else isinstance(value, int | float)
    if not right or isinstance(value, bool) or not low <= value <= high:  # type: ignore[operator]
        words = "whole numbers" if whole is int else "numbers"
        raise given.error(name, f"{words} from {low:g} to {high:g}")
    return whole(value)  # type: ignore[no-any-return]


def _plain(node: yaml.Node) -> object:
    loader = yaml.SafeLoader("")
    try:
        return loader.construct_object(node, deep=True)
    finally:
        loader.dispose()


def variants_of(definition: Definition) -> Iterator[Parameters]:
    """Yields the settings that others are compared with, then each variant."""
    yield definition.baseline
    yield from definition.variants
