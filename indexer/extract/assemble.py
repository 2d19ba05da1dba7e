"""Puts blocks together into one text, so that every offset is right by construction."""

import re
from collections.abc import Iterable, Sequence
from pathlib import PurePath

from indexer.documents import Block, BlockKind
from indexer.errors import ExtractionError
from indexer.extract.limits import MAX_CHARACTERS

_DROPPED = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u00ad\u200b\u2060\ufeff]")
_SURROGATES = re.compile("[\ud800-\udfff]")
_BLANKS = re.compile(r"[^\S\n]+")
_LINE_ENDS = re.compile(r" ?\n[ \n]*")
_EXHIBIT = re.compile(
    r"^(?:exhibit|schedule|annex)\s+[\w.()-]+\s*|^table of contents$|^confidential$|^source:.*", re.IGNORECASE
)
_NAMES_DOCUMENT = re.compile(
    r"\b(?:agreement|contract|lease|licen[cs]e|deed|addendum|amendment|policy|terms|conditions|memorandum|"
    r"guarant(?:y|ee)|undertaking|charter|bylaws|plan|order|notice)\b",
    re.IGNORECASE,
)
_AMONG = re.compile(r"\s+(?:by and )?(?:between|among)(?: and among)?$", re.IGNORECASE)
_DIVISION = re.compile(r"(?:article|section|part|chapter)\s+[\divxlc.]+$", re.IGNORECASE)
_NUMBERED = re.compile(r"(?:\d{1,3}(?:\.\d{1,3})*|[IVX]{1,5})[.)]?\s|§")
_OPENING = 12
_LONGEST_FIRST_LINE = 80
_MAX_TITLE = 150
_CLOSE = {BlockKind.LIST_ITEM, BlockKind.TABLE_ROW, BlockKind.MAIL_HEADER}


def tidy(text: str) -> str:
    """Returns text without control characters, soft hyphens and doubled blanks; line breaks stay."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n").replace("\u2029", "\n")
    text = _SURROGATES.sub("\ufffd", _DROPPED.sub("", text))
    return _LINE_ENDS.sub("\n", _BLANKS.sub(" ", text)).strip()


def default_title(file_name: str) -> str:
    """Returns a file's name without folder and extension, or "Untitled"."""
    return PurePath(file_name.replace("\\", "/")).stem.strip() or "Untitled"


def guess_title(text: str, blocks: Sequence[Block]) -> str:
    """Returns what a reader would call the document, one line, or "" where nothing offers itself.

    Among the first blocks, a short one in capitals that names a kind of document ("Supply
    Agreement") is preferred to a heading: contracts often open with a party, a logo or an exhibit
    number.
    """
    opening = [
        (block, _one_line(text[block.start : block.end]))
        for block in blocks[:_OPENING]
        if block.end - block.start <= _MAX_TITLE and block.kind is not BlockKind.MAIL_HEADER
    ]
    named = (words for _, words in opening if _NAMES_DOCUMENT.search(words) and _is_capitalised(words))
    headings = (
        words
        for block, words in opening
        if block.kind is BlockKind.HEADING
        and len(words) > 2
        and not _DIVISION.match(words)
        and not _NUMBERED.match(words)
    )
    return next(named, "") or next(headings, "") or _first_line(opening)


def _first_line(opening: Sequence[tuple[Block, str]]) -> str:
    """Returns the opening line where it stands like a title: short, no sentence, and not numbered."""
    words = opening[0][1] if opening and opening[0][0].kind is BlockKind.PARAGRAPH else ""
    short = 2 < len(words) <= _LONGEST_FIRST_LINE and words[-1] not in ".,;:" and words[0].isupper()
    return words if short and not _NUMBERED.match(words) else ""


def _one_line(text: str) -> str:
    words = _EXHIBIT.sub("", " ".join(text.split()))
    return _AMONG.sub("", words).strip(" -_=*|–—")


def _is_capitalised(words: str) -> bool:
    long = [word for word in re.findall(r"[^\W\d_]+", words) if len(word) > 3]
    return (
        bool(long) and sum(word[0].isupper() for word in long) >= 0.8 * len(long) and words[-1] not in ".,;:"
    )


class TextBuilder:
    """Collects blocks in reading order.

    Attributes:
        blocks: The blocks so far; their offsets refer to ``text``.
    """

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._length = 0
        self.blocks: list[Block] = []

    @property
    def text(self) -> str:
        """The text so far; blocks stand apart by an empty line, rows and list items by a line break."""
        return "".join(self._parts)

    def add(self, kind: BlockKind, text: str, level: int = 0) -> None:
        """Appends a block after tidying its text; a blank one is left out.

        Raises:
            ExtractionError: Too large, when the text passes the limit.
        """
        text = tidy(text)
        if text:
            start = self._append(kind, text)
            self.blocks.append(Block(kind, start, start + len(text), level=level))

    def add_blocks(self, text: str, blocks: Iterable[Block]) -> None:
        """Appends a text that is already cut into blocks, whose offsets refer to that text."""
        if not text.strip():
            return
        start = self._append(BlockKind.PARAGRAPH, text)
        self.blocks += [
            Block(block.kind, start + block.start, start + block.end, level=block.level) for block in blocks
        ]

    def _append(self, kind: BlockKind, text: str) -> int:
        if self.blocks:
            close = kind in _CLOSE and self.blocks[-1].kind is kind
            self._parts.append("\n" if close else "\n\n")
            self._length += 1 if close else 2
        self._parts.append(text)
        start = self._length
        self._length += len(text)
        if self._length > MAX_CHARACTERS:
            raise ExtractionError("too_large", f"The text is longer than {MAX_CHARACTERS:,} characters.")
        return start
