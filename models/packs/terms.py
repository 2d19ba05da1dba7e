"""The words of a rule: phrases as a lawyer writes them, compiled to patterns once.

A term is a word or a phrase. ``*`` stands for any ending or any part of a word, ``#`` for a number in
figures or in words, ``|`` separates alternatives, a hyphen may be missing or be a blank in the text,
and a blank may be any white space, with or without quotation marks. ``/…/`` is a regular expression.
Case, the shape of quotation marks and the kind of hyphen never matter.
"""

import re
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
_ANCHOR = re.compile(r"[^\W_]+")
_PREFIX = 3


@dataclass(frozen=True, slots=True)
class Anchors:
    """Words of which a text must hold at least one before a term can occur in it.

    Attributes:
        words: Whole words.
        prefixes: First three letters of words.
        always: The term names no word to look for, so it must be tried on every text.
    """

    words: frozenset[str] = frozenset()
    prefixes: frozenset[str] = frozenset()
    always: bool = False


@dataclass(frozen=True, slots=True)
class Term:
    """A term as written, its pattern for folded text, and what to look for before trying it."""

    text: str
    pattern: re.Pattern[str]
    anchors: Anchors


def fold(text: str) -> str:
    """Returns the text in lower case with plain quotes, hyphens and blanks, every offset unchanged."""
    folded = text.translate(_SAME_LENGTH)
    lowered = folded.lower()
    if len(lowered) == len(folded):
        return lowered
    # A few letters grow when lowered (a dotted capital I); they stay as they are to keep the offsets.
    return "".join(low if len(low := letter.lower()) == 1 else letter for letter in folded)


def anchor_keys(folded: str) -> tuple[set[str], set[str]]:
    """Returns the words of a folded text and the prefixes of those words."""
    words = set(_ANCHOR.findall(folded))
    return words, {word[:_PREFIX] for word in words}


def compile_term(text: str) -> Term:
    """Compiles a term.

    Raises:
        ValueError: The term is empty, has no word, or is no valid regular expression.
    """
    stripped = text.strip()
    if len(stripped) > 2 and stripped.startswith("/") and stripped.endswith("/"):
        return Term(text, _regular_expression(stripped[1:-1]), Anchors(always=True))
    alternatives = [fold(part).strip() for part in stripped.split("|")]
    if not all(_ANCHOR.search(part) or "#" in part for part in alternatives):
        raise ValueError("a term needs at least one word")
    # The longest alternative first, so that a trigger shows the whole phrase.
    patterns = [_phrase(part) for part in sorted(alternatives, key=len, reverse=True)]
    pattern = re.compile(rf"(?<!\w)(?:{'|'.join(patterns)})(?!\w)")
    return Term(text, pattern, _merged([_anchors(part) for part in alternatives]))


def _regular_expression(source: str) -> re.Pattern[str]:
    try:
        pattern = re.compile(source, re.IGNORECASE)
    except re.error as error:
        raise ValueError(f"no valid regular expression: {error}") from error
    if pattern.match(""):
        raise ValueError("the regular expression matches nothing at all, that is, everywhere")
    return pattern


def _phrase(phrase: str) -> str:
    return _BLANK.join(_word(word) for word in phrase.split())


def _word(word: str) -> str:
    if word == "#":
        return _NUMBER
    parts = ("".join(r"[\w'-]*" if letter == "*" else re.escape(letter) for letter in part)
             for part in word.split("-"))  # fmt: skip
    return _HYPHEN.join(parts)


def _anchors(phrase: str) -> Anchors:
    whole = [word for word in phrase.split() if _ANCHOR.fullmatch(word)]
    if whole:
        return Anchors(words=frozenset({max(whole, key=len)}))
    for word in phrase.split():
        start = _ANCHOR.match(word)
        if start and (len(start.group()) >= _PREFIX or "*" not in word):
            return _first_letters(start.group(), word)
    return Anchors(always=True)


def _first_letters(start: str, word: str) -> Anchors:
    if len(start) >= _PREFIX:
        return Anchors(prefixes=frozenset({start[:_PREFIX]}))
    # A short first part may stand alone or be joined to what follows: "re-export", "reexport".
    joined = "".join(_ANCHOR.findall(word))
    return Anchors(words=frozenset({start}), prefixes=frozenset({joined[:_PREFIX]}))


def _merged(anchors: list[Anchors]) -> Anchors:
    return Anchors(
        words=frozenset().union(*(anchor.words for anchor in anchors)),
        prefixes=frozenset().union(*(anchor.prefixes for anchor in anchors)),
        always=any(anchor.always for anchor in anchors),
    )
