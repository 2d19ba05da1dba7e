"""Finds the title of a clause: its own line, or the words in front of its first sentence."""

import re

PART_LENGTH = 80
_LOOK_AHEAD = 200

_RUN_IN_END = re.compile(
    r"\s\(?(?:[a-zA-Z]|\d{1,2}|[ivx]{1,4})\)\s|\s\d{1,2}\.\d{1,2}\.?\s|[.:]['\"”’)]?(?=\s|$)|\s[-–—]{1,2}\s|\s{3,}|\n"
)
_STARTERS = re.compile(
    r"\s(?=(?:This|The|Each|Any|All|If|Except|In|Neither|Subject|Either|Upon|No|For|During|Unless|At|Where|When"
    r"|Notwithstanding|As|To|It|Both|Such|You|We|On|By|Nothing|After|Within|From|Without|Every|With)\s[a-zA-Z])"
)
_SENTENCE_STARTERS = re.compile(
    r"(?<=[A-Za-z)])\s+(?=(?:This|The|Each|If|Except|Neither|Subject to|Either|Unless|Notwithstanding|Nothing"
    r"|During|It is|All|Any|In the event|No)(?:\s\S+){3})"
)
_NO_TITLE = re.compile(
    r"(?:Subject to|Except (?:as|for)|In the event|(?:This|The|Each|Such) \w+ (?:shall|will|is|has)|If)\b"
    r"|(?:Section|Clause|Article|Paragraph)s? \d"  # an amendment says what becomes of a section elsewhere
)
_UNCAPITALISED = (
    "a an and as at but by for from if in into of on or per the to upon with within without vs under over not"
    " no de du des la le les et ou der die das und von des zu zur zum für bei"
)
_SMALL = frozenset(_UNCAPITALISED.split())
_DEFINED = re.compile(r"[\"“]([^\"”\n]{2,60})[\"”]")
_WORD = re.compile(r"[^\W\d_][\w’'&./-]*")
_TAIL = re.compile(r"[\s.:;,\-–—_]*(?:\(cont[^)]*\))?\s*$", re.IGNORECASE)


def title_span(text: str, start: int, end: int) -> tuple[int, int]:
    """Returns where the title between a number's end and the end of its clause stands; may be empty.

    Args:
        text: The document's text.
        start: Offset after the number.
        end: Offset of the next clause, so that a title never reaches into it.
    """
    while start < end and (text[start].isspace() or text[start] in "-–—:.\\*_"):
        start += 1
    limit = min(end, start + _LOOK_AHEAD)
    defined = _DEFINED.match(text, start, limit)
    if defined:
        return start, defined.end()
    window = text[start:limit]
    if _NO_TITLE.match(window):
        return start, start
    stop = _first_end(window, limit == end)
    opening = _SENTENCE_STARTERS.search(window[:stop])
    if opening and window[: opening.start()].split()[-1].lower() not in _SMALL:
        stop = opening.start()
    if stop is None:
        stop = _before_starter(window)
    if stop is None or not is_title(window[:stop]):
        stop = _before_starter(window[: stop or len(window)])
    if stop is None or not is_title(window[:stop]):
        return start, start
    return start, start + len(window[:stop].rstrip())


def clean_title(title: str) -> str:
    """Returns a title for display: one line, no closing punctuation, at most 80 characters."""
    flat = _TAIL.sub("", " ".join(title.split()))
    if len(flat) <= PART_LENGTH:
        return flat
    return flat[:PART_LENGTH].rsplit(" ", 1)[0].rstrip(" ,;:-–") + "…"


def is_title(text: str) -> bool:
    """Says whether words look like a title: short, capitals or capitalised words, no sentence."""
    words: list[str] = _WORD.findall(text)
    if not words or len(text) > 110 or len(words) > 14 or text.rstrip().endswith((",", ";")):
        return False
    if not words[0][0].isupper():
        return False
    if is_capitals(text):
        return True
    strong = [word for word in words if word.lower() not in _SMALL]
    capitalised = sum(word[0].isupper() for word in strong)
    if len(words) <= 5:
        return capitalised * 2 >= len(strong) and (capitalised > 1 or len(words) <= 3)
    return capitalised * 4 >= len(strong) * 3


def is_capitals(text: str) -> bool:
    """Says whether a text has letters and at least nine in ten of them are capitals."""
    letters = [character for character in text if character.isalpha()]
    capitals = sum(character.isupper() for character in letters)
    return len(letters) > 1 and capitals * 10 >= len(letters) * 9


def _first_end(window: str, complete: bool) -> int | None:
    for match in _RUN_IN_END.finditer(window):
        head = window[: match.start()]
        if match.group()[0] == "." and re.search(
            r"(?:^|\s)(?:[A-Z]|No|Inc|Ltd|Corp|Co|Mr|Mrs|Ms|Dr|St|vs|U\.S)$", head
        ):
            continue
        if match.group() == "\n" and not window[match.end() :].startswith("\n") and _continues(window, match):
            continue
        return match.start()
    return len(window) if complete else None


def _continues(window: str, line_break: re.Match[str]) -> bool:
    """A title in capitals may take two lines of a narrow column."""
    following = window[line_break.end() :].split("\n", 1)[0]
    return (
        is_capitals(window[: line_break.start()]) and is_capitals(following) and len(following) < PART_LENGTH
    )


def _before_starter(window: str) -> int | None:
    found = _STARTERS.search(window)
    return found.start() if found else None
