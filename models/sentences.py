"""Splits running text into sentences, without stopping at abbreviations and numbers."""

import re
from collections.abc import Iterator

_END = re.compile(r"(?<![.!?…])[.!?…]+[\"'”’»)\]]*(?=\s+[\"'“‘«(\[]*[^\W_a-zß-öø-ÿ])|[。！？｡]+[」』）”]*")
_SHORTENED = (
    "inc ltd corp co llc llp lp no nos sec secs art arts cl para paras sch ex exh app fig vol vs v e.g i.e"
    " mr mrs ms dr prof jr sr st messrs hon gen gov rev u.s u.k e.u d.c n.a p.o a.m p.m cf viz al approx"
    " dept est ext assn bros mfg intl natl ave blvd rd bldg ste fl attn tel"
    " jan feb mar apr jun jul aug sep sept oct nov dec"
    " abs nr bzw z.b d.h u.a ggf vgl gem inkl s.a s.à.r.l m mme p pp op ed eds"
)
_OPENING = (
    "the this these that any each if in all no such upon notwithstanding for subject either neither it except"
    " to unless where when during as at both however nothing party parties licensee licensor company"
)
_ABBREVIATIONS = frozenset(_SHORTENED.split())
_OPENERS = frozenset(_OPENING.split())
_OFTEN_LAST = frozenset(
    {"inc", "ltd", "corp", "co", "llc", "llp", "lp", "u.s", "n.a", "s.a", "p.m", "a.m", "al"}
)
_TOKEN = re.compile(r"\S{1,24}$")
_NEXT_WORD = re.compile(r"\s+[\"'“‘(\[]*(\w+)")


def sentence_ends(text: str, start: int, end: int) -> Iterator[int]:
    """Yields the offsets after each sentence of ``text[start:end]`` but the last."""
    begin = start
    for match in _END.finditer(text, start, end):
        if match.end() < end and _ends(text, begin, match, end):
            begin = match.end()
            yield begin


def _ends(text: str, begin: int, match: re.Match[str], end: int) -> bool:
    if match.group()[0] != "." or match.group()[-1] in '"”’»':
        return True
    head = _TOKEN.search(text, max(begin, match.start() - 24), match.start())
    if head is None:
        return False
    token = head.group().lstrip("(\"“'[").casefold()
    if head.start() <= begin + 1 and len(token) <= 7 and not token.isalpha():
        return False  # The number in front of a clause: "3.2. The Supplier".
    before = text[begin : match.start()].strip()
    if not before or (len(before) < 5 and before.casefold() == token):
        return False
    following = _NEXT_WORD.match(text, match.end(), end)
    opener = following is not None and following.group(1).casefold() in _OPENERS
    if token in _ABBREVIATIONS or (len(token) == 1 and token.isalpha()):
        return opener and (token in _OFTEN_LAST or len(token) == 1)
    return True
