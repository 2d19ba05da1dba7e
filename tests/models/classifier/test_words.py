"""What a classifier sees of a text."""

from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from models.classifier.words import located_words, sentences, terms, words

# Whatever sentences and words may end or begin with, more often than chance would have it.
TEXTS = st.text() | st.text(st.sampled_from("aB İ.;:!?\n\r\t 17(x)[]*●_$§%’'”"), max_size=60)


def cut(text: str) -> list[str]:
    return [text[start:end] for start, end in sentences(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The Supplier shall", ["the", "supplier", "shall"]),
        ("the party’s and a party's", ["the", "party's", "and", "a", "party's"]),
        ("7 days, 30 days", ["0", "days", "0", "days"]),
        ("365 days of 2024, 1,000.50", ["00", "days", "of", "00", "00"]),
        ("paid [ ● ] on [____], [***] or ***", ["paid", "[]", "on", "[]", "[]", "or", "[]"]),
        ("signed ______ here", ["signed", "[]", "here"]),
        ("$5, €10 and £2,000", ["$", "0", "$", "0", "and", "$", "00"]),
        ("5% under § 9", ["0", "%", "under", "§", "0"]),
        ("Überlassung naïve", ["überlassung", "naïve"]),
        ("snake_case; a-b", ["snake", "case", "a", "b"]),
        ("…!?", []),
        ("", []),
    ],
)
def test_what_is_particular_to_one_contract_is_generalised(text: str, expected: list[str]) -> None:
    assert words(text) == expected


@given(TEXTS)
@example("İstanbul")
def test_words_are_found_again_where_they_stand(text: str) -> None:
    found, places = located_words(text)
    assert found == words(text)
    assert all(words(text[start:end]) == [word] for word, (start, end) in zip(found, places, strict=True))


def test_terms_are_words_and_pairs_of_neighbours() -> None:
    assert terms(["no", "later", "than"]) == ["no", "later", "than", "no later", "later than"]
    assert terms(["alone"]) == ["alone"]
    assert terms([]) == []


@given(TEXTS)
def test_sentences_are_contiguous_and_together_the_whole_text(text: str) -> None:
    spans = sentences(text)
    assert spans[0][0] == 0
    assert spans[-1][1] == len(text)
    assert all(left[1] == right[0] for left, right in pairwise(spans))
    assert all(start < end for start, end in spans) or spans == [(0, 0)]


def test_sentences_end_at_full_stops_blank_lines_and_items_of_a_list() -> None:
    text = "The first ends here. The second one:\n\nHere is another; (a) an item here; and (ii) the second"
    assert cut(text) == [
        "The first ends here.",
        " The second one:\n\n",
        "Here is another; ",
        "(a) an item here; and ",
        "(ii) the second",
    ]


def test_a_semicolon_within_a_sentence_does_not_end_it() -> None:
    text = "The buyer pays at once; the seller delivers."
    assert cut(text) == [text]


def test_a_piece_of_a_few_characters_belongs_to_what_stands_before_it() -> None:
    assert cut("The whole sentence stands here.\n\n12\n\nThen another sentence.") == [
        "The whole sentence stands here.\n\n12\n\n",
        "Then another sentence.",
    ]
