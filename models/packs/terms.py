"""The words of a rule: phrases as a lawyer writes them, compiled to patterns once.

A term is a word or a phrase. ``*`` stands for any ending or any part of a word, ``#`` for a number in
figures or in words, ``|`` separates alternatives, a hyphen may be missing or be a blank in the text,
and a blank may be any white space, with or without quotation marks. ``/…/`` is a regular expression.
Case, the shape of quotation marks and the kind of hyphen never matter.
"""

import re
from collections import defaultdict
from dataclasses import dataclass

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
    r"(?:\s*\(\s*[$€£]?\d[\d,.]*\s*%?\s*\))?\s?%?"
)
_BLANK = r"(?:[\s\"'(]|-(?=\s))+"
_HYPHEN = r"[\s-]*"
_WORD = re.compile(r"[^\W_]+")
_NUMBER_START = re.compile(rf"\d[\d,.]*|\b(?:{_NUMERAL})\b|\[[*•_ ]+\]|\*{{3,}}|_{{2,}}")
_PREFIX = 3

Span = tuple[int, int]


class FoldedText:
    """A text ready for terms: folded, with the places of its words.

    Looking words up and matching a phrase only where its first word stands is some ten times faster
    than scanning the text for every phrase.

    Attributes:
        text: The folded text, of the same length as the original.
        words: Start offsets by word.
        prefixes: Start offsets by the first three letters of a word; shorter words by themselves.
        starts: Start offsets of all words, ascending.
        word_set: The words.
        prefix_set: The prefixes.
    """

    def __init__(self, text: str) -> None:
        self.text = fold(text)
        self.words: dict[str, list[int]] = defaultdict(list)
        self.prefixes: dict[str, list[int]] = defaultdict(list)
        self.starts: list[int] = []
        self._numbers: list[int] | None = None
        for match in _WORD.finditer(self.text):
            start, word = match.start(), match.group()
            self.starts.append(start)
            self.words[word].append(start)
            self.prefixes[word[:_PREFIX]].append(start)
        self.word_set = frozenset(self.words)
        self.prefix_set = frozenset(self.prefixes)

    def numbers(self) -> list[int]:
        """Returns the start offsets of numbers in figures, in words, or blacked out."""
        if self._numbers is None:
            self._numbers = [match.start() for match in _NUMBER_START.finditer(self.text)]
        return self._numbers


@dataclass(frozen=True, slots=True)
class Keys:
    """Where to look: whole words, first three letters of words; neither means anywhere."""

    words: tuple[str, ...] = ()
    prefixes: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.words or self.prefixes)


@dataclass(frozen=True, slots=True)
class Alternative:
    """One phrase of a term.

    Attributes:
        first: Keys of its first word.
        rarest: Keys of a word that the text must hold, the longest one of the phrase.
        number: It begins with a number.
        pattern: Matches the phrase from its first letter on.
    """

    first: Keys
    rarest: Keys
    number: bool
    pattern: re.Pattern[str]

    def find(self, folded: FoldedText) -> list[Span]:
        """Returns the spans of the phrase; a regular expression is looked for everywhere."""
        if not self.first and not self.number:
            return [match.span() for match in self.pattern.finditer(folded.text)]
        starts = folded.numbers() if self.number else []
        for word in self.first.words:
            starts = starts + folded.words.get(word, [])
        for prefix in self.first.prefixes:
            starts = starts + folded.prefixes.get(prefix, [])
        matches = (self.pattern.match(folded.text, start) for start in starts)
        return [match.span() for match in matches if match]


@dataclass(frozen=True, slots=True)
class Term:
    """A term as written, its compiled alternatives, and words of which a text must hold one.

    Attributes:
        text: As written.
        alternatives: At least one.
        words: Whole words that stand for alternatives.
        prefixes: First three letters of words that stand for alternatives.
        anywhere: Some alternative names no word, so that only trying tells.
    """

    text: str
    alternatives: tuple[Alternative, ...]
    words: frozenset[str]
    prefixes: frozenset[str]
    anywhere: bool

    def possible(self, folded: FoldedText) -> bool:
        """Tells cheaply whether a text may hold the term; False is certain."""
        return (
            self.anywhere
            or not self.words.isdisjoint(folded.word_set)
            or not self.prefixes.isdisjoint(folded.prefix_set)
        )

    def find(self, folded: FoldedText) -> list[Span]:
        """Returns where the term stands, ordered by start; of two that start together the longer."""
        if not self.possible(folded):
            return []
        ends: dict[int, int] = {}
        for alternative in self.alternatives:
            for start, end in alternative.find(folded):
                if end > ends.get(start, start):
                    ends[start] = end
        return sorted(ends.items())


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
        pattern = _regular_expression(stripped[1:-1])
        return _term(text, (Alternative(Keys(), Keys(), False, pattern),))
    return _term(text, tuple(_alternative(part.strip()) for part in fold(stripped).split("|")))


def _term(text: str, alternatives: tuple[Alternative, ...]) -> Term:
    keys = [alternative.rarest for alternative in alternatives]
    words = frozenset(word for key in keys for word in key.words)
    prefixes = frozenset(prefix for key in keys for prefix in key.prefixes)
    return Term(text, alternatives, words, prefixes, not all(keys))


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
    if not _WORD.match(phrase) and words[:1] != ["#"]:
        raise ValueError("every alternative begins with a letter, a digit or #")
    keys = [_keys(word) for word in words if word != "#"]
    pattern = re.compile(_BLANK.join(_word(word) for word in words) + r"(?!\w)")
    number = words[0] == "#"
    if not number and not keys[0]:
        raise ValueError("the first word needs three letters before a *")
    rarest = max(keys, key=_rarity, default=Keys())
    return Alternative(Keys() if number else keys[0], rarest, number, pattern)


def _word(word: str) -> str:
    if word == "#":
        return _NUMBER
    parts = ("".join(r"[\w'-]*" if letter == "*" else re.escape(letter) for letter in part)
             for part in word.split("-"))  # fmt: skip
    return _HYPHEN.join(parts)


def _keys(word: str) -> Keys:
    """Returns under which keys a word of a phrase stands in a text."""
    start = _WORD.match(word)
    if not start:
        return Keys()
    if start.group() == word:
        return Keys(words=(word,))
    if len(start.group()) >= _PREFIX:
        return Keys(prefixes=(start.group()[:_PREFIX],))
    if "*" in word[: start.end() + 1]:
        return Keys()
    # A short first part may stand alone or be joined to what follows: "co-own", "coown".
    joined = "".join(_WORD.findall(word))
    return Keys(words=(start.group(),), prefixes=(joined[:_PREFIX],) if len(joined) >= _PREFIX else ())


def _rarity(keys: Keys) -> int:
    """Long words are rare; a prefix promises less than a word."""
    return min((len(key) for key in (*keys.words, *keys.prefixes)), default=0)
