"""The one field list, and its fingerprint."""

import json
from importlib import resources

import pytest

from indexer.index.mapping import FieldType, chunk_mapping, parse_mapping
from indexer.index.query import TextField

SOURCE = resources.files("mappings").joinpath("chunks.json").read_text(encoding="utf-8")


def test_layout_and_order_of_keys_do_not_change_the_fingerprint():
    again = json.dumps(dict(reversed(json.loads(SOURCE).items())), indent=7)
    assert parse_mapping(again).fingerprint == chunk_mapping().fingerprint


def test_a_changed_stop_word_changes_the_fingerprint():
    assert parse_mapping(SOURCE.replace('"their"', '"there\'s"')).fingerprint != chunk_mapping().fingerprint


def test_plain_words_are_looked_for_in_text_section_and_title_with_falling_weight():
    searched = chunk_mapping().searched[TextField.TEXT]
    assert [(each.field, each.weight) for each in searched] == [
        ("text", 1.0),
        ("section", 0.4),
        ("title", 0.2),
    ]


def test_every_searched_field_is_a_text_field_with_its_analyser():
    fields = {each.name: each for each in chunk_mapping().fields}
    for searched in chunk_mapping().searched.values():
        for each in searched:
            assert (fields[each.field].type, fields[each.field].analyzer) == (FieldType.TEXT, "stemmed")
            assert (fields[each.exact].type, fields[each.exact].analyzer) == (FieldType.TEXT, "exact")


def test_an_unknown_field_type_is_refused():
    with pytest.raises(ValueError, match="varchar"):
        parse_mapping(SOURCE.replace('"stored"', '"varchar"'))
