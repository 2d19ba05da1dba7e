"""Documents and chunks as values, from the bytes of a file to its passages."""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray


class BlockKind(StrEnum):
    """What a block of text is, as far as the format tells."""

    HEADING = "heading"
    PARAGRAPH = "paragraph"
    LIST_ITEM = "list_item"
    TABLE_ROW = "table_row"
    FOOTNOTE = "footnote"
    MAIL_HEADER = "mail_header"


@dataclass(frozen=True, slots=True)
class Block:
    """A run of the document's text, in reading order; blocks do not overlap.

    Attributes:
        kind: What it is.
        start: Offset of its first character in ``Document.text``.
        end: Offset after its last character.
        page: 1-based page on which it starts; None where the format has no pages.
        level: Heading or list depth, 1 the outermost; 0 where it has none or it is unknown.
    """

    kind: BlockKind
    start: int
    end: int
    page: int | None = None
    level: int = 0


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a paged format.

    Attributes:
        number: 1-based.
        start: Offset of the page's first character in ``Document.text``.
        end: Offset after its last character.
        width: In points.
        height: In points.
        boxes: int16, shape (end - start, 4): left, top, right, bottom of each character in tenths
            of a point from the page's top left corner; all -1 where a character has no box
            (blanks and line breaks that extraction added).
    """

    number: int
    start: int
    end: int
    width: float
    height: float
    boxes: NDArray[np.int16]


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file inside a file; becomes a child document with an outcome of its own."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Document:
    """What extraction gives for one file.

    Attributes:
        text: The whole text, paragraphs separated by line breaks; every offset refers to it.
        title: From metadata or the first heading, else the file's name without its extension.
        media_type: IANA media type as detected from the content, not from the name.
        blocks: In reading order.
        pages: Empty where the format has none.
        date: A date that the format states (a mail's Date, core properties), else None.
        attachments: Files inside the file.
        warnings: Sentences on what may be wrong with the text ("Scanned page, text may be wrong").
        metadata: Further strings worth showing (From, To, Author).
        reader: What read the file where it was no reader of ours, with its version ("tika1-3.3.2").
    """

    text: str
    title: str
    media_type: str
    blocks: tuple[Block, ...] = ()
    pages: tuple[Page, ...] = ()
    date: datetime.date | None = None
    attachments: tuple[Attachment, ...] = ()
    warnings: tuple[str, ...] = ()
    metadata: Mapping[str, str] = field(default_factory=dict)
    reader: str = ""


@dataclass(frozen=True, slots=True)
class Chunk:
    """A passage: the unit of search, labelling and decisions.

    Attributes:
        ordinal: 0-based position within the document.
        text: ``document.text[start:end]``.
        start: Offset of the first character in the document's text.
        end: Offset after the last.
        page: 1-based page on which it starts; None where the format has no pages.
        section: Path of headings, outermost first, joined by " › "; empty where none was found.
    """

    ordinal: int
    text: str
    start: int
    end: int
    page: int | None
    section: str
