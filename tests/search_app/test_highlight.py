"""Marks: the words that the index itself would match, as offsets in the passage."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.index.analysis import tokens
from indexer.index.query import Word
from search_app.highlight import Highlighter
from search_app.query.parser import parse

PASSAGE = (
    "The Supplier’s liability for gross negligence and any non-competes is limited as is. "
    "Liabilities: damages in respect of gross fraud under 5.2 and 责任限制."
)


def marked(query: str, text: str = PASSAGE) -> list[str]:
    marks = Highlighter(parse(query).tree).marks(text)
    return [text[mark.start : mark.end] for mark in marks]


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("liability", ["liability", "Liabilities"]),
        ("LIABILITY unheard", ["liability", "Liabilities"]),
        ("supplier", ["Supplier’s"]),
        ('"gross negligence"', ["gross negligence"]),
        ('"gross liability"', []),
        ("damag*", ["damages"]),
        ("fra?d", ["fraud"]),
        ("non-compete", ["non-competes"]),
        ("gross w/2 negligence", ["gross", "negligence"]),
        ("negligence w/2 gross", ["gross", "negligence"]),
        ("fraud pre/3 gross", []),
        ("gross pre/3 fraud", ["gross", "fraud"]),
        ("damages w/3 fraud", []),
        ("damages w/5 fraud", ["damages", "fraud"]),
        ('"as is"', ["as is"]),
        ("5.2", ["5.2"]),
        ("责任限制", ["责任限制"]),
        ("limited -fraud", ["limited"]),
        ("title:liability", []),
        ("is the", []),
    ],
)
def test_words_are_marked_as_the_index_matches_them(query: str, words: list[str]) -> None:
    assert marked(query) == words


def test_overlapping_marks_become_one() -> None:
    assert marked('"gross negligence" negligence gross') == ["gross negligence", "gross"]


def test_invisible_characters_do_not_shift_the_marks() -> None:
    assert marked("liability", "soft\u00adhyphen and lia\u00adbility here") == ["lia\u00adbility"]


def test_nothing_is_marked_without_a_query_or_a_text() -> None:
    assert Highlighter(None).marks(PASSAGE) == ()
    assert marked("liability", "") == []


def test_a_long_run_without_blanks_is_marked() -> None:
    assert marked("责任", "限" * 5000 + "责任") == ["责任"]


WORDS = [
    "dying",
    "Dies",
    "liability",
    "LIABILITIES",
    "_liable",
    "l’accord",
    "Ägypten",
    "agypten",
    "合同",
    "5.2",
    "sky",
    "skies",
]
ASKED = ["dying", "liability", "liable", "accord", "ägypten", "合", "5.2", "sky"]
BLANKS = [" ", "\n", "\u00a0", "\u2003", ", ", "-", "(", "\u200b", "’"]


@given(st.lists(st.sampled_from(WORDS + BLANKS), max_size=30).map("".join), st.sampled_from(ASKED))
def test_words_are_marked_wherever_the_analysis_of_the_whole_passage_finds_them(
    text: str, query: str
) -> None:
    [wanted] = (token.term for token in tokens(query))
    expected = [(token.start, token.end) for token in tokens(text) if token.term == wanted]
    marks = Highlighter(Word(query)).marks(text)
    assert [(mark.start, mark.end) for mark in marks] == expected
