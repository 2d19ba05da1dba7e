"""Reads what lies in mappings/: JSON files with a version, and search templates made of parts."""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from typing import Any

_VERSION = re.compile(r"\{\{! version (\d+) \}\}\n")
_PART = re.compile(r"\{\{> ([a-z_]+)\}\}")


@dataclass(frozen=True, slots=True)
class Definition:
    """A JSON file.

    Attributes:
        version: Rises with every change of the content; the newer of two installed ones has the higher.
        content: The file without its version.
    """

    version: int
    content: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class SearchTemplate:
    """A mustache template for a search.

    Attributes:
        version: Rises with every change of the template or of one of its parts.
        source: The template with its parts put in.
    """

    version: int
    source: str


def read(name: str) -> str:
    """Returns the text of a file in mappings/."""
    return resources.files("mappings").joinpath(name).read_text(encoding="utf-8")


def fingerprint(content: object) -> str:
    """Returns 16 hexadecimal digits that stand for JSON values; the order of keys does not matter."""
    canonical = json.dumps(content, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(canonical.encode()).hexdigest()[:16]


def definition(name: str) -> Definition:
    """Returns a JSON file of mappings/, named without its ending."""
    content = json.loads(read(f"{name}.json"))
    return Definition(content.pop("version"), content)


def search_template(name: str, given: Mapping[str, str]) -> SearchTemplate:
    """Returns a template of mappings/templates/; ``given`` are parts that are no files."""
    text = read(f"templates/{name}.mustache")
    found = _VERSION.match(text)
    if found is None:
        raise ValueError(f"The search template {name} does not begin with its version.")
    return SearchTemplate(int(found[1]), _with_parts(text[found.end() :], given))


def _with_parts(text: str, given: Mapping[str, str]) -> str:
    def part(found: re.Match[str]) -> str:
        name = found[1]
        if name in given:
            return given[name]
        return _with_parts(read(f"templates/{name}.mustache"), given).rstrip()

    return _PART.sub(part, text)
