"""Rules as people write them."""

import pytest

from models.errors import RuleTextError
from models.labels import Passage
from models.rules import HouseLabeller
from models.written import Written, compiled, from_json, in_words, problems, to_json


@pytest.mark.parametrize(
    ("written", "field", "said"),
    [
        (Written(), "any", "Give at least one word or phrase to look for."),
        (Written(near=("fee",)), "near", "Words near each other are at least two; give one more"),
        (Written(any=("/fee+/",)), "any", "“/fee+/” is a regular expression; here only words and phrases"),
        (Written(any=("fee", "?!")), "any", "“?!” cannot be looked for: every alternative begins"),
        (Written(any=("fe*",)), "any", "“fe*” cannot be looked for: the first word needs three letters"),
        (Written(any=("fee",), within=0), "within", "Give a number of words from 1 to 60, not 0."),
        (Written(any=("#",)), "any", "Give a word of letters too: numbers alone stand in every document."),
        (Written(any=("fee",) * 41), "any", "These are 41 words or phrases; at most 40 fit."),
        (Written(any=("a" * 201,)), "any", "has 201 characters; at most 200 fit."),
        (Written(heading=("a*b*c*d*e",), any=("fee",)), "heading", "has too many *; at most 3 fit"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_at_its_field(written: Written, field: str, said: str) -> None:
    found = problems(written)
    assert list(found) == [field]
    assert said in found[field]
    with pytest.raises(RuleTextError):
        compiled(written, "r", 0.5)


def test_a_rule_is_spelled_in_one_way_whatever_the_order_and_the_case_of_its_words() -> None:
    one = Written(any=("Late  Fee", "surcharge"), exclude=("no",))
    other = Written(any=("surcharge", "late fee", "late fee"), exclude=("NO",))
    assert to_json(one) == to_json(other)
    assert from_json(to_json(one)).any == ("late fee", "surcharge")
    assert to_json(Written(near=("a b", "c"))) != to_json(Written(near=("c", "a b")))


def test_a_rule_reads_as_a_sentence() -> None:
    written = Written(near=("late", "fee*"), within=3, ordered=True, exclude=("no", "without"))
    assert in_words(written) == (
        "“late” and “fee*” within 3 words of each other, in this order; not with “no” or “without” in the "
        "same sentence"
    )


def test_the_strongest_rule_of_a_label_gives_it_and_all_words_are_shown() -> None:
    rules = HouseLabeller(
        "house:2",
        [
            ("Fee", compiled(Written(any=("late fee*",)), "weak", 0.6)),
            ("Fee", compiled(Written(any=("surcharge",)), "strong", 0.8)),
        ],
    )
    ((label,),) = rules.label([Passage("A surcharge or late fees are due.")])
    assert (label.label, label.model, label.probability) == ("Fee", "house:strong", 0.8)
    assert [trigger.text for trigger in label.triggers] == ["surcharge", "late fees"]
    assert rules.label([Passage("Nothing is due.")]) == [()]
