"""Reads a sample's text: front matter, title, numbered clauses, lists, tables, footnotes, signatures.

``# `` is the title, ``## `` a numbered section; paragraphs under it are numbered clauses, ``- `` lines
their lettered items, ``|`` lines a table, ``[^1]`` a footnote, ``{++ ++}`` and ``{-- --}`` tracked
changes; what follows ``---`` is signatures.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from enum import Enum, auto
from pathlib import Path

import yaml

TEXTS = Path(__file__).parent / "texts"
_MAIL_KEYS = ("attachment", "sender", "recipient", "subject", "message")
_FRONT_MATTER = re.compile(r"---\n(.*?)\n---\n", re.DOTALL)
_FOOTNOTE = re.compile(r"\[\^(\d+)\]: (.*)", re.DOTALL)
_MARKS = re.compile(r"\{\+\+(.*?)\+\+\}|\{--.*?--\}|\[\^\d+\]")


class Kind(Enum):
    """What a block of a sample is."""

    TITLE = auto()
    INTRODUCTION = auto()
    HEADING = auto()
    CLAUSE = auto()
    ITEM = auto()
    TABLE = auto()
    SIGNATURE = auto()


@dataclass(frozen=True, slots=True)
class Block:
    """A block; ``number`` is empty where it has none ("3.", "3.2", "(a)"); ``rows`` are a table's."""

    kind: Kind
    text: str
    number: str = ""
    rows: tuple[tuple[str, ...], ...] = ()

    @property
    def plain(self) -> str:
        """The text as accepted: insertions kept, deletions and footnote marks left out."""
        return _MARKS.sub(lambda mark: mark.group(1) or "", self.text)


@dataclass(frozen=True, slots=True)
class Source:
    """One sample.

    Attributes:
        file: Name of the file to build.
        layout: How to build it: pages, columns, docx, wrapped, windows-1252, text, markdown, html, mail.
        date: Date of the contract, also the date of the file.
        labels: Risk labels that its clauses carry.
        document_type: As the pack names it.
        language: ISO 639-1.
        mail: Further keys of a mail: attachment, sender, recipient, subject, message.
    """

    file: str
    layout: str
    date: date
    labels: tuple[str, ...]
    document_type: str
    language: str
    blocks: tuple[Block, ...]
    footnotes: dict[str, str] = field(default_factory=dict)
    mail: dict[str, str] = field(default_factory=dict)

    @property
    def title(self) -> str:
        """The title, which opens every sample."""
        return self.blocks[0].plain


def read_sources(folder: Path = TEXTS) -> list[Source]:
    """Returns all samples in the order of their file names."""
    return [read_source(path) for path in sorted(folder.glob("*.md"))]


def read_source(path: Path) -> Source:
    """Reads one sample."""
    text = path.read_text(encoding="utf-8")
    front = _FRONT_MATTER.match(text)
    if front is None:
        raise ValueError(f"{path}: has no front matter")
    meta = yaml.safe_load(front.group(1))
    parts = [part.strip() for part in re.split(r"\n\s*\n", text[front.end() :]) if part.strip()]
    notes = [match for part in parts if (match := _FOOTNOTE.fullmatch(part))]
    return Source(
        file=meta["file"],
        layout=meta["layout"],
        date=meta["date"],
        labels=tuple(meta["labels"]),
        document_type=meta["type"],
        language=meta.get("language", "en"),
        blocks=tuple(_blocks([part for part in parts if not _FOOTNOTE.fullmatch(part)])),
        footnotes={match.group(1): match.group(2) for match in notes},
        mail={key: meta[key] for key in _MAIL_KEYS if key in meta},
    )


def _blocks(parts: list[str]) -> Iterator[Block]:
    section, clause, signed = 0, 0, False
    for part in parts:
        signed = signed or part.startswith("---")
        for lines in _runs(part.removeprefix("---").strip()):
            first = lines[0]
            if first.startswith("# "):
                yield Block(Kind.TITLE, first[2:])
            elif first.startswith("## "):
                section, clause = section + 1, 0
                yield Block(Kind.HEADING, first[3:], f"{section}.")
            elif first.startswith("- "):
                yield from (Block(Kind.ITEM, line[2:], f"({chr(97 + n)})") for n, line in enumerate(lines))
            elif first.startswith("|"):
                rows = tuple(tuple(cell.strip() for cell in line.strip("|").split("|")) for line in lines)
                yield Block(Kind.TABLE, "", rows=rows)
            elif signed:
                yield Block(Kind.SIGNATURE, " ".join(lines))
            elif section == 0:
                yield Block(Kind.INTRODUCTION, " ".join(lines))
            else:
                clause += 1
                yield Block(Kind.CLAUSE, " ".join(lines), f"{section}.{clause}")


def _runs(part: str) -> Iterator[list[str]]:
    """Yields runs of lines that belong together: headings alone, items, table rows, other lines."""
    run: list[str] = []
    for line in part.splitlines():
        if run and (_marker(line) != _marker(run[-1]) or _marker(line) == "#"):
            yield run
            run = []
        run.append(line)
    if run:
        yield run


def _marker(line: str) -> str:
    return line[0] if line.startswith(("#", "- ", "|")) else ""
