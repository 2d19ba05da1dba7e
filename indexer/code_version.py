"""Which code made a model: the version of the package, and a digest of what decides how models come out."""

import hashlib
from functools import cache
from importlib import metadata, resources
from pathlib import Path

# Code and data that models are made of; pages and the search index change none.
_PACKAGES = ("models", "indexer.training", "indexer.learning", "indexer.ranking")
_SUFFIXES = (".py", ".yaml")
_DIGITS = 12


@cache
def code_version() -> str:
    """Returns it as ``0.1.0+`` and twelve digits, which are the same wherever the code is the same.

    It stands in the registry beside a model and not in its file, so that equal data, parameters and seed give
    equal bytes where a change of the code made no difference.
    """
    found = hashlib.sha256()
    for package in _PACKAGES:
        root = Path(str(resources.files(package)))
        for file in sorted(each for each in root.rglob("*") if each.suffix in _SUFFIXES):
            name = f"{package}/{file.relative_to(root).as_posix()}"
            found.update(f"{name}\0{hashlib.sha256(file.read_bytes()).hexdigest()}\n".encode())
    return f"{metadata.version('clausewatch')}+{found.hexdigest()[:_DIGITS]}"
