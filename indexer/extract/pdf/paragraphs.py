"""From lines to paragraphs: where one ends, what it is, and how its lines are joined."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from indexer.documents import BlockKind
from indexer.extract.headings import ends_sentence, heading_level, starts_clause
from indexer.extract.pdf.lines import Line

_FOOTNOTE = re.compile(r"(?:\d{1,3}|[*†‡§])\s*[A-Z“\"(]")
_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
_TAIL = re.compile(r"([^\W\d_]+(?:-[^\W\d_]+)*)-$")
_HEAD = re.compile(r"[^\W\d_]+")
_PREFIXES = frozenset(
    {"non", "self", "co", "pre", "post", "sub", "third", "ex", "anti", "multi", "cross", "quasi"}
)
_MAX_HEADING_LINES = 3


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Lines that belong together.

    Attributes:
        kind: What they are.
        level: Depth of a heading, else 0.
        lines: In reading order; they may stand on several pages.
    """

    kind: BlockKind
    level: int
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Typography:
    """What is usual in a document.

    Attributes:
        size: Font size in points of most of its text.
        words: How often each word occurs, lower case, compounds with their hyphens.
    """

    size: float
    words: Counter[str]


def typography(lines: Iterable[Line]) -> Typography:
    """Returns what is usual in all lines of a document."""
    sizes: Counter[float] = Counter()
    words: Counter[str] = Counter()
    for line in lines:
        sizes[round(line.size * 2) / 2] += len(line.text)
        words.update(_WORD.findall(line.text.lower()))
    return Typography(sizes.most_common(1)[0][0] if sizes else 0.0, words)


def beside(line: Line) -> Paragraph:
    """Returns a line that stands at another angle, and so beside the text, as a note of its own."""
    return Paragraph(BlockKind.FOOTNOTE, 0, (line,))


def split_region(lines: Sequence[Line], usual: Typography) -> list[Paragraph]:
    """Cuts the lines of a region, top to bottom, into paragraphs."""
    leading = _leading(lines)
    right = sorted(line.right for line in lines)[int(0.9 * (len(lines) - 1))] if lines else 0.0
    groups: list[list[Line]] = []
    for line in lines:
        if groups and not _ends(groups[-1], line, leading, right):
            groups[-1].append(line)
        else:
            groups.append([line])
    return [_paragraph(group, usual) for group in groups]


def join_across(regions: Iterable[list[Paragraph]]) -> list[Paragraph]:
    """Joins paragraphs that a column's or a page's end had divided in the middle of a sentence."""
    joined: list[Paragraph] = []
    for region in regions:
        for position, paragraph in enumerate(region):
            if position == 0 and joined and _continues(joined[-1], paragraph):
                before = joined.pop()
                paragraph = Paragraph(before.kind, before.level, before.lines + paragraph.lines)  # noqa: PLW2901
            joined.append(paragraph)
    return joined


def joint(before: str, after: str, words: Counter[str]) -> tuple[int, str]:
    """Says how two lines of a paragraph are joined.

    Args:
        before: The upper line.
        after: The lower line.
        words: How often each word occurs in the document.

    Returns:
        How many characters at the upper line's end are dropped, and what stands between the two.
    """
    tail, head = _TAIL.search(before), _HEAD.match(after)
    if tail is None or head is None:
        return 0, "" if before.endswith("-") and len(before) > 1 and before[-2].isalnum() else " "
    first, second = tail[1].lower(), head[0].lower()
    whole, compound = words[first + second], words[f"{first}-{second}"]
    if whole or compound:
        return (1, "") if whole >= compound else (0, "")
    keep = first in _PREFIXES or "-" in first or head[0][0].isupper()
    return (0, "") if keep else (1, "")


def _leading(lines: Sequence[Line]) -> float:
    """Returns the usual distance in points from one line's top to the next."""
    steps = [lower.top - upper.top for upper, lower in pairwise(lines) if 0 < lower.top - upper.top < 40]
    if not steps:
        return 1.3 * (lines[0].height if lines else 10.0)
    # The smaller steps are those within paragraphs, however many paragraphs there are.
    return min(median(steps), 2.2 * median(line.height for line in lines))


def _ends(group: list[Line], line: Line, leading: float, right: float) -> bool:
    """Says whether a line starts a new paragraph."""
    before = group[-1]
    if (before.cells > 1) or (line.cells > 1):
        return True
    if line.top - before.top > 1.35 * leading or line.top < before.top - leading:
        return True
    if abs(line.size - before.size) > 0.15 * max(line.size, before.size):
        return True
    if starts_clause(line.text, after=before.text if before.right > 0.8 * right else ""):
        return True
    if line.bold != before.bold and (_level(group) or heading_level(line.text)):
        return True
    return _is_short(before, line, right) or _is_shifted(group, line)


def _is_short(before: Line, line: Line, right: float) -> bool:
    """Says whether a line ended although the next line's first word would have fitted."""
    first = line.text.find(" ")
    word = line.boxes[: first if first > 0 else len(line.text)]
    width = (float(word[:, 2].max()) - float(word[:, 0].min())) / 10
    return before.right + width + 0.8 * line.height < right


def _is_shifted(group: list[Line], line: Line) -> bool:
    """Says whether a line is set in or out against the paragraph's lines after its first."""
    return len(group) > 1 and abs(line.left - group[-1].left) > 0.9 * line.height


def _paragraph(group: list[Line], usual: Typography) -> Paragraph:
    lines = tuple(group)
    if group[0].cells > 1:
        return Paragraph(BlockKind.TABLE_ROW, 0, lines)
    text = " ".join(line.text for line in group)
    if _FOOTNOTE.match(text) and 0 < group[0].size < 0.87 * usual.size:
        return Paragraph(BlockKind.FOOTNOTE, 0, lines)
    level = _level(group, usual)
    if level:
        return Paragraph(BlockKind.HEADING, level, lines)
    return Paragraph(BlockKind.LIST_ITEM if starts_clause(text) else BlockKind.PARAGRAPH, 0, lines)


def _level(group: list[Line], usual: Typography | None = None) -> int:
    """Returns the depth of a heading by its words, its size and its weight; 0 for text."""
    text = " ".join(line.text for line in group)
    if len(group) > _MAX_HEADING_LINES:
        return 0
    level = heading_level(text)
    if level:
        return level
    large = usual is not None and group[0].size > 1.15 * usual.size > 0
    bold = all(line.bold for line in group)
    wordy = any(character.isalpha() for character in text) and "__" not in text
    if not (large or bold) or not wordy or len(text) > 120 or text[-1] in ",;" or text[0].islower():
        return 0
    return 1 if large else 2


def _continues(before: Paragraph, after: Paragraph) -> bool:
    running = {BlockKind.PARAGRAPH, BlockKind.LIST_ITEM}
    if before.kind not in running or after.kind is not BlockKind.PARAGRAPH:
        return False
    end, start = before.lines[-1].text, after.lines[0].text
    return not ends_sentence(end) and start[0].islower()
