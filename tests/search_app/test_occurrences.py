"""Words of a query in texts, found as the index finds them."""

import pytest

from indexer.index.analysis import tokens
from search_app.occurrences import Occurrences

TEXTS = (
    "The parties' liability (and each party's) is limited; LIABILITIES are capped.",
    "Non-compete, sub-licence/licensee and third-party indemnification: indemnify.",
    "Résiliation du contrat; l\u2019accord “résilié”.",
    "partial parting apart counterparty",
    "",
)


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize("query", ["party liability", "non-compete licence indemnity", "résiliation accord"])
def test_the_same_terms_are_found_as_by_reading_the_whole_text(query: str, text: str) -> None:
    numbers = {term: number for number, term in enumerate(dict.fromkeys(each.term for each in tokens(query)))}
    expected = [numbers[each.term] for each in tokens(text) if each.term in numbers]
    words = Occurrences(query)
    assert len(words) == len(numbers)
    assert sorted(number for number, _ in words.of(text)) == sorted(expected)


def test_offsets_are_where_the_words_begin() -> None:
    assert Occurrences("cap liability").of("A cap (CAP), liability-cap.") == [
        (0, 2),
        (0, 7),
        (1, 13),
        (0, 23),
    ]


def test_a_query_of_common_words_looks_for_nothing() -> None:
    words = Occurrences("of the")
    assert (len(words), words.of("the end of the term")) == (0, [])
