"""Reads the golden set of a pack: passages with what they carry, one JSON object a line."""

import json
from collections.abc import Iterator
from pathlib import Path

from models.errors import PackError
from models.labels import Passage
from models.packs.definition import GoldenPassage, Pack
from models.packs.fields import Fields

_ALL = "all"


def read_golden(path: Path, pack: Pack) -> tuple[GoldenPassage, ...]:
    """Reads and checks a golden set; it is empty where there is no such file.

    Args:
        path: The file; blank lines in it are passed over.
        pack: Of the labels; those that had another name before may be called by it.

    Raises:
        PackError: The file cannot be read, or a line is wrong; the message names file, line and key.
    """
    passages: list[GoldenPassage] = []
    ids: dict[str, str] = {}
    texts: dict[str, str] = {}
    for fields in _lines(path):
        found = _passage(fields, pack)
        _unseen(ids, found.id, fields, "id")
        _unseen(texts, " ".join(found.passage.text.split()), fields, "text")
        passages.append(found)
    return tuple(passages)


def _lines(path: Path) -> Iterator[Fields]:
    try:
        # Not splitlines(): a text may hold characters that it takes for the end of a line.
        lines = path.read_text(encoding="utf-8-sig").split("\n")
    except FileNotFoundError:
        return
    except (OSError, UnicodeDecodeError) as error:
        raise PackError(f"{path}: cannot be read ({error})") from error
    for number, line in enumerate(lines, 1):
        if line.strip():
            try:
                value = json.loads(line)
            except ValueError as error:
                raise PackError(f"{path}: line {number} is no JSON ({error})") from error
            yield Fields.of(path, f"line {number}", value)


def _passage(fields: Fields, pack: Pack) -> GoldenPassage:
    if fields.values.get("labels") is None:
        # An empty list says that the passage carries none; a list that was forgotten says nothing.
        raise fields.error("labels", None, "a list of labels, an empty one for none of them")
    labels = fields.choices("labels", (*pack.labels, *pack.renamed))
    fields.choice("judged", (_ALL,))
    fields.text("text")  # checked; what is kept has its line breaks
    found = GoldenPassage(
        id=fields.text("id"),
        passage=Passage(str(fields.values["text"]), fields.text("section", "")),
        labels=frozenset(map(pack.current, labels)),
    )
    fields.finish()
    return found


def _unseen(seen: dict[str, str], value: str, fields: Fields, key: str) -> None:
    """Raises PackError where an earlier line has the value; remembers it otherwise."""
    if value in seen:
        raise fields.error(key, value, f"one that no other line has; {seen[value]} has it too")
    seen[value] = fields.place
