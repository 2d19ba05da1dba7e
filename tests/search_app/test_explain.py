"""The grounds of a hit in one sentence."""

import pytest

from models.labels import LabelSource, Severity
from models.ranker.features import Ground
from search_app.explain import explain, found_words
from search_app.fuse import Fused, Learned
from search_app.results import HitLabel, Mark

CAP = HitLabel("Cap On Liability", "Cap on liability", Severity.HIGH, 0.904, LabelSource.RULE, "rules:1", ())
BOTH = Fused(1, 0.03, keyword_rank=3, keyword_score=12.4, semantic_rank=1, cosine=0.714)


def test_every_ground_becomes_a_field_and_part_of_the_sentence() -> None:
    why = explain(BOTH, ("liability", "Breach"), (), ())
    assert (why.keyword_rank, why.keyword_score, why.semantic_rank, why.cosine) == (3, 12.4, 1, 0.714)
    assert why.words == ("liability", "Breach")
    assert why.sentence == "Found 3rd by words (“liability”, “Breach”) and 1st by meaning (similarity 0.71)."


@pytest.mark.parametrize(
    ("item", "words", "heading", "sentence"),
    [
        (Fused(1, 0.1, keyword_rank=11), ("cap",), (), "Found 11th by words (“cap”)."),
        (Fused(1, 0.1, keyword_rank=2), (), ("Cap",), "Found 2nd by words (in the title or heading: “Cap”)."),
        (Fused(1, 0.1, semantic_rank=21, cosine=0.3), (), (), "Found 21st by meaning (similarity 0.30)."),
        (Fused(1, 2.0), (), (), "Found by risk (Cap on liability, high, 0.90)."),
        (Fused(1, 2.0), ("cap",), (), "Found by words (“cap”)."),
    ],
)
def test_only_what_holds_is_said(
    item: Fused, words: tuple[str, ...], heading: tuple[str, ...], sentence: str
) -> None:
    assert explain(item, words, heading, (CAP,)).sentence == sentence


def test_a_passage_without_any_ground_passes_the_filters() -> None:
    assert explain(Fused(1, 0.0), (), (), ()).sentence == "Passes the filters."


@pytest.mark.parametrize(
    ("learned", "sentence"),
    [
        (
            Learned(
                0.8, 5, 2, {Ground.MEANING: 0.96, Ground.WORDS: -0.31, Ground.COMPANY: 0.15, "places": 0.1}
            ),
            "Put 2nd by the ranker that learned from searches (5th before): more than other hits for "
            "its meaning (+1.0) and its likeness to the first hits (+0.1), less for its words (-0.3).",
        ),
        (
            Learned(-0.3, 9, 9, {Ground.NEARNESS: -0.31, Ground.MEANING: 0.04}),
            "Put 9th by the ranker that learned from searches: less than other hits for "
            "the nearness of its words to each other (-0.3).",
        ),
        (
            Learned(1.2, 1, 1, {"places": 0.5, "words": 0.4, "nearness": 0.3}),
            "Put 1st by the ranker that learned from searches: more than other hits for its places in "
            "both lists (+0.5), its words (+0.4) and the nearness of its words to each other (+0.3).",
        ),
        (Learned(0.0, 1, 1, {Ground.WORDS: 0.0}), "Put 1st by the ranker that learned from searches."),
    ],
)
def test_a_learned_place_is_explained_by_what_weighed_most(learned: Learned, sentence: str) -> None:
    item = Fused(1, 0.1, semantic_rank=1, cosine=0.5, learned=learned)
    assert explain(item, (), (), ()).sentence == f"Found 1st by meaning (similarity 0.50). {sentence}"


def test_many_words_are_cut() -> None:
    words = tuple(f"w{number}" for number in range(10))
    assert explain(Fused(1, 0.1, keyword_rank=1), words, (), ()).sentence.endswith("“w7” and 2 more).")


def test_a_word_is_named_once_as_it_first_stands() -> None:
    text = "Cap on the cap of CAPS"
    marks = (Mark(0, 3), Mark(11, 14), Mark(18, 22))
    assert found_words(text, marks) == ("Cap", "CAPS")
