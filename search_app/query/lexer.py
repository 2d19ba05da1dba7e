"""Cuts the text box into operands and operators; every text has a reading."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from indexer.index.query import TextField

MAX_WORDS = 64
MAX_DEPTH = 12


class Kind(StrEnum):
    """What a token is."""

    WORD = "word"
    QUOTED = "quoted"
    OPEN = "("
    CLOSE = ")"
    AND = "AND"
    OR = "OR"
    NOT = "NOT"
    REQUIRE = "+"
    EXCLUDE = "-"
    NEAR = "w/"
    FIELD = "field:"


@dataclass(frozen=True, slots=True)
class Token:
    """One piece of the text.

    Attributes:
        text: As typed; the inside of a quotation.
        distance: Of a proximity operator, or of a quotation with ``~``; None without one.
        ordered: The proximity operator asks for this order (``pre/5``).
        field: Of a field prefix.
    """

    kind: Kind
    text: str
    distance: int | None = None
    ordered: bool = False
    field: TextField = TextField.TEXT


# Lexis and Westlaw write "same sentence" and "same paragraph"; passages know neither, words do.
_DISTANCES = {"s": 15, "p": 50}
_MAX_DISTANCE = 100
_FIELDS = {"title": TextField.TITLE, "section": TextField.SECTION, "text": TextField.TEXT}
_QUOTES = str.maketrans(
    dict.fromkeys("“”„‟«»″〝〞＂", '"') | dict.fromkeys("‘’‚‛＇", "'") | {"（": "(", "）": ")"}
)
_PIECE = re.compile(
    r"""
      (?P<blank>\s+)
    | (?P<quoted>[+-]?"[^"]*"(?:~\d{1,9})?)
    | (?P<near>(?:(?:w|near|within|pre|onear)/|/)(?:\d{1,9}|[sp])(?=\s|$))
    | (?P<field>(?:title|section|text):)
    | (?P<bracket>[+-]?\(|\))
    | (?P<word>(?:[^\s"()]|(?<=\w)\(\w+\))+)
    """,
    re.VERBOSE | re.IGNORECASE,
)
_LETTER = re.compile(r"\w")


def tokens(text: str) -> tuple[list[Token], list[str]]:
    """Cuts a text into tokens and says what was ignored.

    Brackets come out balanced and at most ``MAX_DEPTH`` deep, operands at most ``MAX_WORDS`` words.

    Returns:
        The tokens, and sentences for the user.
    """
    plain = "".join(" " if ord(letter) < 32 else letter for letter in text.translate(_QUOTES))
    notices: list[str] = []
    if plain.count('"') % 2:
        # The last mark is the one without a partner: what stands after it are plain words.
        at = plain.rindex('"')
        plain = plain[:at] + " " + plain[at + 1 :]
        notices.append("A quotation mark has no partner; the words after it are searched one by one.")
    found = list(_cut(_shortened(plain, notices)))
    if not any(token.kind in {Kind.WORD, Kind.QUOTED} for token in found):
        found = [Token(Kind.WORD, token.text) for token in found if _LETTER.match(token.text)]
    return _balanced(found, notices), notices


def _shortened(text: str, notices: list[str]) -> str:
    """Keeps the first words, and an even number of quotation marks."""
    words = re.finditer(r"\S+", text)
    end = next((word.start() for place, word in enumerate(words) if place == MAX_WORDS), None)
    if end is None and len(text) <= MAX_WORDS * 40:
        return text
    notices.append(f"The text is long; its first {MAX_WORDS} words are searched.")
    kept = text[: min(end or len(text), MAX_WORDS * 40)]
    return kept + '"' if kept.count('"') % 2 else kept


def _cut(text: str) -> Iterator[Token]:
    shouted = _is_shouted(text)
    before = " "
    for match in _PIECE.finditer(text):
        piece = match.group()
        if match.lastgroup == "blank":
            pass
        elif match.lastgroup == "quoted":
            yield from _quoted(piece)
        elif match.lastgroup == "near" and before == " ":
            yield _near(piece)
        elif match.lastgroup == "field" and not _LETTER.match(before):
            yield Token(Kind.FIELD, piece, field=_FIELDS[piece[:-1].lower()])
        elif match.lastgroup == "bracket":
            yield from _bracket(piece)
        else:
            yield from _word(piece, shouted)
        before = " " if match.lastgroup == "blank" else piece[-1]


def _is_shouted(text: str) -> bool:
    """A heading pasted in capitals, whose AND, OR and NOT are words."""
    words = re.findall(r"[^\W\d_]{5,}", text)
    return text.upper() == text and any(word.lower() != word for word in words)


def _quoted(piece: str) -> Iterator[Token]:
    yield from _sign(piece)
    inside, _, distance = piece.lstrip("+-").rpartition('"')
    inside = inside[1:]
    if _LETTER.search(inside):
        yield Token(Kind.QUOTED, inside, min(int(distance[1:]), _MAX_DISTANCE) if distance else None)


def _near(piece: str) -> Token:
    name, _, distance = piece.lower().rpartition("/")
    words = _DISTANCES.get(distance) or min(int(distance), _MAX_DISTANCE)
    return Token(Kind.NEAR, piece, words, ordered=name in {"pre", "onear"})


def _bracket(piece: str) -> Iterator[Token]:
    if piece == ")":
        yield Token(Kind.CLOSE, piece)
    else:
        yield from _sign(piece)
        yield Token(Kind.OPEN, "(")


def _word(piece: str, shouted: bool) -> Iterator[Token]:
    if piece in {"AND", "OR", "NOT", "&&", "||"} and not shouted:
        yield Token({"&&": Kind.AND, "||": Kind.OR}.get(piece) or Kind(piece), piece)
        return
    if re.match(r"[\w§]", piece[1:]):
        yield from _sign(piece)
    word = piece.lstrip("+-")
    if word.startswith("§"):
        yield Token(Kind.REQUIRE, "§")
    if _LETTER.search(word):
        yield Token(Kind.WORD, word.lstrip("§"))


def _sign(piece: str) -> Iterator[Token]:
    if piece[0] == "+":
        yield Token(Kind.REQUIRE, "+")
    elif piece[0] == "-":
        yield Token(Kind.EXCLUDE, "-")


def _balanced(found: list[Token], notices: list[str]) -> list[Token]:
    """Leaves out brackets without a partner and those nested too deep."""
    partners: dict[int, int] = {}
    opened: list[int] = []
    for place, token in enumerate(found):
        if token.kind is Kind.OPEN:
            opened.append(place)
        elif token.kind is Kind.CLOSE and opened:
            start = opened.pop()
            if len(opened) < MAX_DEPTH:
                partners[start] = place
                partners[place] = start
    kept = [
        token
        for place, token in enumerate(found)
        if token.kind not in {Kind.OPEN, Kind.CLOSE} or place in partners
    ]
    if len(kept) < len(found):
        notices.append("Brackets that have no partner, or are nested too deep, were left out.")
    return kept
