from itertools import pairwise
from pathlib import Path

import pytest

from models.labels import LabelSource, Passage
from models.packs import load_pack
from models.rules import RuleLabeller

HEAD = """
name: tiny
title: Tiny
labels:
  Fee:
    title: Fee
    description: A fee.
    severity: low
    question: Is there a fee?
    rules:
"""


def labeller(folder: Path, *rules: str) -> RuleLabeller:
    body = "".join(f"      - {{id: r{number}, {rule}}}\n" for number, rule in enumerate(rules))
    path = folder / "pack.yaml"
    path.write_text(HEAD + body, encoding="utf-8")
    return RuleLabeller(load_pack(str(path)))


def words(rules: RuleLabeller, text: str, section: str = "") -> list[str]:
    (labels,) = rules.label([Passage(text, section)])
    return [trigger.text for label in labels for trigger in label.triggers]


def test_any_needs_one_of_its_terms_and_shows_all_that_occur(tmp_path):
    rules = labeller(tmp_path, 'any: ["late fee", "surcharge"], probability: 0.7')
    assert words(rules, "A surcharge or Late  Fee is due.") == ["surcharge", "Late  Fee"]
    assert words(rules, "Nothing is due.") == []


def test_all_needs_each_of_its_terms_anywhere_in_the_passage(tmp_path):
    rules = labeller(tmp_path, 'all: ["fee", "cancel*"], probability: 0.7')
    assert words(rules, "You may cancel. A fee is due then.") == ["cancel", "fee"]
    assert words(rules, "A fee is due.") == []


def test_near_counts_the_words_between_in_either_order(tmp_path):
    rules = labeller(tmp_path, 'near: ["fee", "late"], within: 2, probability: 0.7')
    assert words(rules, "late payment has fee") == ["late", "fee"]
    assert words(rules, "fee for being late") == ["fee", "late"]
    assert words(rules, "fee for not being late") == []


def test_ordered_near_wants_each_term_after_the_one_before(tmp_path):
    rules = labeller(tmp_path, 'near: ["shall", "pay", "fee"], within: 1, ordered: yes, probability: 0.7')
    assert words(rules, "shall pay a fee") == ["shall", "pay", "fee"]
    assert words(rules, "pay a fee shall") == []


def test_a_word_of_not_cancels_only_matches_in_its_own_sentence(tmp_path):
    rules = labeller(tmp_path, 'any: ["fee"], not: ["waived"], probability: 0.7')
    assert words(rules, "The fee is waived.") == []
    assert words(rules, "The old fee is waived. The new fee is due.") == ["fee"]


def test_a_heading_is_sought_in_the_section_and_in_the_first_words(tmp_path):
    rules = labeller(tmp_path, 'any: ["due"], heading: ["fees"], probability: 0.7')
    assert words(rules, "Ten dollars are due.", "4 Fees › 4.1") == ["due"]
    assert words(rules, "4. FEES. Ten dollars are due.") == ["due"]
    assert words(rules, "Ten dollars are due. " + "Pay soon. " * 9 + "See Fees.", "4 Term") == []


def test_the_strongest_rule_gives_the_probability_and_every_rule_its_triggers(tmp_path):
    rules = labeller(tmp_path, 'any: ["late fee"], probability: 0.9', 'any: ["fee", "due"], probability: 0.3')
    ((label,),) = rules.label([Passage("A late fee is due.")])
    assert label.probability == 0.9
    assert label.source is LabelSource.RULE
    assert label.model == rules.version
    assert [(trigger.start, trigger.end, trigger.text) for trigger in label.triggers] == [
        (2, 10, "late fee"),
        (14, 17, "due"),
    ]


def test_the_version_names_the_pack_and_changes_with_it(tmp_path):
    first = labeller(tmp_path, 'any: ["fee"], probability: 0.9').version
    second = labeller(tmp_path, 'any: ["fees"], probability: 0.9').version
    assert first.startswith("rules:tiny:")
    assert len(first) == len("rules:tiny:") + 8
    assert first != second


def test_a_regular_expression_is_tried_on_every_passage(tmp_path):
    rules = labeller(tmp_path, "any: ['/fe{2}s?/'], probability: 0.7")
    assert words(rules, "Fees") == ["Fees"]


def test_a_table_of_contents_gets_no_labels(tmp_path):
    rules = labeller(tmp_path, 'any: ["fee*"], probability: 0.7')
    text = "1.1 Fees 3 1.2 Late fees 4 1.3 Other fees 5 ARTICLE II Term fees 6 2.1 Start 7"
    assert words(rules, text) == []


@pytest.mark.parametrize("text", ["", " \n ", "?!…", "合同", "İİİ", "a" * 100_000])
def test_odd_texts_give_no_label_and_no_error(text):
    (labels,) = RuleLabeller(load_pack("contracts")).label([Passage(text)])
    assert labels == ()


def test_no_passages_give_no_labels():
    assert RuleLabeller(load_pack("contracts")).label([]) == []


@pytest.mark.parametrize(
    ("label", "text"),
    [
        (
            "Cap On Liability",
            "In no event shall either party be liable for indirect or consequential damages.",
        ),
        (
            "Cap On Liability",
            "Total liability shall not exceed the fees paid in the preceding twelve months.",
        ),
        ("Uncapped Liability", "The limitations of liability shall not apply to fraud or gross negligence."),
        ("Governing Law", "This Agreement is governed by the laws of the State of New York."),
        ("Anti-Assignment", "Neither party may assign this Agreement without consent."),
        (
            "Termination For Convenience",
            "Either party may terminate this Agreement without cause on thirty days notice.",
        ),
        ("Renewal Term", "The term shall automatically renew for successive one-year periods."),
        ("No-Solicit Of Employees", "Supplier shall not solicit or hire any employee of Buyer."),
        ("Liquidated Damages", "Seller shall pay liquidated damages, and not a penalty."),
        ("Source Code Escrow", "Vendor shall place the source code in escrow."),
        ("Rofr/Rofo/Rofn", "Tenant has a right of first refusal on the adjoining space."),
        ("Most Favored Nation", "Prices shall be no less favorable than those given to any other customer."),
    ],
)
def test_plain_clauses_get_their_label(label, text):
    (labels,) = RuleLabeller(load_pack("contracts")).label([Passage(text)])
    assert label in {prediction.label for prediction in labels}


@pytest.mark.parametrize(
    "text",
    [
        "The parties shall meet each quarter to review the work plan.",
        "Acme Insurance Company LLC, a limited liability company, is the Buyer.",
        "Nothing in this Agreement creates rights of third-party beneficiaries; there are none.",
        "Notices shall be sent by courier to the addresses above.",
        "Buyer shall store the goods in a dry place.",
    ],
)
def test_harmless_clauses_get_no_label(text):
    (labels,) = RuleLabeller(load_pack("contracts")).label([Passage(text)])
    assert labels == ()


def test_triggers_on_real_contracts_are_exact_ordered_and_apart(shared_data):
    rules = RuleLabeller(load_pack("contracts"))
    seen = 0
    for path in sorted((shared_data / "cuad" / "contracts").glob("*.txt"))[:15]:
        text = path.read_text(encoding="utf-8", errors="replace")
        passages = [Passage(text[start : start + 1000]) for start in range(0, len(text), 1000)]
        for passage, labels in zip(passages, rules.label(passages), strict=True):
            names = [label.label for label in labels]
            assert len(names) == len(set(names))
            assert list(labels) == sorted(labels, key=lambda label: -label.probability)
            for label in labels:
                seen += 1
                assert label.triggers
                assert all(passage.text[one.start : one.end] == one.text for one in label.triggers)
                assert all(left.end < right.start for left, right in pairwise(label.triggers))
    assert seen > 100
