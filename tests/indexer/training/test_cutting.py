"""Texts cut into passages, and which of them carry the label of a mark."""

from hypothesis import given
from hypothesis import strategies as st

from indexer.training.cutting import cut
from indexer.training.marked import Mark, MarkedText
from models.classifier.dataset import Evidence
from tests.indexer.training.files import CAP, LAW, WordTokens

# Two paragraphs, each too long to share a passage with the other.
FIRST = "The Supplier shall deliver the goods in good time. " * 18
SECOND = "The Customer shall pay every invoice that is due. " * 18
TEXT = f"{FIRST.strip()}\n\n{SECOND.strip()}\n"
BORDER = TEXT.index("The Customer")


def marked(*marks: Mark, text: str = TEXT) -> MarkedText:
    return MarkedText("a", text, "file", "place", marks)


def evidence(*marks: Mark) -> list[tuple[Evidence, ...]]:
    return [each.evidence for each in cut(marked(*marks), WordTokens())]


def test_fifty_characters_of_a_long_mark_are_enough() -> None:
    # 50 characters before the border and 900 after it: the end of the first passage lies 2 before it.
    assert len(cut(marked(), WordTokens())) == 2
    first, second = evidence(Mark(BORDER - 52, BORDER + 800, LAW))
    assert first == (Evidence(BORDER - 52, BORDER - 2, LAW),)
    assert second == (Evidence(0, 800, LAW),)


def test_forty_nine_characters_of_a_long_mark_are_too_few() -> None:
    first, second = evidence(Mark(BORDER - 51, BORDER + 800, LAW))
    assert first == ()
    assert second == (Evidence(0, 800, LAW),)


def test_half_of_a_short_mark_is_enough_on_both_sides() -> None:
    # 20 characters: 10 in the first passage, the 2 line breaks, 8 in the second.
    first, second = evidence(Mark(BORDER - 12, BORDER + 8, CAP))
    assert first == (Evidence(BORDER - 12, BORDER - 2, CAP),)
    assert second == ()


def test_a_passage_that_stands_as_it_is_is_not_cut() -> None:
    text = MarkedText("a", TEXT, "file", "place", labels=frozenset({CAP}), section="9 Pay", is_passage=True)
    [passage] = cut(text, WordTokens())
    assert passage.passage.text == TEXT
    assert passage.passage.section == "9 Pay"
    assert passage.labels == {CAP}


def test_what_is_marked_was_looked_for() -> None:
    text = MarkedText("a", "Ohio law.", "file", "place", (Mark(0, 4, LAW),), judged=frozenset({CAP}))
    [passage] = cut(text, WordTokens())
    assert passage.judged == {LAW, CAP}


def test_headings_above_a_passage_are_known_as_when_a_file_is_ingested() -> None:
    text = "ARTICLE I\n\nDELIVERY\n\n" + FIRST + "\n\nARTICLE II\n\nPAYMENT\n\n" + SECOND
    sections = [each.passage.section for each in cut(marked(text=text), WordTokens())]
    assert ["I" in section for section in sections] == [True] * len(sections)
    assert "PAYMENT" in sections[-1].upper()


@given(
    st.text(alphabet="ab. \r\n\0é", max_size=400),
    st.lists(st.tuples(st.integers(0, 400), st.integers(1, 120)), max_size=4),
)
def test_evidence_lies_within_its_passage_and_says_what_the_mark_says(
    text: str, places: list[tuple[int, int]]
) -> None:
    marks = [Mark(start, start + size, LAW) for start, size in places if start + size <= len(text)]
    for each in cut(marked(*marks, text=text), WordTokens()):
        assert each.labels == {item.label for item in each.evidence}
        for item in each.evidence:
            assert 0 <= item.start < item.end <= len(each.passage.text)
            words = "".join(each.passage.text[item.start : item.end].split())
            assert words.replace("\ufffd", "\0") in "".join(text.split())
