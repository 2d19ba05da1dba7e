import io
import zipfile

import pytest

from models.dates import agreement_date
from models.labels import Passage
from models.packs import load_pack
from models.rules import RuleLabeller
from samples import word
from samples.source import Kind, Source, read_source, read_sources

SOURCES = read_sources()
FILES = [source.file for source in SOURCES]


def body(source: Source) -> str:
    return "\n".join(block.plain for block in source.blocks)


def found_labels(source: Source) -> set[str]:
    passages, heading = [], ""
    for block in source.blocks:
        if block.kind is Kind.HEADING:
            heading = block.plain
        else:
            passages.append(Passage(block.plain, heading))
    rules = RuleLabeller(load_pack("contracts"))
    return {label.label for labels in rules.label(passages) for label in labels}


@pytest.mark.parametrize("source", SOURCES, ids=FILES)
def test_the_rules_find_every_label_that_a_sample_declares(source):
    assert set(source.labels) - found_labels(source) == set()


def test_the_samples_carry_nearly_all_labels_of_the_pack():
    declared = {label for source in SOURCES for label in source.labels}
    assert declared <= set(load_pack("contracts").labels)
    assert len(declared) >= 33


def test_there_are_enough_samples_of_every_kind():
    layouts = {source.layout for source in SOURCES}
    assert len(SOURCES) >= 14
    assert layouts == {
        "pages", "columns", "docx", "wrapped", "windows-1252", "text", "markdown", "html", "mail",
    }  # fmt: skip
    assert {source.language for source in SOURCES} == {"en", "de", "fr"}


def test_most_clauses_of_the_samples_carry_no_label():
    rules = RuleLabeller(load_pack("contracts"))
    clauses = [Passage(block.plain) for source in SOURCES for block in source.blocks]
    labelled = sum(bool(labels) for labels in rules.label(clauses))
    assert labelled < len(clauses) / 2


@pytest.mark.parametrize("source", SOURCES, ids=FILES)
def test_title_and_date_of_a_sample_are_recognised(source):
    assert load_pack("contracts").document_type(source.title, body(source)) == source.document_type
    assert agreement_date(body(source)) == source.date


@pytest.mark.slow
def test_building_again_gives_the_committed_bytes():
    pytest.importorskip("fpdf", reason="fpdf2 builds the samples: pip install fpdf2")
    from samples.generate import DOCUMENTS, build  # noqa: PLC0415 - needs fpdf2

    assert sorted(path.name for path in DOCUMENTS.iterdir()) == sorted(FILES)
    for source in SOURCES:
        assert build(source) == (DOCUMENTS / source.file).read_bytes(), source.file
    assert sum(path.stat().st_size for path in DOCUMENTS.iterdir()) < 1_500_000


def test_a_word_sample_has_numbering_a_table_a_footnote_and_tracked_changes():
    source = next(one for one in SOURCES if one.file.startswith("Supply Agreement"))
    with zipfile.ZipFile(io.BytesIO(word.document(source))) as archive:
        text = archive.read("word/document.xml").decode()
        numbering = archive.read("word/numbering.xml").decode()
        notes = archive.read("word/footnotes.xml").decode()
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
    assert "<w:numId" in text
    assert "%1.%2" in numbering
    assert "<w:tbl>" in text
    assert "<w:footnoteReference" in text
    assert "Incoterms" in notes
    assert "<w:ins " in text
    assert "<w:delText" in text
    assert "1.1" not in text


def test_a_source_without_front_matter_is_refused(tmp_path):
    path = tmp_path / "x.md"
    path.write_text("# Title\n")
    with pytest.raises(ValueError, match=r"x\.md"):
        read_source(path)
