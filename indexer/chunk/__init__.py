"""Cuts a document into passages along its articles, sections, clauses, lists and sentences."""

from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Sequence

from indexer.chunk.atoms import atoms_of
from indexer.chunk.outline import Section
from indexer.chunk.packing import Window, pack
from indexer.chunk.paths import SectionPaths
from indexer.chunk.structure import sections_of
from indexer.documents import Chunk, Document

VERSION = "c1"
SMALLEST_WINDOW = 16


def chunk(document: Document, count_tokens: Callable[[str], int], max_tokens: int) -> tuple[Chunk, ...]:
    """Returns the passages of a document in order; none for a document without text.

    Every character that is not blank is in exactly one passage, and ``chunk.text`` is
    ``document.text[chunk.start:chunk.end]``. A passage has about 1,000 characters, fewer where a
    section ends or the tokens are many.

    Args:
        document: What extraction gave.
        count_tokens: Number of tokens of a text, special tokens included, without cutting.
        max_tokens: The encoder's window; at least 16.

    Raises:
        ValueError: ``max_tokens`` is smaller than any passage needs.
    """
    if max_tokens < SMALLEST_WINDOW:
        raise ValueError(f"max_tokens is {max_tokens}, but a passage needs at least {SMALLEST_WINDOW}")
    text = document.text
    sections = sections_of(document)
    atoms = atoms_of(text, document.blocks, sections)
    paths = SectionPaths(text, sections)
    pages = _Pages(document)
    spans = pack(text, atoms, Window(count_tokens, max_tokens, _main_depth(sections)))
    return tuple(
        Chunk(ordinal, text[start:end], start, end, pages.number(start), paths.path(start, end))
        for ordinal, (start, end) in enumerate(spans)
    )


class _Pages:
    """Looks up the page on which an offset stands."""

    def __init__(self, document: Document) -> None:
        pages: Sequence[tuple[int, int | None]] = [(page.start, page.number) for page in document.pages]
        if not pages:
            pages = [(block.start, block.page) for block in document.blocks]
        self._starts = [start for start, _ in pages]
        self._numbers = [number for _, number in pages]

    def number(self, offset: int) -> int | None:
        place = bisect_right(self._starts, offset) - 1
        return self._numbers[max(place, 0)] if self._numbers else None


def _main_depth(sections: Sequence[Section]) -> int:
    """Returns the depth of the main sections: the outermost that has two, a lone title put aside."""
    counts = Counter(section.depth for section in sections)
    return next((depth for depth in sorted(counts) if counts[depth] > 1), 0)
