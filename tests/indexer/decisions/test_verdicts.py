"""What people say together of a label of a text."""

from indexer.decisions import Action, Decision, Origin, Verdict, standing_decisions, verdicts

TEXT, OTHER = b"t" * 16, b"o" * 16


def line(
    seq: int,
    by: str = "ann",
    *,
    applies: bool | None = True,
    act: str = "",
    text: bytes = TEXT,
    label: str = "Insurance",
) -> Decision:
    action = Action.UNDO if applies is None else Action.CONFIRM if applies else Action.DISMISS
    return Decision(
        seq, act or f"act{seq}", action, "d1", "d1-0-c1", text, "the text", "", label, applies, "", None, by,
        Origin.REVIEW, None, "2026-05-04T09:00:00.000Z",
    )  # fmt: skip


def test_a_persons_later_word_replaces_the_earlier_one() -> None:
    first, second = line(1), line(2, applies=False)
    assert standing_decisions([second, first]) == [second]
    assert verdicts([first, second]) == {(TEXT, "Insurance"): Verdict(False, second, 1)}


def test_an_act_that_was_taken_back_counts_as_never_done() -> None:
    first, second = line(1), line(2, applies=False, act="wrong")
    undo = line(3, applies=None, act="wrong")
    assert standing_decisions([first, second, undo]) == [first]
    assert verdicts([line(1, act="wrong"), undo]) == {}


def test_two_who_agree_speak_with_one_voice_the_newest_line_names_it() -> None:
    found = verdicts([line(1, "ann"), line(2, "bob")])
    assert found == {(TEXT, "Insurance"): Verdict(True, line(2, "bob"), 2)}


def test_two_who_disagree_decide_nothing() -> None:
    no = line(2, "bob", applies=False)
    assert verdicts([line(1, "ann"), no]) == {(TEXT, "Insurance"): Verdict(None, no, 2)}


def test_a_senior_decides_a_disagreement_and_the_newest_senior_among_several() -> None:
    yes, no, late = line(1, "ann"), line(2, "bob", applies=False), line(3, "cid")
    assert verdicts([yes, no], {"bob"}) == {(TEXT, "Insurance"): Verdict(False, no, 2)}
    assert verdicts([yes, no, late], {"bob", "cid"}) == {(TEXT, "Insurance"): Verdict(True, late, 3)}


def test_texts_and_labels_are_told_apart() -> None:
    found = verdicts([line(1), line(2, text=OTHER, applies=False), line(3, label="Audit Rights")])
    assert {subject: each.applies for subject, each in found.items()} == {
        (TEXT, "Insurance"): True, (OTHER, "Insurance"): False, (TEXT, "Audit Rights"): True,
    }  # fmt: skip
