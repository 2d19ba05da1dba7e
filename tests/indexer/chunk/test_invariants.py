"""What holds for every document, however odd."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.chunk import SMALLEST_WINDOW, VERSION, chunk
from indexer.documents import Block, BlockKind, Chunk, Document

MARKERS = [
    "1.",
    "2.",
    "3.2",
    "3.2.1",
    "(a)",
    "(b)",
    "(i)",
    "(ii)",
    "A.",
    "ARTICLE IV",
    "Section 3.2",
    "EXHIBIT A",
]
PHRASES = [
    "The Supplier shall pay.",
    "TERM AND TERMINATION",
    "as set out in Section 3.2.",
    "Acme Inc. pays",
    "€ 5",
]
SPACES = [" ", "  ", "\n", "\n\n", "\t", "\x0c", "\u00a0", "      ", ""]
PIECES = st.sampled_from(MARKERS + PHRASES + SPACES) | st.text(max_size=30)
TEXTS = st.lists(PIECES, max_size=60).map("".join)


def count_words_and_marks(text: str) -> int:
    """Like WordPiece: words in pieces of four letters, every other mark, two special tokens."""
    return 2 + sum(1 + len(word) // 4 for word in re.findall(r"\w+|[^\w\s]", text))


def count_bytes(text: str) -> int:
    return 2 + len(text.encode("utf-8", "surrogatepass"))


def document(text: str, blocks: tuple[Block, ...] = ()) -> Document:
    return Document(text=text, title="", media_type="text/plain", blocks=blocks)


def assert_invariants(text: str, chunks: tuple[Chunk, ...], count, max_tokens: int) -> None:
    end = 0
    for ordinal, found in enumerate(chunks):
        assert found.ordinal == ordinal
        assert found.text == text[found.start : found.end]
        assert found.text == found.text.strip() != ""
        assert not text[end : found.start].strip(), "a character is in no chunk"
        assert found.start >= end, "a character is in two chunks"
        assert count(found.text) <= max_tokens
        end = found.end
    assert not text[end:].strip()


@given(TEXTS, st.integers(SMALLEST_WINDOW, 300))
@settings(deadline=None)
def test_every_text_keeps_the_invariants(text, max_tokens):
    chunks = chunk(document(text), count_words_and_marks, max_tokens)
    assert_invariants(text, chunks, count_words_and_marks, max_tokens)
    assert chunks == chunk(document(text), count_words_and_marks, max_tokens)


@given(TEXTS)
@settings(deadline=None)
def test_a_tokenizer_that_counts_bytes_is_obeyed_too(text):
    assert_invariants(text, chunk(document(text), count_bytes, 64), count_bytes, 64)


@given(st.lists(st.tuples(st.sampled_from(list(BlockKind)), TEXTS, st.integers(0, 3)), max_size=8))
@settings(deadline=None)
def test_every_kind_of_block_keeps_the_invariants(parts):
    text = ""
    blocks = []
    for number, (kind, body, level) in enumerate(parts):
        blocks.append(Block(kind, len(text), len(text) + len(body), number + 1, level))
        text += body + "\n"
    chunks = chunk(document(text, tuple(blocks)), count_words_and_marks, 40)
    assert_invariants(text, chunks, count_words_and_marks, 40)
    assert all(1 <= found.page <= len(parts) for found in chunks)


@pytest.mark.parametrize(
    "text",
    [
        "x" * 5_000,
        "x" * 150 + " " + "y" * 5_000,
        "契約の責任は限定される。" * 700,
        "責" * 4_000,
        "👩‍👩‍👧‍👦" * 700,
        "€" * 3_000,
        "\t".join(["12,500.00"] * 2_000),
        "and so on " * 2_000,
        "." * 5_000,
        "1. " * 2_000,
        "(a) " * 2_000,
        "A" + "\u0301" * 3_000,
        "\x00\ufeff\u200b" * 500,
    ],
    ids=lambda text: ascii(text[:12]),
)
@pytest.mark.parametrize("count", [count_words_and_marks, count_bytes])
def test_no_text_is_too_dense_or_too_long(text, count):
    assert_invariants(text, chunk(document(text), count, 256), count, 256)


def test_a_table_row_of_20_000_characters_is_cut_between_its_cells():
    text = " | ".join(["Delivery of goods"] * 1_000)
    row = Block(BlockKind.TABLE_ROW, 0, len(text))
    chunks = chunk(document(text, (row,)), count_words_and_marks, 256)
    assert_invariants(text, chunks, count_words_and_marks, 256)
    assert {found.text.split(" | ")[0] for found in chunks} == {"Delivery of goods"}


@pytest.mark.parametrize("text", ["", " ", "\n\n\t \u00a0\x0c"])
def test_a_document_without_text_has_no_chunks(text):
    assert chunk(document(text), count_words_and_marks, 256) == ()


def test_a_window_too_small_for_any_passage_is_refused():
    with pytest.raises(ValueError, match="max_tokens is 15, but a passage needs at least 16"):
        chunk(document("Text."), count_words_and_marks, 15)


def test_the_version_fits_its_column():
    assert VERSION
    assert len(VERSION) <= 12
