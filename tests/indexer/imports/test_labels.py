"""Labels made elsewhere become decisions: found by words, once, under a name of their own, undone whole."""

import csv
import io
import json
from typing import Any

import pytest

from indexer.decisions import Action, Asked, Origin, all_decisions, decide
from indexer.decisions.estimate import live_precision
from indexer.errors import ImportingError
from indexer.imports import Imported, LabelImport, imports, undo
from indexer.imports.places import Place as Passage
from indexer.imports.places import carrying, find, plain
from indexer.learning.gather import gather
from indexer.records import schema
from indexer.records.database import writing
from tests.indexer.decisions.test_decide import AT, PACKS, by_people, key_of
from tests.indexer.ingest.office import NDA, Office

LAW, INSURANCE = "Governing Law", "Insurance"
WORDS = "governed by the laws of Delaware"


def line(file: str, category: str, text: str, start: int = 0) -> str:
    values = {"file": file, "category": category, "start": start, "end": start + len(text), "text": text}
    return json.dumps(values) + "\n"


def take(
    office: Office, content: str, name: str = "marks.jsonl", *, dry: bool = False, **more: Any
) -> Imported:
    work = LabelImport(office.engine, PACKS, "contracts", "import:ann", AT, **more)
    return work.run(content.encode(), name, dry=dry)


def said(office: Office) -> list[tuple[str, bool | None, str, Origin]]:
    with office.engine.connect() as connection:
        return [(each.label, each.applies, each.by, each.origin) for each in all_decisions(connection)]


def test_words_are_found_in_the_document_of_that_name_wherever_they_stand(office: Office) -> None:
    done = take(office, line("nda.txt", "governing law", "governed  by the\nlaws of Delaware", 7000))
    assert (done.documents, done.applies, done.against, done.known, done.problems) == (1, 1, 0, 0, ())
    assert said(office) == [(LAW, True, "import:ann", Origin.IMPORT)]
    assert by_people(office) == {(LAW, "speaks")}
    with office.engine.connect() as connection:
        [decision] = all_decisions(connection)
        assert decision.span is not None
        assert decision.text[slice(*decision.span)] == WORDS
        assert decision.act.startswith(f"{done.id}:")
        gathered = gather(connection, PACKS["contracts"], ["contracts"], "")
    assert [(lesson.label, lesson.applies, lesson.by) for lesson in gathered.lessons] == [
        (LAW, True, "import:ann")
    ]


def test_what_is_not_found_is_listed_with_the_reason_and_the_rest_is_taken(office: Office) -> None:
    content = (
        line("nda.txt", LAW, WORDS)
        + line("loan.txt", LAW, WORDS)
        + line("lease.txt", INSURANCE, "insurance of at least 2,000,000")
        + line("lease.txt", "Weather", "rain")
        + line("lease.txt", "Parties", "The tenant")
    )
    done = take(office, content)
    assert (done.documents, done.applies) == (2, 1)
    assert [str(each) for each in done.problems] == [
        "marks.jsonl, line 4: 'Weather' is no label of the pack 'contracts'",
        "marks.jsonl, line 2: Governing Law: no document is called 'loan.txt' in the collection 'contracts'",
        "marks.jsonl, line 3: Insurance: 'lease.txt' does not hold 'insurance of at least 2,000,000'",
    ]


def test_the_same_import_twice_adds_nothing_and_a_dry_run_writes_nothing(office: Office) -> None:
    content = line("nda.txt", LAW, WORDS)
    assert (take(office, content, dry=True).applies, said(office)) == (1, [])
    first, second = take(office, content), take(office, content)
    assert (first.applies, second.applies, second.known, second.id) == (1, 0, 1, first.id)
    assert len(said(office)) == 1
    with office.engine.connect() as connection:
        [one] = imports(connection)
    assert (one.id, one.by, one.file, one.rows, one.undone_at) == (
        first.id,
        "import:ann",
        "marks.jsonl",
        1,
        None,
    )


def test_an_import_is_taken_back_as_a_whole_and_may_come_again(office: Office) -> None:
    content = line("nda.txt", LAW, WORDS) + line("lease.txt", INSURANCE, "maintain insurance")
    first = take(office, content)
    assert by_people(office) == {(LAW, "speaks")}
    assert undo(office.engine, PACKS, first.id, AT) == 2
    assert undo(office.engine, PACKS, first.id, AT) == 0
    assert by_people(office) == set()
    again = take(office, content)
    assert (again.id, again.applies) == (f"{first.id}-2", 2)
    assert by_people(office) == {(LAW, "speaks")}
    with pytest.raises(ImportingError, match=f"no import 'moon'; there are .*{first.id}"):
        undo(office.engine, PACKS, "moon", AT)


def test_where_the_documents_were_looked_through_what_is_claimed_beyond_the_file_is_dismissed(
    office: Office,
) -> None:
    content = line("nda.txt", INSURANCE, "secret")
    assert take(office, content, dry=True).against == 0
    done = take(office, content, complete=True)
    assert (done.applies, done.against) == (1, 1)
    assert by_people(office) == {(LAW, "denied")}
    assert ("Governing Law", False, "import:ann", Origin.IMPORT) in said(office)


def test_whoever_decides_here_outweighs_an_import_and_nothing_is_disputed(office: Office) -> None:
    take(office, line("nda.txt", LAW, WORDS))
    asked = Asked("act", Action.DISMISS, key_of(office, "Delaware"), LAW, "bob", AT, Origin.SAMPLE)
    with writing(office.engine) as connection:
        decide(connection, asked, PACKS)
    assert by_people(office) == {(LAW, "denied")}


def test_what_was_imported_does_not_count_as_a_random_check(office: Office) -> None:
    take(office, line("lease.txt", INSURANCE, "maintain insurance"))
    asked = Asked("act", Action.CONFIRM, key_of(office, "Delaware"), LAW, "bob", AT, Origin.SAMPLE)
    with writing(office.engine) as connection:
        decide(connection, asked, PACKS)
        found = live_precision(connection, "contracts", PACKS["contracts"].labels)
    assert (found[LAW].right, found[LAW].judged) == (1, 1)
    assert INSURANCE not in found or found[INSURANCE].judged == 0


def test_squad_label_studio_and_csv_are_taken_too(office: Office) -> None:
    start = NDA.index(WORDS)
    squad = {"data": [{"title": "NDA", "paragraphs": [{"context": NDA, "qas": [{
        "question": f'related to "{LAW}"', "id": "1", "answers": [{"text": WORDS, "answer_start": start}],
    }]}]}]}  # fmt: skip
    assert take(office, json.dumps(squad), "squad.json").applies == 1
    value = {"start": start, "end": start + 8, "text": "governed", "labels": [LAW]}
    task = {"data": {"text": NDA, "document": "nda.txt"}, "annotations": [
        {"result": [{"type": "labels", "value": value}]}
    ]}  # fmt: skip
    assert take(office, json.dumps([task]), "studio.json").known == 1
    with office.engine.connect() as connection:
        passage = connection.scalars(schema.chunks.select().with_only_columns(schema.chunks.c.text)).all()
    rows = io.StringIO()
    writer = csv.writer(rows)
    writer.writerow(["text", "label"])
    writer.writerow([next(text for text in passage if "insurance" in text), INSURANCE])
    writer.writerow(["Words that stand nowhere.", INSURANCE])
    done = take(office, rows.getvalue(), "rows.csv")
    assert (done.applies, [each.place for each in done.problems]) == (1, ["line 3"])


def test_a_file_that_says_nothing_is_refused_by_name(office: Office) -> None:
    with pytest.raises(ImportingError, match=r"marks.jsonl says nothing .* marks.jsonl: the file is empty"):
        take(office, "")


def test_the_nearest_of_equal_words_is_meant_whatever_the_blanks() -> None:
    text = "a cap here, a  cap\nthere, a cap"
    assert find("a cap", text, 0) == (0, 5)
    assert find("a cap", text, 14) == (12, 18)
    assert find("a cap", text, 99) == (26, 31)
    assert find("no cap", text, 0) is None
    assert find(" ", text, -3) is None
    assert plain("contracts/Über_Cap (1).PDF") == plain("über cap 1")


def test_a_mark_over_two_passages_counts_where_enough_of_it_stands() -> None:
    places = [Passage(1, 0, 100, b""), Passage(2, 100, 200, b"")]
    assert [(place.key, span) for place, span in carrying(places, 90, 160)] == [(2, (0, 60))]
    assert [(place.key, span) for place, span in carrying(places, 40, 170)] == [(1, (40, 100)), (2, (0, 70))]
