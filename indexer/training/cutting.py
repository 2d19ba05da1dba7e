"""Cuts a marked text into the passages that the product makes of it, each with what was marked in it."""

import re
from collections.abc import Iterable, Iterator
from typing import Protocol

from indexer.chunk import chunk
from indexer.documents import Chunk, Document
from indexer.extract.plain import find_blocks
from indexer.training.marked import Mark, MarkedText
from models.classifier.dataset import Evidence, TrainingPassage
from models.labels import Passage

ENOUGH_CHARACTERS = 50
ENOUGH_OF_THE_MARK = 0.5

# What the product's reading of a text file makes of line ends, and what it cannot store; lengths stay.
_RETURNS = re.compile(r"\r(\n?)")
_UNSTORABLE = re.compile("[\0\ud800-\udfff]")


class Tokens(Protocol):
    """Counts tokens as the encoder does.

    Attributes:
        max_tokens: The encoder's window.
    """

    max_tokens: int

    def count(self, text: str) -> int:
        """Returns the number of tokens of a text, special tokens included."""
        ...


def cut(marked: MarkedText, tokens: Tokens) -> tuple[TrainingPassage, ...]:
    """Returns the passages of a text in order.

    A passage carries a label where it holds at least 50 characters of one of its marks, or half of it.
    """
    if marked.is_passage:
        evidence = tuple(sorted({Evidence(mark.start, mark.end, mark.label) for mark in marked.marks}))
        return (_passage(marked, marked.text, marked.section, evidence),)
    text = _UNSTORABLE.sub("\ufffd", _RETURNS.sub(_same_length, marked.text))
    # Blocks are found as in a text file that is ingested, so that training sees what labelling will see.
    document = Document(text, marked.document, "text/plain", blocks=tuple(find_blocks(text)))
    chunks = chunk(document, tokens.count, tokens.max_tokens)
    return tuple(
        _passage(marked, piece.text, piece.section, tuple(sorted(set(_evidence(piece, marked.marks)))))
        for piece in chunks
    )


def _same_length(match: re.Match[str]) -> str:
    return " \n" if match[1] else "\n"


def _passage(marked: MarkedText, text: str, section: str, evidence: tuple[Evidence, ...]) -> TrainingPassage:
    labels = marked.labels | {item.label for item in evidence}
    judged = None if marked.judged is None else marked.judged | labels
    return TrainingPassage(Passage(text, section), labels, evidence, judged)


def _evidence(piece: Chunk, marks: Iterable[Mark]) -> Iterator[Evidence]:
    for mark in marks:
        start, end = max(piece.start, mark.start), min(piece.end, mark.end)
        share = (end - start) / (mark.end - mark.start)
        if end - start >= ENOUGH_CHARACTERS or share >= ENOUGH_OF_THE_MARK:
            yield Evidence(start - piece.start, end - piece.start, mark.label)
