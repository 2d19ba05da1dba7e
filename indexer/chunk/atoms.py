"""Cuts a document into the smallest pieces worth keeping whole, and says how well it may be cut there."""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import IntEnum

from indexer.chunk.headings import is_page_line
from indexer.chunk.outline import Section
from indexer.chunk.titles import is_title
from indexer.documents import Block, BlockKind
from models.sentences import sentence_ends

LONGEST_SENTENCE = 450
_LONGEST_WORD = 160
_SHORTEST_PHRASE = 25
_INNERMOST = 99

_BREAK = re.compile(
    r"\n[^\S\n]*\n\s*|\n[^\S\n]*(?=[-•*·–▪◦●]\s|\|)|(?<=[.:;!?|])[^\S\n]*\n\s*|(?<=[.:;!?|])\s{6,}"
)
_ITEM = re.compile(
    r"[;:,.]\s+(?:(?:and|or|und|oder|et|ou)\s+)?(?=\(?(?:[a-zA-Z]|[ivx]{1,5}|\d{1,2})\)\s)|;\s+(?:(?:and|or|und|oder|et|ou)\s+)?"
)
_ENUMERATED = re.compile(r"\s*(?:\((?:[a-zA-Z]|[ivx]{1,5}|\d{1,2})\)|\d{1,2}(?:\.\d{1,2}){0,3}[.)])\s")
_RUN_IN_TITLE = re.compile(_ENUMERATED.pattern + r"\s*(\S.{1,90})", re.DOTALL)
_PAUSE = re.compile(r"[,:]\s+|[\t|]\s*|\s[-–—]\s")
_WORDS = re.compile(r"[^\W⺀-鿿가-힯぀-ヿ]+|\S")


class Cut(IntEnum):
    """What starts at a piece, from where a cut reads best to where it is a last resort."""

    SECTION = 0
    PARAGRAPH = 1
    ITEM = 2
    SENTENCE = 3
    CLAUSE = 4
    PAUSE = 5
    WORD = 6


@dataclass(frozen=True, slots=True)
class Atom:
    """A piece of text that begins and ends with a character that is not blank.

    Attributes:
        start: Offset of its first character.
        end: Offset after its last.
        cut: What begins here.
        depth: Of the section that begins here or whose heading this is; else deeper than any.
        words: About how many tokens it has, in units that the packer calibrates.
        heading: Whether it is nothing but the heading of a section.
        titled: Whether that section has a title.
        solid: Whether it has a number.
    """

    start: int
    end: int
    cut: Cut
    depth: int
    words: int
    heading: bool = False
    titled: bool = False
    solid: bool = False


def atoms_of(text: str, blocks: Sequence[Block], sections: Sequence[Section]) -> list[Atom]:
    """Returns the pieces in order; together they hold every character that is not blank."""
    section_starts = [section.start for section in sections]
    rows = {block.start for block in blocks if block.kind is BlockKind.TABLE_ROW}
    edges = _edges(text, blocks, section_starts)
    found: list[Atom] = []
    for (start, cut), (stop, _) in zip(edges, [*edges[1:], (len(text), Cut.PARAGRAPH)], strict=True):
        first, last = trimmed(text, start, stop)
        if first == last:
            continue
        if cut is not Cut.SECTION and found and is_page_line(text[first:last]):
            found[-1] = replace(found[-1], end=last, words=found[-1].words + 4)
            continue
        place = bisect_right(section_starts, first) - 1
        section = sections[place] if place >= 0 else None
        pieces = _pieces(text, first, last, cut, section.heading_end if section else 0)
        if start in rows:
            pieces = (
                replace(piece, cut=max(piece.cut, Cut.PAUSE)) if piece.start > first else piece
                for piece in pieces
            )
        found.extend(_described(text, piece, section) for piece in pieces)
    return found


def estimate(text: str) -> int:
    """Returns about how many tokens a text has, cheaply."""
    return sum(1 + len(word) // 8 for word in _WORDS.findall(text))


def _described(text: str, atom: Atom, section: Section | None) -> Atom:
    """Adds what the packer has to know of the section that begins with a piece or that it heads."""
    inner = _is_run_in_title(text, atom)
    if section is None:
        return replace(atom, heading=inner, depth=_INNERMOST, solid=True)
    titled = section.label != section.number or not section.solid
    if atom.end <= section.heading_end + 1 or atom.start == section.start:
        heading = inner or atom.end <= section.heading_end + 1
        return replace(atom, heading=heading, depth=section.depth, titled=titled, solid=section.solid)
    return replace(atom, heading=inner, depth=_INNERMOST, solid=True)


def _is_run_in_title(text: str, atom: Atom) -> bool:
    """Says whether a piece is a number and a title and nothing more, which belong to what follows."""
    match = _RUN_IN_TITLE.fullmatch(text, atom.start, atom.end)
    return match is not None and is_title(match[1].rstrip("."))


def _edges(text: str, blocks: Sequence[Block], section_starts: Iterable[int]) -> list[tuple[int, Cut]]:
    """Returns where paragraphs and sections begin, in order, each once."""
    edges = dict.fromkeys((block.start for block in blocks), Cut.PARAGRAPH)
    edges[0] = Cut.PARAGRAPH
    rows = [(block.start, block.end) for block in blocks if block.kind is BlockKind.TABLE_ROW]
    row_starts = [start for start, _ in rows]
    for match in _BREAK.finditer(text):
        row = bisect_right(row_starts, match.start()) - 1
        if (row < 0 or match.end() > rows[row][1]) and match.end() < len(text):
            edges.setdefault(match.end(), _cut_after(text, match))
    edges.update(dict.fromkeys(section_starts, Cut.SECTION))
    return sorted(edges.items())


def _cut_after(text: str, gap: re.Match[str]) -> Cut:
    """A paragraph that goes on in lower case was only broken by the end of a page."""
    following = text[gap.end()]
    return Cut.PAUSE if following.islower() and text[gap.start() - 1] not in ".:;" else Cut.PARAGRAPH


def trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    """Returns a span without the blanks at its ends."""
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end


def _pieces(text: str, start: int, end: int, cut: Cut, heading_end: int) -> Iterator[Atom]:
    ends = [*sentence_ends(text, start, end), end]
    if start < heading_end < end and text[heading_end : heading_end + 1].isspace():
        ends = sorted({heading_end, *ends})
    for stop in ends:
        first, last = trimmed(text, start, stop)
        if first < last:
            yield from _phrases(text, first, last, cut)
        start, cut = stop, Cut.ITEM if _ENUMERATED.match(text, stop, end) else Cut.SENTENCE


def _phrases(text: str, start: int, end: int, cut: Cut) -> Iterator[Atom]:
    """Offers further places to cut within a long sentence, at list items, pauses, words and letters."""
    if end - start <= LONGEST_SENTENCE:
        yield Atom(start, end, cut, 0, estimate(text[start:end]))
        return
    edges: dict[int, Cut] = {start: cut}
    for pattern, kind in ((_ITEM, Cut.CLAUSE), (_PAUSE, Cut.PAUSE)):
        for match in pattern.finditer(text, start, end):
            if match.end() < end and not any(match.end() - near in edges for near in range(_SHORTEST_PHRASE)):
                edges[match.end()] = kind
    ordered = sorted(edges.items())
    for (first, kind), (stop, _) in zip(ordered, [*ordered[1:], (end, cut)], strict=True):
        for low, high, forced in _words(text, *trimmed(text, first, stop)):
            yield Atom(low, high, Cut.WORD if forced else kind, 0, estimate(text[low:high]))


def _words(text: str, start: int, end: int) -> Iterator[tuple[int, int, bool]]:
    forced = False
    while end - start > _LONGEST_WORD:
        space = text.rfind(" ", start + 1, start + _LONGEST_WORD)
        stop = whole_character(text, space if space > start else start + _LONGEST_WORD)
        low, high = trimmed(text, start, stop)
        if low < high:
            yield low, high, forced
            forced = True
        start = stop
    low, high = trimmed(text, start, end)
    if low < high:
        yield low, high, forced


def whole_character(text: str, position: int) -> int:
    """Moves a cut forward past marks that belong to the character before it."""
    for offset in range(8):
        place = position + offset
        if place >= len(text) or not _belongs_to_previous(text, place):
            return place
    return position


def _belongs_to_previous(text: str, place: int) -> bool:
    code = ord(text[place])
    joins = 0xFE00 <= code <= 0xFE0F or code == 0x200D or 0x1F3FB <= code <= 0x1F3FF or 0x300 <= code <= 0x36F
    return joins or text[place - 1] == "\u200d"
