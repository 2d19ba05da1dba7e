"""Where a sentence ends, and where a dot is only a dot."""

import itertools

import pytest

from models.sentences import sentence_ends


def split(text: str) -> list[str]:
    ends = [0, *sentence_ends(text, 0, len(text)), len(text)]
    return [text[start:end].strip() for start, end in itertools.pairwise(ends)]


@pytest.mark.parametrize(
    "text",
    [
        "Alder Inc. Group, No. 5 Elm St. Zurich, pays Birch.",
        "This is governed by Sec. 4 and Art. 6 of the U.S. Code.",
        "Fees, e.g. Travel and i.e. Lodging, are 2.5 % of J. R. Doe's salary.",
        "3.2. The Supplier pays.",
        "(a) The Supplier pays.",
        "It costs 1.000.000 euros, cf. Annex A.",
        "Gemäß Abs. 2 Nr. 3 BGB haftet der Lieferant.",
    ],
)
def test_abbreviations_initials_numbers_and_enumerations_end_no_sentence(text):
    assert split(text) == [text]


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("As set out in Section 3.2. The price is due.", ["As set out in Section 3.2.", "The price is due."]),
        ("It is owed to Alder Inc. The price is due.", ["It is owed to Alder Inc.", "The price is due."]),
        (
            'He said "no." They left. Why? Nobody knows!',
            ['He said "no."', "They left.", "Why?", "Nobody knows!"],
        ),
        ("責任は限定される。契約は終了する。", ["責任は限定される。", "契約は終了する。"]),
    ],
)
def test_sentences_end_where_a_reader_stops(text, sentences):
    assert split(text) == sentences
