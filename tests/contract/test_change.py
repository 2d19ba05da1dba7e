"""Changes: upserts, deletions, relabelling, replays, generations, and what readers see of them."""

from dataclasses import replace

import numpy as np
import pytest

from indexer.errors import IndexerError, IndexUnavailableError, WriterBusyError
from indexer.index.protocol import Filters, IndexedLabel, Order, Retrieval
from indexer.index.query import Word
from models.labels import LabelSource, Severity
from tests.contract.conftest import reference_of
from tests.contract.corpus import DIMENSION, corpus
from tests.contract.reference import Reference
from tests.contract.test_count import assert_counts
from tests.contract.test_retrieve import (
    EVERYTHING,
    FILTERS,
    TREES,
    assert_same,
    assert_same_ranking,
    lexical,
    nearest,
)


def lasting(index):
    """What an index says of itself, but for its bytes: a cluster merges segments when it likes."""
    return replace(index.status(), bytes=0)


def assert_answers(index, chunks):
    """The index answers as brute force over these chunks does."""
    reference = reference_of(index, chunks)
    for tree in (TREES["word"], TREES["any"], TREES["phrase"], TREES["wildcard"], TREES["title"]):
        assert_same_ranking(lexical(index, tree), reference.lexical(tree, EVERYTHING))
        assert_counts(index, reference, tree, EVERYTHING)
        found = index.retrieve(Retrieval(tree, chunks[0].vector, EVERYTHING, limit=30))
        assert found.both == {each.key for each in found.nearest} & reference.scores(tree).keys()
    for filters in (EVERYTHING, FILTERS["collection"], FILTERS["sure label"], FILTERS["from"]):
        query = chunks[0].vector
        assert_same(nearest(index, query, filters), reference.nearest(query, filters), 1e-3)
        assert_counts(index, reference, None, filters)
    assert_same(
        lexical(index, None, order=Order.RISK, everything=True),
        reference.lexical(None, EVERYTHING, Order.RISK),
    )


@pytest.fixture
def filled(fill, chunks, tmp_path):
    """An index of its own for a test that changes it."""
    return fill(tmp_path / "index", chunks)


def of_document(chunks, document):
    return [each for each in chunks if each.document == document]


def test_a_deleted_document_leaves_both_lists_all_counts_and_the_statistics(filled, chunks):
    filled.apply([], ["document-2", "document-5", "no such document"], 8)
    assert_answers(filled, [each for each in chunks if each.document not in {"document-2", "document-5"}])
    assert filled.status().chunks == 60


def test_a_changed_document_loses_the_chunks_that_it_no_longer_has(filled, chunks):
    changed = [
        replace(each, text=f"{each.text} royalty audit", vector=chunks[0].vector)
        for each in of_document(chunks, "document-3")[:4]
    ]
    filled.apply(changed, [], 8)
    assert_answers(filled, [each for each in chunks if each.document != "document-3"] + changed)


def test_a_new_title_is_found_though_text_and_vector_stay(filled, chunks):
    renamed = [replace(each, title="Supply Zebrawood") for each in of_document(chunks, "document-3")]
    filled.apply(renamed, [], 8)
    assert_answers(filled, [each for each in chunks if each.document != "document-3"] + renamed)
    found = filled.retrieve(Retrieval(Word("zebrawood"), renamed[0].vector, EVERYTHING, limit=80))
    assert found.both == {each.key for each in renamed}


def test_a_document_that_is_removed_and_upserted_at_once_stays_with_its_new_content(filled, chunks):
    again = of_document(chunks, "document-1")[:2]
    filled.apply(again, ["document-1"], 8)
    assert_answers(filled, [each for each in chunks if each.document != "document-1"] + again)


def test_relabelling_changes_filters_facets_and_risk_but_no_score(filled, chunks):
    before = lexical(filled, Word("party"))
    surely = IndexedLabel("New Label", 1.0, LabelSource.HUMAN, Severity.HIGH, "person")
    relabelled = [replace(each, labels=(surely,)) for each in of_document(chunks, "document-0")]
    filled.apply(relabelled, [], 8)
    assert_answers(filled, [each for each in chunks if each.document != "document-0"] + relabelled)
    assert lexical(filled, Word("party")) == before
    labelled = lexical(filled, None, Filters(labels=frozenset({"New Label"})), everything=True)
    assert {key for key, _ in labelled} == {each.key for each in relabelled}


def test_a_replay_changes_neither_answers_nor_files(filled, chunks):
    filled.apply(of_document(chunks, "document-4"), [], 8)
    state = lasting if filled.status().backend == "opensearch" else type(filled).status
    before = lexical(filled, Word("party")), state(filled)
    for _ in range(3):
        filled.apply(of_document(chunks, "document-4"), [], 8)
    assert (lexical(filled, Word("party")), state(filled)) == before
    assert_answers(filled, chunks)


def test_the_position_never_goes_back(filled):
    assert filled.status().position == 7
    filled.apply([], [], 12)
    filled.apply([], [], 9)
    assert filled.status().position == 12


def test_the_last_of_two_upserts_of_one_key_counts(filled, chunks):
    document = of_document(chunks, "document-6")
    filled.apply([replace(document[0], text="superseded"), *document], [], 8)
    assert_answers(filled, chunks)


def test_a_vector_of_another_dimension_is_refused_before_anything_changes(filled, chunks):
    wrong = replace(chunks[0], text="changed", vector=np.ones(3, np.float32))
    with pytest.raises(ValueError, match=r"\(3,\), expected \(16,\)"):
        filled.apply([wrong], [], 8)
    assert filled.status().position == 7
    assert_answers(filled, chunks)


def test_many_small_changes_are_merged_and_answered_exactly(fill, tmp_path):
    many = corpus(documents=40, passages=4, seed=3)
    index = fill.open(tmp_path)
    for number in range(40):
        index.apply(of_document(many, f"document-{number}"), [], number + 1)
    found = index.retrieve(Retrieval(None, many[0].vector, EVERYTHING, limit=200)).nearest
    expected = dict(Reference(many).nearest(many[0].vector, EVERYTHING))
    assert {each.key: each.score for each in found} == pytest.approx(expected, abs=1e-3)
    assert list(found) == sorted(found, key=lambda each: (-each.score, each.key))


def test_another_reader_sees_a_change_without_opening_again(filled, fill, chunks, tmp_path):
    reader = fill.open(tmp_path / "index")
    assert_answers(reader, chunks)
    filled.apply([], ["document-0"], 8)
    assert_answers(reader, chunks[10:])


def test_a_rebuild_is_seen_at_once_and_only_when_it_is_finished(filled, fill, chunks, tmp_path):
    reader = fill.open(tmp_path / "index")
    older = lasting(reader)
    with filled.rebuild("encoder-1", DIMENSION) as builder:
        builder.add(iter(chunks[:30]))
        assert lasting(reader) == older
        builder.add(chunks[30:50])
        builder.finish(20)
    newer = reader.status()
    assert (newer.previous, newer.chunks, newer.position) == (older.generation, 50, 20)
    assert_answers(reader, chunks[:50])


def test_a_rebuild_that_is_left_leaves_the_index_as_it_was(filled, chunks, tmp_path):
    before = lasting(filled)
    with filled.rebuild("encoder-1", DIMENSION) as builder:
        builder.add(chunks[:30])
    assert lasting(filled) == before
    assert_answers(filled, chunks)


def test_a_rebuild_with_a_key_twice_is_refused_and_keeps_the_old_generation(filled, chunks):
    with filled.rebuild("encoder-1", DIMENSION) as builder:
        builder.add([*chunks, chunks[0]])
        with pytest.raises(IndexerError, match="1 chunk keys were added twice"):
            builder.finish(20)
    assert_answers(filled, chunks)


def test_rollback_goes_back_to_the_previous_generation_and_its_position(filled, chunks):
    before = filled.status()
    with filled.rebuild("encoder-1", DIMENSION) as builder:
        builder.add(chunks[:10])
        builder.finish(20)
    assert filled.status().chunks == 10
    back = filled.rollback()
    assert (back.generation, back.position, back.chunks) == (before.generation, 7, 80)
    assert_answers(filled, chunks)


def test_rollback_without_a_previous_generation_says_so(fill, tmp_path, chunks):
    index = fill.open(tmp_path / "index")
    with index.rebuild("encoder-1", DIMENSION) as builder:
        builder.add(chunks)
        builder.finish(7)
    with pytest.raises(IndexUnavailableError, match="no previous generation"):
        index.rollback()


def test_an_empty_generation_answers_with_nothing(fill, tmp_path, chunks):
    index = fill.open(tmp_path)
    with index.rebuild("encoder-1", DIMENSION) as builder:
        builder.finish(1)
    found = index.retrieve(Retrieval(Word("party"), chunks[0].vector, EVERYTHING, everything=True))
    assert (found.lexical, found.nearest) == ((), ())
    assert index.count(None, EVERYTHING).chunks == 0
    index.apply(chunks, [], 2)
    assert_answers(index, chunks)


def test_a_missing_index_says_how_to_make_it(fill, tmp_path):
    with pytest.raises(IndexUnavailableError, match="clausewatch rebuild"):
        fill.open(tmp_path / "nothing").status()


@pytest.mark.parametrize(("encoder", "dimension"), [("encoder-2", DIMENSION), ("encoder-1", 8)])
def test_an_index_of_another_encoder_is_refused_with_what_to_do(filled, fill, tmp_path, encoder, dimension):
    other = fill.open(tmp_path / "index", encoder, dimension)
    with pytest.raises(IndexUnavailableError, match="clausewatch rebuild"):
        other.status()


def test_a_second_writer_is_told_who_writes(filled, fill, chunks, tmp_path):
    second = fill.open(tmp_path / "index")
    with (
        filled.rebuild("encoder-1", DIMENSION),
        pytest.raises(WriterBusyError, match=r"process \d+ \(rebuilding\) since 20"),
    ):
        second.apply([], [], 9)
    second.apply([], [], 9)
    assert second.status().position == 9


def relabelled(chunk):
    label = IndexedLabel("Exclusivity", 0.95, LabelSource.MODEL, Severity.HIGH, "classifier:9")
    return replace(chunk, labels=(label,))


def rebuilt_with_other_labels(index, chunks):
    with index.rebuild("encoder-1", DIMENSION, relabelled=True) as builder:
        builder.add(chunks)
        builder.finish(9)


def test_a_generation_with_other_labels_answers_as_one_that_is_made_anew(filled, chunks):
    after = [relabelled(each) for each in chunks]
    rebuilt_with_other_labels(filled, after)
    assert_answers(filled, after)
    again = [replace(each, labels=()) if number % 2 else each for number, each in enumerate(after)]
    rebuilt_with_other_labels(filled, again)
    assert_answers(filled, again)
    assert filled.rollback().position == 9
    assert_answers(filled, after)


def test_what_changed_beside_the_labels_is_never_taken_over(filled, chunks):
    flipped = chunks[21]
    after = [relabelled(each) for each in chunks if each.document != "document-4"]
    after[0] = replace(after[0], text="liability of the first party")
    after[15] = replace(after[15], title="Supply of liability")
    after = [replace(each, vector=-each.vector) if each.key == flipped.key else each for each in after]
    after.append(replace(chunks[45], key=12345, document="document-new", text="royalty and audit"))
    rebuilt_with_other_labels(filled, after)
    assert_answers(filled, after)
    filled.apply([replace(each, labels=()) for each in of_document(after, "document-1")], ["document-2"], 10)
    left = [each for each in after if each.document != "document-2"]
    assert_answers(filled, [replace(e, labels=()) if e.document == "document-1" else e for e in left])


def test_an_answer_names_the_generation_that_was_served_when_it_was_asked(filled, chunks):
    word = Word("liability")
    first = filled.status().generation
    asked = (
        Retrieval(word, chunks[0].vector, EVERYTHING),
        Retrieval(word, None, EVERYTHING),
        Retrieval(None, None, EVERYTHING, everything=True),
    )
    assert [filled.retrieve(each).generation for each in asked] == [first] * 3
    with filled.rebuild("encoder-1", DIMENSION) as builder:
        builder.add(chunks)
        assert filled.retrieve(asked[0]).generation == first
        builder.finish(8)
    second = filled.status().generation
    assert second != first
    assert [filled.retrieve(each).generation for each in asked] == [second] * 3
