"""Judgements made elsewhere are kept whole, once, whether the texts are ours or not; undone whole."""

from pathlib import Path

import pytest
from sqlalchemy import func, select

from indexer.errors import ImportingError
from indexer.imports import (
    ImportedJudgements,
    import_judgements,
    imported_judgements,
    imports,
    judged_here,
    undo,
)
from indexer.records import schema
from models.evaluation.beir import Judged
from tests.indexer.decisions.test_decide import AT, PACKS
from tests.indexer.ingest.office import NDA, Office, make_office

LATER = "2026-11-28T10:00:00.000Z"


def passage(office: Office, place: int) -> tuple[str, str]:
    """Id and text of a passage."""
    with office.engine.connect() as connection:
        query = select(schema.chunks.c.id, schema.chunks.c.text).order_by(schema.chunks.c.key)
        row = connection.execute(query).all()[place]
        return row.id, row.text


def take(office: Office, judged: Judged, by: str = "import:lawyers", now: str = AT) -> ImportedJudgements:
    return import_judgements(office.engine, judged, collection="contracts", by=by, file="judged", now=now)


def foreign(grade: int = 3) -> Judged:
    corpus = {"z": "No cap applies.", "a": "Rain falls.", "m": "Nobody judged this."}
    queries = {"q2": "caps", "q1": "weather"}
    return Judged(corpus, queries, {"q2": {"z": grade, "a": 0}, "q1": {"a": 1}})


def counted(office: Office) -> list[int]:
    tables = (schema.imported_queries, schema.imported_texts, schema.imported_grades)
    with office.engine.connect() as connection:
        return [connection.scalar(select(func.count()).select_from(each)) or 0 for each in tables]


def test_all_of_it_comes_back_as_it_was_in_the_order_of_its_files(office: Office) -> None:
    done = take(office, foreign())
    assert (done.queries, done.texts, done.passages, done.grades) == (2, 3, 0, 3)
    [(id_, found)] = imported_judgements(office.engine)
    assert (id_, found) == (done.id, foreign())
    assert [list(each) for each in (found.corpus, found.queries)] == [["z", "a", "m"], ["q2", "q1"]]
    assert list(judged_here(office.engine)) == []


def test_the_same_twice_adds_nothing_whatever_the_order_of_its_lines(office: Office) -> None:
    first, kept = take(office, foreign()), counted(office)
    same = foreign()
    turned = Judged(dict(reversed(same.corpus.items())), same.queries, dict(reversed(same.qrels.items())))
    again = take(office, turned, now=LATER)
    assert (again.id, again.grades, counted(office)) == (first.id, 0, kept)
    with office.engine.connect() as connection:
        [listed] = imports(connection)
    assert (listed.kind, listed.rows, listed.created_at, listed.finished_at) == ("judgements", 3, AT, AT)


def test_an_import_is_taken_back_as_a_whole_and_can_come_again(office: Office) -> None:
    first, kept = take(office, foreign()), counted(office)
    assert undo(office.engine, PACKS, first.id, LATER) == 3
    assert undo(office.engine, PACKS, first.id, LATER) == 0
    with pytest.raises(ImportingError, match="No judgements were imported"):
        imported_judgements(office.engine)
    again = take(office, foreign(), now=LATER)
    assert (again.id, again.grades, counted(office)) == (f"{first.id}-2", 3, kept)
    assert [id_ for id_, _ in imported_judgements(office.engine)] == [again.id]


def test_a_text_is_ours_by_its_words_or_by_its_id_where_white_space_differs(office: Office) -> None:
    (one, words), (other, more) = passage(office, 0), passage(office, 1)
    spaced = more.replace(" ", "  ")
    corpus = {"x": f"A title\n{words}", other: spaced, "y": "None of ours."}
    done = take(office, Judged(corpus, {"q": "rent"}, {"q": {"x": 2, other: 1, "y": 3}}))
    assert (done.passages, done.grades) == (2, 3)
    assert list(judged_here(office.engine)) == [
        ("rent", other, 1, "import:lawyers"),
        ("rent", one, 2, "import:lawyers"),
    ]
    assert list(judged_here(office.engine, since=LATER)) == []
    assert list(judged_here(office.engine, collection="loans")) == []
    [(_, found)] = imported_judgements(office.engine)
    assert found.corpus[other] == spaced


def test_an_id_of_ours_over_other_words_is_none_of_our_passages(office: Office) -> None:
    ours, _ = passage(office, 0)
    done = take(office, Judged({ours: "Other words."}, {"q": "rent"}, {"q": {ours: 2}}))
    assert (done.passages, list(judged_here(office.engine))) == (0, [])


def test_a_text_becomes_ours_when_a_document_that_has_it_comes(tmp_path: Path, records_url: str) -> None:
    office = make_office(tmp_path, url=records_url)
    office.write("nda.txt", NDA)
    office.run()
    lease = "Rent is due on the first day of each month, and interest on what is late."
    assert take(office, Judged({"x": lease}, {"q": "rent"}, {"q": {"x": 2}})).passages == 0
    office.write("new.txt", lease)
    office.run()
    [found] = judged_here(office.engine)
    assert (found.query, found.grade) == ("rent", 2)
    office.engine.dispose()


def test_nothing_is_kept_where_the_records_fail_in_the_middle(office: Office) -> None:
    huge = Judged({"x": "text"}, {"q": "rent"}, {"q": {"x": 2**80}})
    with pytest.raises(Exception, match=r"(?i)out of range|too large"):
        take(office, huge)
    assert counted(office) == [0, 0, 0]
    with office.engine.connect() as connection:
        assert imports(connection) == []


def test_what_no_database_takes_is_refused_with_its_name(office: Office) -> None:
    with pytest.raises(ImportingError, match=r"judged/corpus\.jsonl: 'x' holds U\+0000"):
        take(office, Judged({"x": "a\0b"}, {"q": "rent"}, {"q": {"x": 1}}))
    with pytest.raises(ImportingError, match=r"judged/queries\.jsonl: 'q' holds"):
        take(office, Judged({"x": "a"}, {"q": "\ud800"}, {"q": {"x": 1}}))
    assert counted(office) == [0, 0, 0]
