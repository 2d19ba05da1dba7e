import json
from pathlib import Path

import pytest

from models.errors import PackError
from models.labels import Severity
from models.packs import load_pack, pack_names
from models.packs.definition import Pack

GOOD = """
name: tiny
title: Tiny
labels:
  Late Fee:
    title: Late fee
    description: Charges for paying late.
    severity: medium
    question: Does paying late cost something?
    rules:
      - id: late-fee
        any: ["late fee"]
        probability: 0.8
document_types:
  - {name: Lease, patterns: ["lease"]}
facets: [label, date]
golden:
  - {text: "late fee", label: Late Fee}
examples:
  - {text: "late"}
"""


def load(folder: Path, content: str) -> Pack:
    path = folder / "pack.yaml"
    path.write_text(content, encoding="utf-8")
    return load_pack(str(path))


def test_a_pack_is_read_with_all_its_parts(tmp_path):
    pack = load(tmp_path, GOOD)
    label = pack.labels["Late Fee"]
    assert (pack.name, pack.title, pack.facets) == ("tiny", "Tiny", ("label", "date"))
    assert (label.title, label.severity) == ("Late fee", Severity.MEDIUM)
    assert label.rules[0].probability == 0.8
    assert (pack.golden[0].text, pack.golden[0].label) == ("late fee", "Late Fee")
    assert (pack.examples[0].text, pack.examples[0].label) == ("late", "")


def test_a_label_is_known_by_the_names_that_it_had_before(tmp_path):
    pack = load(tmp_path, GOOD + "renamed: {Fee: Late Fee, Charge: Late Fee}\n")
    assert [pack.current(name) for name in ("Fee", "Late Fee", "Other")] == ["Late Fee", "Late Fee", "Other"]
    assert pack.names("Late Fee") == ("Late Fee", "Fee", "Charge")


def test_a_folder_with_a_pack_is_a_path_too(tmp_path):
    pack = load(tmp_path, GOOD)
    assert load_pack(f"{tmp_path}/") is pack


def test_an_unchanged_file_gives_the_same_pack_and_a_changed_one_another_version(tmp_path):
    before = load(tmp_path, GOOD)
    assert load_pack(str(tmp_path / "pack.yaml")) is before
    after = load(tmp_path, GOOD + "# changed\n")
    assert after.version != before.version
    assert len(after.version) == 64


@pytest.mark.parametrize(
    ("old", "new", "key", "value"),
    [
        ("severity: medium", "severity: grave", "labels › Late Fee › severity", "'grave'"),
        ("probability: 0.8", "probability: 80", "rules › 1 › probability", "80"),
        ("probability: 0.8", "probability: yes", "rules › 1 › probability", "True"),
        ('any: ["late fee"]', 'any: ["*"]', "rules › 1 › any", "'*'"),
        ('any: ["late fee"]', "any: [5]", "rules › 1 › any", "5"),
        ('any: ["late fee"]', 'near: ["late fee"]', "rules › 1 › near", "'late fee'"),
        ('any: ["late fee"]', 'heading: ["late fee"]', "rules › 1 › id", "'late-fee'"),
        ('any: ["late fee"]', 'any: "late fee"\n        within: 100', "rules › 1 › within", "100"),
        ('any: ["late fee"]', 'any: "late fee"\n        nott: [x]', "rules › 1 › nott", "['x']"),
        ("facets: [label, date]", "facets: [label, colour]", "facets", "'colour'"),
        ("label: Late Fee}", "label: Late}", "golden › 1 › label", "'Late'"),
        ("question: Does paying late cost something?", "", "labels › Late Fee › question", "missing"),
        ("title: Tiny", "title: ''", "title", "''"),
        ('- {text: "late"}', "- {}", "examples › 1 › text", "''"),
        ("name: tiny", "name: tiny\nname2: x", "name2", "'x'"),
        ("name: tiny", "name: tiny\nrenamed: [x]", "renamed", "['x']"),
        ("name: tiny", "name: tiny\nrenamed: {Fee: Fees}", "renamed › Fee", "'Fees'"),
        ("name: tiny", "name: tiny\nrenamed: {Late Fee: Late Fee}", "renamed › Late Fee", "'Late Fee'"),
    ],
)
def test_a_mistake_is_named_with_file_key_and_value(tmp_path, old, new, key, value):
    assert old in GOOD
    with pytest.raises(PackError) as caught:
        load(tmp_path, GOOD.replace(old, new, 1))
    message = str(caught.value)
    assert str(tmp_path / "pack.yaml") in message
    assert key in message
    assert value in message


@pytest.mark.parametrize("content", ["", "[]", "labels: [", "name: \x00", "labels: {}\nname: x\ntitle: y"])
def test_a_file_that_is_no_pack_is_refused_by_name(tmp_path, content):
    with pytest.raises(PackError, match=r"pack\.yaml"):
        load(tmp_path, content)


def test_two_rules_of_a_label_must_not_share_an_id(tmp_path):
    rule = '      - id: late-fee\n        any: ["fee"]\n        probability: 0.5\n'
    with pytest.raises(PackError, match="late-fee"):
        load(tmp_path, GOOD.replace("document_types:", rule + "document_types:"))


def test_an_unknown_name_lists_the_packs_there_are():
    with pytest.raises(PackError, match="contracts"):
        load_pack("no-such-pack")
    with pytest.raises(PackError, match="elsewhere"):
        load_pack("/elsewhere/pack.yaml")


def test_the_contracts_pack_ships_with_thirty_six_described_labels():
    pack = load_pack("contracts")
    assert "contracts" in pack_names()
    assert len(pack.labels) == 36
    assert all(label.rules and label.description.endswith(".") for label in pack.labels.values())
    assert all(label.question.endswith("?") for label in pack.labels.values())
    assert {label.severity for label in pack.labels.values()} == set(Severity)
    assert len(pack.golden) >= 10


def test_the_labels_are_the_risk_categories_of_the_expert_annotations(shared_data):
    lines = (shared_data / "cuad" / "spans.jsonl").read_text(encoding="utf-8").splitlines()
    categories = {json.loads(line)["category"] for line in lines}
    no_risks = {"Document Name", "Parties", "Agreement Date", "Effective Date", "Expiration Date"}
    assert set(load_pack("contracts").labels) == categories - no_risks


@pytest.mark.parametrize(
    ("title", "text", "kind"),
    [
        ("MASTER SUPPLY AGREEMENT", "", "Supply"),
        ("Acme_10-K_Non-Disclosure_Agreement.pdf", "", "Non-disclosure"),
        ("data-processing-agreement", "", "Data processing"),
        ("scan0001", "THIS LEASE is made between", "Lease"),
        ("First Amendment to Distribution Agreement", "", "Amendment"),
        ("Franchise Agreement", "First Amendment to Lease", "Franchise"),
        ("Rahmenliefervertrag", "", "Supply"),
        ("letter", "Dear Sam, thank you for lunch.", "Other"),
        ("", "", "Other"),
    ],
)
def test_the_title_tells_the_document_type_before_the_first_lines_do(title, text, kind):
    assert load_pack("contracts").document_type(title, text) == kind
