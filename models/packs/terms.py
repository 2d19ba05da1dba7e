"""The words of a rule: phrases as a lawyer writes them, compiled to patterns once.

A term is a word or a phrase. ``*`` stands for any ending or any part of a word, ``#`` for a number in
figures or in words, ``#%`` for a percentage, ``|`` separates alternatives, a hyphen may be missing or
be a blank in the text, and a blank may be any white space, with or without quotation marks. ``/…/`` is a
regular expression. Case, the shape of quotation marks and the kind of hyphen never matter.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain

_SAME_LENGTH = str.maketrans(
    {
        "‘": "'", "’": "'", "‚": "'", "‛": "'", "´": "'", "`": "'",
        "“": '"', "”": '"', "„": '"', "‟": '"', "«": '"', "»": '"',
        "‐": "-", "‑": "-", "‒": "-", "–": "-", "—": "-", "−": "-", "\xad": "-",
        "\xa0": " ", "\u2007": " ", "\u202f": " ", "\u200b": " ",
    }
)  # fmt: skip
_NUMERAL = (
    "one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|"
    "seventeen|eighteen|nineteen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|hundred|thousand|million"
)
_NUMBER = (
    rf"(?:(?:us|usd|eur|gbp)?\s?[$€£]?\s?\d[\d,.]*\d|\d|(?:{_NUMERAL})(?:[\s-]+(?:and\s+)?(?:{_NUMERAL}))*"
    r"|\[[*•_ ]+\]|\*{3,}|_{2,})"
    r"(?:\s*\(\s*[$€£]?\d[\d,.]*\s*%?\s*\))?"
)
_PERCENTAGE = rf"{_NUMBER}\s?(?:%|per[\s-]?cent\w*)(?:\s*\(\s*\d[\d,.]*\s*%\s*\))?"
_BLANK = r"(?:[\s\"'(]|-(?=\s))+"
_HYPHEN = r"[\s-]*"
_WORD = re.compile(r"[^\W_]+")
_NUMBER_START = re.compile(rf"\d[\d,.]*|\b(?:{_NUMERAL})\b|\[[*•_ ]+\]|\*{{3,}}|_{{2,}}")
_NUMBERS = (["#"], ["#%"])
_PREFIX = 3

Span = tuple[int, int]


class FoldedText:
    """A text ready for terms: folded, with the places of its words.

    Looking words up and matching a phrase only where its first word stands is some ten times faster
    than scanning the text for every phrase.

    Attributes:
        text: The folded text, of the same length as the original.
        starts: Start offsets of all words, ascending.
        places: Start offsets by key; a key is a word, or the first three letters of one with a ``*``.
        keys: The keys as a set.
    """

    def __init__(self, text: str) -> None:
        self.text = fold(text)
        self.starts: list[int] = []
        self.places: dict[str, list[int]] = defaultdict(list)
        self._numbers: list[int] | None = None
        for match in _WORD.finditer(self.text):
            start, word = match.start(), match.group()
            self.starts.append(start)
            self.places[word].append(start)
        for word, starts in list(self.places.items()):
            self.places[word[:_PREFIX] + "*"] += starts
        self.keys = frozenset(self.places)

    def numbers(self) -> list[int]:
        """Returns the start offsets of numbers in figures, in words, or blacked out."""
        if self._numbers is None:
            self._numbers = [match.start() for match in _NUMBER_START.finditer(self.text)]
        return self._numbers


@dataclass(frozen=True, slots=True)
class Alternative:
    """One phrase of a term.

    Attributes:
        first: Keys under which its first word may stand; empty for a number or a regular expression.
        rarest: Keys of a word that a text must hold, the longest of the phrase; empty for none.
        number: It begins with a number.
        pattern: Matches the phrase from its first letter on.
    """

    first: tuple[str, ...]
    rarest: tuple[str, ...]
    number: bool
    pattern: re.Pattern[str]

    def find(self, folded: FoldedText) -> Iterator[Span]:
        """Yields the spans of the phrase; a regular expression is looked for everywhere."""
        if not self.first and not self.number:
            yield from (match.span() for match in self.pattern.finditer(folded.text))
            return
        places = (
            [folded.numbers()]
            if self.number
            else [folded.places[key] for key in self.first if key in folded.keys]
        )
        for starts in places:
            for start in starts:
                if match := self.pattern.match(folded.text, start):
                    yield match.span()


@dataclass(frozen=True, slots=True)
class Term:
    """A term as written, and what it was compiled to.

    Attributes:
        text: As written.
        alternatives: At least one.
        keys: A text that holds none of these cannot hold the term; empty where only trying tells.
    """

    text: str
    alternatives: tuple[Alternative, ...]
    keys: frozenset[str]

    def possible(self, folded: FoldedText) -> bool:
        """Tells cheaply whether a text may hold the term; False is certain."""
        return not self.keys or not self.keys.isdisjoint(folded.keys)

    def find(self, folded: FoldedText) -> list[Span]:
        """Returns where the term stands, ordered by start; without those that lie inside another."""
        if not self.possible(folded):
            return []
        ends: dict[int, int] = {}
        for alternative in self.alternatives:
            if alternative.rarest and folded.keys.isdisjoint(alternative.rarest):
                continue
            for start, end in alternative.find(folded):
                if end > ends.get(start, start):
                    ends[start] = end
        spans: list[Span] = []
        for span in sorted(ends.items()):
            if not spans or span[1] > spans[-1][1]:
                spans.append(span)
        return spans


def fold(text: str) -> str:
    """Returns the text in lower case with plain quotes, hyphens and blanks, every offset unchanged."""
    folded = text.translate(_SAME_LENGTH)
    lowered = folded.lower()
    if len(lowered) == len(folded):
        return lowered
    # A few letters grow when lowered (a dotted capital I); they stay as they are to keep the offsets.
    return "".join(low if len(low := letter.lower()) == 1 else letter for letter in folded)


def compile_term(text: str) -> Term:
    """Compiles a term.

    Raises:
        ValueError: The term is empty, has no word, or is no valid regular expression.
    """
    stripped = text.strip()
    if len(stripped) > 2 and stripped.startswith("/") and stripped.endswith("/"):
        return _term(text, [Alternative((), (), False, _regular_expression(stripped[1:-1]))])
    return _term(text, [_alternative(part.strip()) for part in fold(stripped).split("|")])


def _term(text: str, alternatives: list[Alternative]) -> Term:
    keys = [alternative.rarest for alternative in alternatives]
    return Term(text, tuple(alternatives), frozenset(chain.from_iterable(keys)) if all(keys) else frozenset())


def _regular_expression(source: str) -> re.Pattern[str]:
    try:
        pattern = re.compile(source, re.IGNORECASE)
    except re.error as error:
        raise ValueError(f"no valid regular expression: {error}") from error
    if pattern.match(""):
        raise ValueError("the regular expression matches nothing at all, that is, everywhere")
    return pattern


def _alternative(phrase: str) -> Alternative:
    words = phrase.split()
    number = words[:1] in _NUMBERS
    if not number and not _WORD.match(phrase):
        raise ValueError("every alternative begins with a letter, a digit or #")
    keys = [_keys(word) for word in words if [word] not in _NUMBERS]
    if not number and not keys[0]:
        raise ValueError("the first word needs three letters before a *")
    pattern = re.compile(_BLANK.join(_word(word) for word in words) + r"(?!\w)")
    return Alternative(() if number else keys[0], max(keys, key=rarity, default=()), number, pattern)


def _word(word: str) -> str:
    if word == "#":
        return rf"{_NUMBER}(?:\s?%)?"
    if word == "#%":
        return _PERCENTAGE
    parts = ("".join(r"[\w'-]*" if letter == "*" else re.escape(letter) for letter in part)
             for part in word.split("-"))  # fmt: skip
    return _HYPHEN.join(parts)


def _keys(word: str) -> tuple[str, ...]:
    """Returns the keys under which a word of a phrase may stand in a text; none if any word will do."""
    start = _WORD.match(word)
    if not start:
        return ()
    if start.group() == word:
        return (word,)
    if len(start.group()) >= _PREFIX:
        return (start.group()[:_PREFIX] + "*",)
    joined = "".join(_WORD.findall(word))
    if "*" in word[: start.end() + 1] or len(joined) < _PREFIX:
        return ()
    # A short first part may stand alone or be joined to what follows: "co-own", "coown".
    return (start.group(), joined[:_PREFIX] + "*")


def rarity(keys: Iterable[str]) -> int:
    """Returns a guess, 0 for no keys: the longer the shortest key, the fewer texts hold one of them."""
    return min((len(key) for key in keys), default=0)
