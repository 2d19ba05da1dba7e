"""What a person types, and the tree, the condition and the text for the encoder that come of it."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.index.query import AllOf, AnyOf, Node, Phrase, TextField, Wildcard, Without, Word
from search_app.query.parser import parse

TITLE, SECTION = TextField.TITLE, TextField.SECTION
LIABILITY, CAP, FRAUD = Word("liability"), Word("cap"), Word("fraud")


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("liability", LIABILITY),
        ("cap on liability", AnyOf((CAP, LIABILITY), 2)),
        ("cap liability cap", AnyOf((CAP, LIABILITY), 2)),
        ('"hold harmless"', Phrase(("hold", "harmless"))),
        ("“hold harmless”", Phrase(("hold", "harmless"))),
        ("«hold harmless»", Phrase(("hold", "harmless"))),
        ("+liability", LIABILITY),
        ("liability -cap", Without(LIABILITY, CAP)),
        ("liability NOT cap", Without(LIABILITY, CAP)),
        ("liability AND NOT cap", Without(LIABILITY, CAP)),
        ("-cap", Without(None, CAP)),
        ("cap OR fraud", AnyOf((CAP, FRAUD))),
        ("cap AND fraud", AllOf((CAP, FRAUD))),
        ("cap AND fraud OR liability", AnyOf((AllOf((CAP, FRAUD)), LIABILITY))),
        ("cap AND (fraud OR liability)", AllOf((CAP, AnyOf((FRAUD, LIABILITY))))),
        ("cap w/10 fraud", Phrase(("cap", "fraud"), slop=10, ordered=False)),
        ("cap W/10 fraud", Phrase(("cap", "fraud"), slop=10, ordered=False)),
        ("cap /10 fraud", Phrase(("cap", "fraud"), slop=10, ordered=False)),
        ("cap NEAR/10 fraud", Phrase(("cap", "fraud"), slop=10, ordered=False)),
        ("cap pre/3 fraud", Phrase(("cap", "fraud"), slop=3, ordered=True)),
        ("cap w/s fraud", Phrase(("cap", "fraud"), slop=15, ordered=False)),
        ("cap w/999999 fraud", Phrase(("cap", "fraud"), slop=100, ordered=False)),
        ('"cap fraud"~10', Phrase(("cap", "fraud"), slop=10, ordered=False)),
        ("indemnif*", Wildcard("indemnif*")),
        ("indemnif!", Wildcard("indemnif*")),
        ("wom?n", Wildcard("wom?n")),
        ("title:cap", Word("cap", TITLE)),
        ("title: cap", Word("cap", TITLE)),
        ('section:"hold harmless"', Phrase(("hold", "harmless"), field=SECTION)),
        ("title:(cap OR fraud)", AnyOf((Word("cap", TITLE), Word("fraud", TITLE)))),
        ("§ 5.2", Word("5.2")),
        ("§5.2", Word("5.2")),
        ("non-compete", Word("non-compete")),
        ("liability?", LIABILITY),
        ("fraud, and/or cap", AnyOf((FRAUD, CAP), 2)),
        ("责任限制", Word("责任限制")),
        ("ответственность", Word("ответственность")),
    ],
)
def test_text_is_read_as(text: str, tree: Node) -> None:
    query = parse(text)
    assert query.tree == tree
    assert query.notices == ()


def test_most_of_many_plain_words_must_match() -> None:
    query = parse("fraud negligence wilful misconduct personal injury")
    assert isinstance(query.tree, AnyOf)
    assert (len(query.tree.parts), query.tree.minimum) == (6, 3)
    assert query.condition is None


def test_a_required_word_makes_the_others_optional() -> None:
    query = parse("+liability cap fraud")
    assert query.tree == AnyOf((LIABILITY, AllOf((LIABILITY, AnyOf((CAP, FRAUD))))))
    assert query.condition == LIABILITY


def test_phrases_and_exclusions_are_conditions_for_what_meaning_finds() -> None:
    query = parse('cap "gross negligence" -fraud')
    negligence = Phrase(("gross", "negligence"))
    assert query.tree == Without(AllOf((negligence, CAP)), FRAUD)
    assert query.condition == Without(negligence, FRAUD)


def test_proximity_of_a_phrase_keeps_the_phrase() -> None:
    together = Phrase(("gross", "negligence", "cap"), slop=6, ordered=False)
    assert parse('"gross negligence" w/5 cap').tree == AllOf((Phrase(("gross", "negligence")), together))


def test_proximity_to_alternatives_is_proximity_to_each() -> None:
    assert parse("cap w/5 (fraud OR liability)").tree == AnyOf(
        (Phrase(("cap", "fraud"), 5, ordered=False), Phrase(("cap", "liability"), 5, ordered=False))
    )


def test_a_chain_of_proximities_looks_from_each_word_to_the_next() -> None:
    assert parse("cap w/5 fraud w/3 liability").tree == AllOf(
        (Phrase(("cap", "fraud"), 5, ordered=False), Phrase(("fraud", "liability"), 3, ordered=False))
    )


def test_proximity_of_a_wildcard_asks_for_both_and_says_so() -> None:
    query = parse("indemnif* w/5 fraud")
    assert query.tree == AllOf((Wildcard("indemnif*"), FRAUD))
    assert query.notices == ("w/5 needs words on both sides; here both must stand in the passage.",)


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("cap on liability", "cap on liability"),
        ("cap -fraud", "cap"),
        ("cap NOT (fraud OR negligence)", "cap"),
        ('"as is" clause', "as is clause"),
        ("title:supply liability", "liability"),
        ("cap w/10 fraud", "cap fraud"),
        ("indemnif*", ""),
        ("§ 5.2", ""),
        ("the", ""),
    ],
)
def test_the_encoder_reads_the_plain_words(text: str, meaning: str) -> None:
    assert parse(text).semantic_text == meaning


@pytest.mark.parametrize(
    ("text", "tree", "notice"),
    [
        ('"cap', CAP, "A quotation mark has no partner; the words after it are searched one by one."),
        ("(cap", CAP, "Brackets that have no partner, or are nested too deep, were left out."),
        ("cap)", CAP, "Brackets that have no partner, or are nested too deep, were left out."),
        ("cap OR", CAP, "OR has nothing on one side and was left out."),
        ("AND cap", CAP, "AND has nothing on one side and was left out."),
        ("cap AND OR fraud", AnyOf((CAP, FRAUD)), "AND has nothing on one side and was left out."),
        ("w/5 cap", CAP, "w/5 has nothing on one side and was left out."),
        ("cap w/5", CAP, "w/5 has nothing on one side and was left out."),
        ("cap NOT", CAP, "NOT has nothing on one side and was left out."),
        ("*cap", CAP, "A * needs two letters in front of it; “*cap” is searched without it."),
        (
            "the of",
            Phrase(("the", "of")),
            "All these words are very common; they are searched as an exact phrase.",
        ),
        ("AND", Phrase(("AND",)), "All these words are very common; they are searched as an exact phrase."),
        ("…!?", None, "There is no word to search for in the text."),
    ],
)
def test_what_is_odd_is_read_sensibly_with_a_notice(text: str, tree: Node | None, notice: str) -> None:
    query = parse(text)
    assert query.tree == tree
    assert query.notices == (notice,)


def test_a_pasted_heading_in_capitals_has_no_operators() -> None:
    words = ("SUPPLIER", "SHALL", "NOT", "LIABLE", "LOSS", "DAMAGE")
    query = parse("SUPPLIER SHALL NOT BE LIABLE FOR LOSS OR DAMAGE")
    assert query.tree == AnyOf(tuple(Word(word) for word in words), 3)


def test_brackets_of_a_pasted_clause_are_no_conditions() -> None:
    query = parse("(a) fraud of the part(ies)")
    assert query.tree == AnyOf((FRAUD, Word("part")), 2)
    assert query.condition is None


def test_ten_thousand_characters_are_cut_with_a_notice() -> None:
    query = parse("".join(f"word{number} " for number in range(1200)))
    assert isinstance(query.tree, AnyOf)
    assert (len(query.tree.parts), query.tree.minimum) == (64, 32)
    assert query.notices == ("The text is long; its first 64 words are searched.",)


def test_a_thousand_brackets_are_read() -> None:
    query = parse("(" * 1000 + "cap" + ")" * 1000)
    assert query.tree == CAP


def test_an_empty_text_asks_nothing() -> None:
    query = parse("  \n\t ")
    assert (query.tree, query.condition, query.semantic_text, query.notices) == (None, None, "", ())


PIECES = st.sampled_from(
    ["cap", "the", '"', "(", ")", "+", "-", " ", " ", " ", "AND", "OR", "NOT", "w/5", "*", "?", "title:", "§",
     "~3", "5.2", "“", "”", "'", "责任", "ß", "\x00", "/", "pre/2", "!", "İ", "\u0301", "٣", "²"]
)  # fmt: skip


@settings(max_examples=400, deadline=None)
@given(st.one_of(st.lists(PIECES, max_size=30).map("".join), st.text(max_size=60)))
def test_no_text_fails(text: str) -> None:
    query = parse(text)
    assert all(notice.endswith(".") for notice in query.notices)
    assert query.tree is not None or not query.semantic_text
    assert query.tree is not None or not text.strip() or query.notices
