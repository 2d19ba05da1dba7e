"""clausewatch rules and what lineage says of a label by a rule of the house, over real records."""

import json

import pytest
import yaml
from sqlalchemy import select

from indexer.errors import HouseRuleError
from indexer.records import schema
from search_app import compose as composition
from search_app.settings import load_settings
from tests.search_app.test_learn_commands import Run, run, said

__all__ = ["run"]
RULE = ("--collection", "contracts", "--label", "minimum commitment", "--near", "tenant", "--near", "pay*")


def test_a_rule_is_tried_added_shown_exported_traced_and_retired(run: Run) -> None:
    tried = said(run("rules", "try", *RULE))
    assert (
        "It matches 1 of 4 passages, in 1 documents; 0 have the label already; nobody judged one yet."
        in tried
    )
    assert "“tenant”, “pay”:" in tried
    added = said(run("rules", "add", *RULE, "--name", "Rent", "--reason", "we always negotiate it"))
    rule = added.split()[0]
    assert f"{rule}  at work  contracts  Minimum Commitment  0.60  Rent" in added
    said(run("relabel"))
    assert "labels 1 passages; the model labels 0 more" in said(run("rules", "show", rule[:5]))
    exported = yaml.safe_load(said(run("rules", "export")))
    assert exported == {
        "labels": {
            "Minimum Commitment": {
                "rules": [{"id": rule, "near": ["tenant", "pay*"], "within": 10, "probability": 0.6}]
            }
        }
    }
    with composition.compose(load_settings()).engine.connect() as connection:
        chunks = schema.chunks
        chunk = connection.execute(
            select(chunks.c.id).where(chunks.c.text.contains("tenant shall pay"))
        ).scalar()
    traced = said(run("models", "lineage", "--passage", str(chunk), "--label", "Minimum Commitment"))
    assert f"Minimum Commitment: house says so, house:{rule}, probability 0.60, speaks" in traced
    assert "rule Rent, written by the command line" in traced
    assert "we always negotiate it" in traced
    assert f"{rule}  retired" in said(run("rules", "retire", rule, "--reason", "too broad"))
    (listed,) = said(run("rules", "list", "--json")).splitlines()
    assert json.loads(listed)["retired"]["reason"] == "too broad"


def test_bad_words_are_all_named_at_once(run: Run) -> None:
    wrong = run("rules", "add", "-c", "contracts", "--label", "Nonsense", "--near", "one")
    assert isinstance(wrong.exception, HouseRuleError)
    assert str(wrong.exception) == (
        "near: Words near each other are at least two; give one more, or use another field. "
        "label: There is no label 'Nonsense' here."
    )


@pytest.mark.parametrize("command", ["show", "retire"])
def test_a_rule_that_is_not_there_is_named(run: Run, command: str) -> None:
    wrong = run("rules", command, "beef")
    assert isinstance(wrong.exception, HouseRuleError)
    assert "There is no rule 'beef'" in str(wrong.exception)
