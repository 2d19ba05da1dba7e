"""Text to terms: the same analysis for indexing, for queries and for highlighting.

The analysers run inside tantivy; ``unify`` prepares what they cannot: curly quotes, soft hyphens and
accents written as separate characters. The mapping holds the token pattern, which keeps "7.2.1" and
"1,000,000.00" whole, takes "§" as a word, splits "work-for-hire" and "jane.roe@example.com" into
their parts (looked up as a phrase), and takes each ideograph as a word.
"""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import tantivy

from indexer.index.mapping import Analysis, chunk_mapping

STEMMED = "stemmed"
EXACT = "exact"

# Same length on both sides: offsets stay true.
_QUOTES = str.maketrans({"’": "'", "‘": "'", "ʼ": "'", "´": "'", "`": "'", "＇": "'"})
_INVISIBLE = frozenset("\u00ad\u200b\u200c\u200d\u2060\ufeff")


@dataclass(frozen=True, slots=True)
class Token:
    """A term as the index holds it, and where it stands: ``text[start:end]``."""

    term: str
    start: int
    end: int


def tokens(text: str, kind: str = STEMMED) -> list[Token]:
    """Returns the terms of the field ``text`` in order, stop words left out; of ``exact``, every word."""
    unified, offsets = unify(text)
    found = analyzer(kind).pre_tokenize(unified).tokens
    if offsets is None:
        return [Token(each.text, each.char_offset_from, each.char_offset_to) for each in found]
    return [Token(each.text, offsets[each.char_offset_from], offsets[each.char_offset_to]) for each in found]


def terms(text: str, kind: str) -> list[tuple[int, str]]:
    """Returns (position, term) pairs as the analyser ``kind`` gives them, positions from 0 upwards.

    A gap in the positions is a stop word; the first position may be above 0.
    """
    unified, _ = unify(text)
    return [(each.position, each.text) for each in analyzer(kind).pre_tokenize(unified).tokens]


def unify(text: str) -> tuple[str, Sequence[int] | None]:
    """Returns the text as the analysers take it, and for each character its offset in the original.

    The offsets end with the length of the original. None instead of them where all are the same,
    which is the common case.
    """
    straight = text.translate(_QUOTES)
    if straight.isascii() or (unicodedata.is_normalized("NFC", straight) and _INVISIBLE.isdisjoint(straight)):
        return straight, None
    return _compose(straight)


def fold(text: str) -> str:
    """Returns a text in lower case without accents, as terms are, without splitting it."""
    return "".join(_folder().analyze(unify(text)[0]))


@cache
def analyzer(kind: str) -> tantivy.TextAnalyzer:
    """Returns the analyser "stemmed" or "exact" of the mapping."""
    analysis: Analysis = chunk_mapping().analysis
    builder = (
        tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.regex(analysis.pattern))
        .filter(tantivy.Filter.remove_long(analysis.longest))
        .filter(tantivy.Filter.lowercase())
        .filter(tantivy.Filter.ascii_fold())
    )
    if kind == EXACT:
        return builder.build()
    return (
        builder.filter(tantivy.Filter.custom_stopword(list(analysis.stop_words)))
        .filter(tantivy.Filter.stemmer(analysis.stemmer))
        .build()
    )


@cache
def _folder() -> tantivy.TextAnalyzer:
    return (
        tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.raw())
        .filter(tantivy.Filter.lowercase())
        .filter(tantivy.Filter.ascii_fold())
        .build()
    )


def _compose(text: str) -> tuple[str, Sequence[int]]:
    """Composes each base character with its accents, and drops invisible characters."""
    composed: list[str] = []
    offsets: list[int] = []
    run, start = "", 0
    for offset, character in enumerate(text):
        if character in _INVISIBLE:
            continue
        if run and not unicodedata.combining(character):
            _append(composed, offsets, run, start)
            run = ""
        if not run:
            start = offset
        run += character
    _append(composed, offsets, run, start)
    offsets.append(len(text))
    return "".join(composed), offsets


def _append(composed: list[str], offsets: list[int], run: str, start: int) -> None:
    normal = unicodedata.normalize("NFC", run)
    composed.append(normal)
    offsets.extend([start] * len(normal))
