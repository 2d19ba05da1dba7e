"""Text to terms: the same analysis for indexing, for queries and for highlighting.

Words are found here, by the pattern of the mapping, and given to the engine separated by blanks; the
engine folds and stems them. The pattern keeps "7.2.1" and "1,000,000.00" whole, takes "§" as a word,
splits "work-for-hire" and "jane.roe@example.com" into their parts (looked up as a phrase), sets off
the elided article of "l'accord", and takes each ideograph as a word.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

import tantivy

from indexer.index.mapping import chunk_mapping

STEMMED = "stemmed"
EXACT = "exact"
# The words of a text are asked for twice in a row, and those of titles and headings again and again.
REMEMBERED = 4_096
# Different words of each kind, and runs between blanks, whose terms are remembered; contracts use the same
# ones over and over. Longer ones are seldom met twice.
REMEMBERED_WORDS = 131_072
LONGEST_WORD, LONGEST_NUMBER = 32, 5

# Same length on both sides: offsets stay true.
_QUOTES = str.maketrans({"’": "'", "‘": "'", "ʼ": "'", "´": "'", "`": "'", "＇": "'"})
_INVISIBLE = frozenset("\u00ad\u200b\u200c\u200d\u2060\ufeff")


_DIGIT = re.compile(r"\d")


@dataclass(frozen=True, slots=True)
class Token:
    """A term as the index holds it, and where it stands: ``text[start:end]``."""

    term: str
    start: int
    end: int


@lru_cache(REMEMBERED)
def words(text: str) -> str:
    """Returns the words of a text separated by single blanks, as the index takes them."""
    return " ".join(_pattern().findall(_unify(text)[0]))


def tokens(text: str, kind: str = STEMMED) -> list[Token]:
    """Returns the terms of the field ``text`` in order, stop words left out; of ``exact``, every word."""
    unified, offsets = _unify(text)
    found = list(_pattern().finditer(unified))
    result = []
    for position, term in _analyzed([each.group() for each in found], kind):
        start, end = found[position].span()
        result.append(Token(term, offsets[start], offsets[end]) if offsets else Token(term, start, end))
    return result


def terms(text: str, kind: str) -> list[tuple[int, str]]:
    """Returns (position, term) pairs as the analyser ``kind`` gives them.

    Positions number the words of the text from 0; one that is missing was a stop word.
    """
    return _analyzed(_pattern().findall(_unify(text)[0]), kind)


def laid(text: str, gap: str) -> tuple[str, str]:
    """Returns the stemmed and the exact terms of a text separated by blanks, with ``gap`` for one left out.

    No word reaches over a blank, so that what stands between two blanks is looked up as a whole. Where it has
    no word, two blanks follow each other.
    """
    stemmed, exact = _runs(STEMMED, gap), _runs(EXACT, gap)
    found = text.split()
    return " ".join(map(stemmed.__getitem__, found)), " ".join(map(exact.__getitem__, found))


def stems_of_runs() -> Mapping[str, str]:
    """Returns what gives the stemmed terms, separated by blanks, of any text between two blanks."""
    return _runs(STEMMED, "")


def stems(text: str) -> frozenset[str]:
    """Returns the different terms of the field ``text``, stop words left out."""
    return frozenset(analyzer(STEMMED).analyze(words(text)))


def fold(text: str) -> str:
    """Returns a text in lower case without accents, as terms are, without splitting it."""
    return "".join(_folder().analyze(_unify(text)[0]))


@cache
def analyzer(kind: str) -> tantivy.TextAnalyzer:
    """Returns the analyser "stemmed" or "exact" of words that are separated by blanks."""
    analysis = chunk_mapping().analysis
    builder = (
        tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.whitespace())
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


def _analyzed(found: Sequence[str], kind: str) -> list[tuple[int, str]]:
    known = _terms(kind)
    return [(position, term) for position, word in enumerate(found) if (term := known[word])]


class _Terms(dict[str, str]):
    """The terms of words, found out when they are first asked for; empty for one that is left out."""

    def __init__(self, kind: str) -> None:
        super().__init__()
        self._analyze = analyzer(kind).analyze

    def __missing__(self, word: str) -> str:
        term = next(iter(self._analyze(word)), "")
        _remember(self, word, term)
        return term


@cache
def _terms(kind: str) -> _Terms:
    return _Terms(kind)


class _Runs(dict[str, str]):
    """The terms of runs between blanks, separated by blanks, found out when they are first asked for."""

    def __init__(self, kind: str, gap: str) -> None:
        super().__init__()
        self._terms, self._gap = _terms(kind), gap

    def __missing__(self, run: str) -> str:
        found = " ".join([self._terms[word] or self._gap for word in _pattern().findall(_unify(run)[0])])
        _remember(self, run, found)
        return found


@cache
def _runs(kind: str, gap: str) -> _Runs:
    return _Runs(kind, gap)


def _remember(known: dict[str, str], text: str, found: str) -> None:
    if len(text) > (LONGEST_NUMBER if _DIGIT.search(text) else LONGEST_WORD):
        return
    if len(known) >= REMEMBERED_WORDS:
        known.clear()
    known[text] = found


@cache
def _pattern() -> re.Pattern[str]:
    return re.compile(chunk_mapping().analysis.pattern)


@cache
def _folder() -> tantivy.TextAnalyzer:
    return (
        tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.raw())
        .filter(tantivy.Filter.lowercase())
        .filter(tantivy.Filter.ascii_fold())
        .build()
    )


def _unify(text: str) -> tuple[str, Sequence[int]]:
    """Returns the text with straight quotes, composed accents and nothing invisible.

    The second value says for each character, and for the end, its offset in the original; it is
    empty where all offsets are the same, which is the common case.
    """
    straight = text.translate(_QUOTES) if not text.isascii() else text.replace("`", "'")
    if straight.isascii() or (unicodedata.is_normalized("NFC", straight) and _INVISIBLE.isdisjoint(straight)):
        return straight, ()
    return _compose(straight)


def _compose(text: str) -> tuple[str, list[int]]:
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
