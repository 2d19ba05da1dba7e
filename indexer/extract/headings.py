"""Guesses from a line's words alone whether it is a heading or starts a numbered clause."""

import re

_DIVISION = re.compile(
    r"(?P<word>article|part|chapter|title|schedule|exhibit|annex|appendix|attachment|section|clause)"
    r"\s+(?P<number>\d+(?:\.\d+)*|[ivxlc]+|[a-z](?:-\d+)?)\b\s*[.:)–—-]*\s*(?P<rest>.*)",
    re.IGNORECASE,
)
_NUMBERED = re.compile(r"(?P<number>\d{1,3}(?:\.\d{1,3})*|[IVXLC]+|[A-Z])[.)]?\s+(?P<rest>\S.*)")
_MARKER = re.compile(
    r"(?:\(?(?:[a-zA-Z]|[ivxlcIVXLC]{1,5}|\d{1,3})\)|\d{1,3}(?:\.\d{1,3})*\.(?=\s)|\d{1,3}(?:\.\d{1,3})+(?=\s)"
    r"|[ivxIVX]{1,5}\.(?=\s)|[A-Z]\.(?=\s)|[•·▪◦●○■‣*–-](?=\s))\s*(?=\S)"
)
_SMALL_WORDS = frozenset(
    re.findall(r"\w+", "a an and as at by for from in of on or the to with without upon under")
)
_MAX_LENGTH = 120


def starts_clause(line: str) -> bool:
    """Says whether a line starts with a number, a letter or a bullet as clauses and items do."""
    return _MARKER.match(line.lstrip()) is not None


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
        return 1 + division["number"].count(".")
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
