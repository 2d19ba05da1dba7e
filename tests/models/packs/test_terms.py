import pytest

from models.packs.terms import FoldedText, compile_term, fold


def found(term: str, text: str) -> list[str]:
    return [text[start:end] for start, end in compile_term(term).find(FoldedText(text))]


@pytest.mark.parametrize(
    ("term", "text", "words"),
    [
        ("limitation of liability", "LIMITATION  OF\nLIABILITY applies", ["LIMITATION  OF\nLIABILITY"]),
        ("assign*", "assigns, Assignment and reassign", ["assigns", "Assignment"]),
        (
            "non-exclusive",
            "non-exclusive, nonexclusive, non exclusive",
            ["non-exclusive", "nonexclusive", "non exclusive"],
        ),
        ("non-exclusive", "a non\u2011exclusive right", ["non\u2011exclusive"]),
        ("worker's compensation", "Worker\u2019s compensation", ["Worker\u2019s compensation"]),
        ("favo*rable", "favorable and favourable", ["favorable", "favourable"]),
        ("as is", "sold \u201cAs Is\u201d here", ["As Is"]),
        ("the term", 'the "Term" begins', ['the "Term']),
        ("# days", "thirty (30) days or 5 days or $5 days", ["thirty (30) days", "5 days", "5 days"]),
        ("#%", "3.5%, ten percent (10%) and 7 per cent", ["3.5%", "ten percent (10%)", "7 per cent"]),
        ("cap | caps on", "caps on and cap", ["caps on", "cap"]),
        ("/gross\\s+neglig\\w+/", "Gross  negligence", ["Gross  negligence"]),
        ("co-own*", "co-owned, coowners", ["co-owned", "coowners"]),
        ("Vertrag*", "der VERTRAGSSTRAFE", ["VERTRAGSSTRAFE"]),
    ],
)
def test_a_term_finds_its_words_as_they_stand_in_the_text(term, text, words):
    assert found(term, text) == words


def test_a_term_does_not_match_inside_a_longer_word():
    assert found("cap", "captain, recap, capital") == []
    assert found("sue", "issue and sues") == []


def test_a_term_that_starts_twice_at_one_place_gives_the_longer_words():
    assert found("liability | liability insurance", "liability insurance") == ["liability insurance"]


def test_folding_keeps_every_offset_even_where_lower_case_is_longer():
    text = "\u0130stanbul \u2013 \u201cTERM\u201d"
    assert len(fold(text)) == len(text)
    assert found("term", text) == ["TERM"]


@pytest.mark.parametrize("term", ["", "  ", "|", "a | ", "*", "ab* cd", "/(/", "/x*/", "-"])
def test_a_term_without_words_to_look_for_is_refused(term):
    with pytest.raises(ValueError, match=r"word|letter|expression"):
        compile_term(term)


def test_a_huge_text_without_the_words_is_passed_quickly_and_finds_nothing():
    assert found("shall not exceed", "lorem ipsum " * 100_000) == []
