"""Words of legal text: what they become, and where they stand."""

import pytest

from indexer.index import analysis
from indexer.index.analysis import EXACT, STEMMED, laid, terms, tokens, words


def spans(text):
    return [(each.term, text[each.start : each.end]) for each in tokens(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("under Section 7.2.1(a)", [("under", "under"), ("section", "Section"), ("7.2.1", "7.2.1")]),
        ("§ 5.2 and §5.2", [("5.2", "5.2"), ("5.2", "5.2")]),
        ("work-for-hire", [("work", "work"), ("hire", "hire")]),
        ("jane.roe@example.com", [("jane", "jane"), ("roe", "roe"), ("exampl", "example"), ("com", "com")]),
        ("$1,000,000.00.", [("1,000,000.00", "1,000,000.00")]),
        (
            "the party’s and the party's parties",
            [("parti", "party’s"), ("parti", "party's"), ("parti", "parties")],
        ),
        ("Résumé RESUME", [("resum", "Résumé"), ("resum", "RESUME")]),
        ("re\u0301sume\u0301 x", [("resum", "re\u0301sume\u0301"), ("x", "x")]),
        ("indem\u00adnify", [("indemnifi", "indem\u00adnify")]),
        ("ﬁnal", [("final", "ﬁnal")]),
        ("l’accord d'Amico", [("l", "l"), ("accord", "accord"), ("d", "d"), ("amico", "Amico")]),
        ("Kündigung", [("kundigung", "Kündigung")]),
        ("合同法", [("合", "合"), ("同", "同"), ("法", "法")]),
        ("Договор", [("договор", "Договор")]),
        ("By: ______ Name_x", [("name", "Name"), ("x", "x")]),
        ("don't", [("don't", "don't")]),
        ("to be or not", [("not", "not")]),
        ("", []),
        (" \n\t", []),
        ("–—…!?", []),
        ("\ud800 lone", [("lone", "lone")]),
    ],
)
def test_terms_and_where_they_stand(text, expected):
    assert spans(text) == expected


def test_the_exact_analysis_keeps_endings_stop_words_and_section_signs():
    assert terms("The Parties’ § 5 obligations", EXACT) == [
        (0, "the"),
        (1, "parties"),
        (2, "§"),
        (3, "5"),
        (4, "obligations"),
    ]


def test_a_stop_word_leaves_a_gap_in_the_positions():
    assert terms("limitation of liability", STEMMED) == [(0, "limit"), (2, "liabil")]


def test_a_word_of_a_hundred_letters_is_left_out_and_the_next_is_found():
    assert spans("x" * 100 + " clause") == [("claus", "clause")]


def test_a_text_of_a_million_characters_is_cut_into_words():
    assert words("ab-c " * 200_000).count(" ") == 399_999


@pytest.mark.parametrize(
    "text",
    [
        "The Parties’ § 5 obligations, such as the work-for-hire of Jane@Roe.com",
        "12345678 and 1,000,000.00 at 7.2.1(a)",
        " — l’accord d'Amico\u00a0\x1cindem\u00adnify re\u0301sume\u0301 \u0301x",
        "合同法 Договор \ud800 lone",
        f"the {'x' * 100} clause {'y' * 40}",
        "",
    ],
)
def test_terms_laid_out_are_those_of_the_text_with_gaps_for_words_left_out(text):
    for kind, found in zip((STEMMED, EXACT), laid(text, "_"), strict=True):
        places = {place: term for place, term in enumerate(found.split()) if term != "_"}
        assert places == dict(terms(text, kind))


def test_what_is_remembered_of_words_does_not_grow_without_end(monkeypatch):
    monkeypatch.setattr(analysis, "REMEMBERED_WORDS", 3)
    expected = tuple(" ".join(f"{letter}{end}" for letter in "abcdefgh") for end in ("parti", "parties"))
    for _ in range(2):
        assert laid(" ".join(f"{letter}parties," for letter in "abcdefgh"), "_") == expected
    assert len(analysis._runs(EXACT, "_")) <= 3
