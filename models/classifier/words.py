"""What a classifier sees of a text: its sentences, and each sentence's words."""

import re
from collections.abc import Sequence
from itertools import pairwise

from models.sentences import sentence_ends

Span = tuple[int, int]

_WORD = re.compile(r"\[[\s*●•_]*\]|\*{2,}|_{3,}|[$€£¥]|%|§|\d[\d,.]*|[^\W\d_]+(?:['’][^\W\d_]+)?")
# A blank line, or a semicolon before the next number of a list, ends a clause as a full stop does.
_CLAUSE_END = re.compile(r"\n[^\S\n]*\r?\n\s*|;\s*(?:(?:and|or)\s+)?(?=\(?(?:\d\d?|[a-z]|[ivx]{1,4})[.)]\s)")
_SHORTEST = 12
_REDACTED, _SHORT_NUMBER, _NUMBER, _MONEY = "[]", "0", "00", "$"


def words(text: str) -> list[str]:
    """Returns the words of a text in lower case.

    Numbers become "0" (one or two digits) or "00", gaps and redactions "[]", and currencies "$", so that
    what is particular to one contract is not learned.
    """
    return [_general(found.lower()) for found in _WORD.findall(text)]


def located_words(text: str) -> tuple[list[str], list[Span]]:
    """Returns the words of a text and where each stands in it."""
    matches = list(_WORD.finditer(text))
    return [_general(match.group().lower()) for match in matches], [match.span() for match in matches]


def terms(found: Sequence[str]) -> list[str]:
    """Returns words and pairs of neighbours, in order: the features that are counted."""
    return [*found, *(f"{left} {right}" for left, right in pairwise(found))]


def sentences(text: str) -> list[Span]:
    """Returns the sentences and list items of a text as offsets; together they are the whole text.

    A piece of a few characters, such as a lone number, belongs to what stands before it.
    """
    cuts = {0, len(text), *sentence_ends(text, 0, len(text))}
    cuts.update(match.end() for match in _CLAUSE_END.finditer(text))
    ordered = sorted(cuts)
    found: list[Span] = []
    for start, end in pairwise(ordered):
        if found and len(text[start:end].strip()) < _SHORTEST:
            found[-1] = (found[-1][0], end)
        else:
            found.append((start, end))
    return found or [(0, len(text))]


def _general(word: str) -> str:
    first = word[0]
    if first.isdigit():
        return _SHORT_NUMBER if len(word) <= 2 else _NUMBER
    if first in "[*_":
        return _REDACTED
    return _MONEY if first in "$€£¥" else word.replace("’", "'")
