"""Guesses from a line's words alone whether it is a heading or starts a numbered clause."""

import re

_DIVISION = re.compile(
    r"(?P<word>article|part|chapter|title|schedule|exhibit|annex|appendix|attachment|section|clause)"
    r"\s+(?P<number>\d+(?:\.\d+)*|[ivxlc]+|[a-z](?:-\d+)?)\b\s*[.:)–—-]*\s*(?P<rest>.*)",
    re.IGNORECASE,
)
_NUMBERED = re.compile(
    r"(?P<number>\d{1,2}|\d{1,3}(?:\.\d{1,3})+|(?:\d{1,3}|[IVXLC]+|[A-Z])(?=[.)]))[.)]?\s+(?P<rest>\S.*)"
)
_MARKER = re.compile(
    r"(?:\(?(?:[a-zA-Z]|[ivxlcIVXLC]{1,5}|\d{1,3})\)|\d{1,3}(?:\.\d{1,3})*\.(?=\s)|\d{1,3}(?:\.\d{1,3})+(?=\s)"
    r"|[ivxIVX]{1,5}\.(?=\s)|[A-Z]\.(?=\s)|[•·▪◦●○■‣*–-](?=\s))\s*(?=\S)"
)
_NAMED = re.compile(r"(?:Section|SECTION|Article|ARTICLE|Clause|CLAUSE)\s+(?:\d+(?:\.\d+)*|[IVXLC]+)\b")
_REFERRING = re.compile(
    r"\b(?:sections?|articles?|clauses?|paragraphs?|exhibits?|schedules?|and|or|to|of|by|than)$|,$",
    re.IGNORECASE,
)
_SENTENCE_END = re.compile(r"[.:;!?][\"'”’)\]]*$|;\s*(?:and|or)$")
_SMALL_WORDS = frozenset(
    re.findall(r"\w+", "a an and as at by for from in of on or the to with without upon under")
)
_MAX_LENGTH = 120


def starts_clause(line: str, after: str = "") -> bool:
    """Says whether a line starts with a number, a letter or a bullet as clauses and items do.

    Args:
        line: The line.
        after: The line above, if the text of that line may run on: "as stated in Section" makes
            the number that follows a reference.
    """
    line = line.lstrip()
    if _NAMED.match(line):
        return not after or ends_sentence(after)
    return _MARKER.match(line) is not None and not _REFERRING.search(after)


def ends_sentence(text: str) -> bool:
    """Says whether a text ends as sentences and list items do."""
    return _SENTENCE_END.search(text) is not None


def is_marker(text: str) -> bool:
    """Says whether a text is nothing but a clause number or bullet, as in a cell of its own."""
    words = text.split()
    match = _MARKER.match(f"{words[0]} x") if len(words) == 1 else None
    return match is not None and match.end() == len(words[0]) + 1


def heading_level(line: str) -> int | None:
    """Returns the depth of a heading, 1 the outermost, or None for a line that looks like text."""
    line = " ".join(line.split())
    if not 3 <= len(line) <= _MAX_LENGTH or not any(character.isalpha() for character in line):
        return None
    division = _DIVISION.fullmatch(line)
    if division and _is_title(division["rest"], allow_empty=True) and division["word"][0].isupper():
        counted = division["word"].lower() in {"section", "clause"}
        return 1 + division["number"].count(".") if counted else 1
    numbered = _NUMBERED.fullmatch(line)
    if numbered and _is_title(numbered["rest"]):
        return 1 + numbered["number"].count(".")
    return 1 if _is_capitals(line) else None


def _is_title(rest: str, *, allow_empty: bool = False) -> bool:
    """Words in capitals or with capital first letters and no sentence after them."""
    if not rest:
        return allow_empty
    words = [word for word in re.findall(r"[^\W\d_][\w'’-]*", rest) if word.lower() not in _SMALL_WORDS]
    if not words or len(words) > 12 or re.search(r"[.;:,]\s+\S|[;,]$|_{2,}", rest):
        return False
    return rest[0].isupper() and sum(word[0].isupper() for word in words) >= 0.8 * len(words)


def _is_capitals(line: str) -> bool:
    letters = [character for character in line if character.isalpha()]
    wordy = any(len(word) > 3 for word in re.findall(r"[^\W\d_]+", line))
    ended = line[-1] in ",;" or "__" in line or bool(re.search(r"\.\s+\S", line))
    capitals = line == line.upper() and len(letters) > len(line) / 2
    return wordy and not ended and capitals
