"""Reads docker-compose.yml, .env.example and the Dockerfile, and fills in the variables as compose does."""

import re
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
_VARIABLE = re.compile(r"\$\{(\w+)(?::-([^}]*))?\}")


def composed() -> dict[str, Any]:
    return yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))


def services() -> dict[str, dict[str, Any]]:
    return composed()["services"]


def example() -> dict[str, str]:
    """Returns the variables of .env.example."""
    lines = (ROOT / ".env.example").read_text(encoding="utf-8").splitlines()
    pairs = [line.partition("=") for line in lines if line and not line.startswith("#")]
    return {name: value for name, _, value in pairs}


def variables() -> dict[str, set[str]]:
    """Returns the variables that the compose file reads, each with the defaults that it gives there."""
    found: dict[str, set[str]] = {}
    text = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
    for name, default in re.findall(r"\$\{?(\w+)(?::-([^}]*))?", text):
        found.setdefault(name, set()).add(default)
    return found


def filled(value: Any, given: Mapping[str, str]) -> Any:
    """Returns a part of the compose file with its variables filled in; unset and empty ones by default."""
    if isinstance(value, dict):
        return {name: filled(each, given) for name, each in value.items()}
    if isinstance(value, list):
        return [filled(each, given) for each in value]
    if isinstance(value, str):
        return _VARIABLE.sub(lambda found: given.get(found[1]) or found[2] or "", value)
    return value


def instructions() -> list[tuple[str, str]]:
    """Returns the Dockerfile's instructions, each with its words; continued lines are one."""
    text = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    joined = re.sub(r"\\\n\s*", "", "\n".join(lines)).splitlines()
    return [(line.split(" ", 1)[0], line.split(" ", 1)[1].strip()) for line in joined]


def image_environment() -> dict[str, str]:
    """Returns the variables that the image sets in its last stage."""
    found: dict[str, str] = {}
    for name, words in instructions():
        if name == "FROM":
            found = {}
        elif name == "ENV":
            found |= dict(re.findall(r"(\w+)=(\S+)", words))
    return found


def tool(name: str) -> str:
    """Returns the path of a program beside this Python or on the path; the test skips without it."""
    found = shutil.which(name, path=str(Path(sys.executable).parent)) or shutil.which(name)
    if found is None:
        pytest.skip(f"{name} is not installed: make install brings it on Linux on x86-64")
    return found
