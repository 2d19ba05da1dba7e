"""Rules of the house: kept, tried, labelling what is there and what comes, measured and retired."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select

from indexer.decisions import Action, Asked, Origin, decide
from indexer.decisions.queue import Kind, questions
from indexer.errors import HouseRuleError
from indexer.house import HouseRule, NewRule, Retired, add_rule, house_rules, retire_rule
from indexer.house import journal as house_journal
from indexer.house.claims import claims, judged_claims, measured
from indexer.house.preview import check, preview
from indexer.house.report import last_report, make_report, state_of
from indexer.records import schema
from indexer.records.database import writing
from models.rules import RuleLabeller
from models.written import Written
from tests.classifiers import model_bytes
from tests.indexer.ingest.office import NDA, make_office
from tests.indexer.ingest.test_labels import LEASE
from tests.indexer.relabel.test_relabel import LAW, Firm

RENT = Written(near=("tenant", "pay*"), within=4)
AT, ANN = "2026-03-02T10:00:00.000Z", "a" * 32


@pytest.fixture
def firm(tmp_path: Path, records_url: str) -> Iterator[Firm]:
    office = make_office(tmp_path, url=records_url)
    office.write("nda.txt", NDA)
    office.write("lease.txt", LEASE)
    office.run()
    yield Firm(office)
    office.engine.dispose()


def asked(written: Written = RENT, label: str = "Minimum Commitment", **more: str) -> NewRule:
    return replace(NewRule("contracts", label, written, ANN, AT), **more)


def add(firm: Firm, new: NewRule | None = None) -> HouseRule:
    with writing(firm.office.engine) as connection:
        return add_rule(connection, new or asked(), firm.packs["contracts"])


def retire(firm: Firm, rule: str) -> HouseRule:
    with writing(firm.office.engine) as connection:
        return retire_rule(connection, rule, Retired(ANN, AT, "too broad"))


def of_house(firm: Firm) -> set[tuple[str, str, str]]:
    """Label, model and standing of all that rules of the house say."""
    with firm.office.engine.connect() as connection:
        rows = connection.execute(select(schema.predictions).where(schema.predictions.c.source == "house"))
        return {(row.label, row.model, row.standing) for row in rows}


def key_of(firm: Firm, words: str) -> int:
    with firm.office.engine.connect() as connection:
        chunks = schema.chunks
        return int(connection.execute(select(chunks.c.key).where(chunks.c.text.contains(words))).scalar_one())


def judge(firm: Firm, act: str, applies: bool, words: str = "tenant shall pay") -> None:
    action = Action.CONFIRM if applies else Action.DISMISS
    said = Asked(act, action, key_of(firm, words), "Minimum Commitment", act, AT, Origin.REVIEW)
    with writing(firm.office.engine) as connection:
        decide(connection, said, firm.packs)


def test_a_new_rule_labels_what_it_matches_and_nothing_else_is_asked_again(
    firm: Firm, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = firm.use(model_bytes(LAW))
    assert model is not None
    firm.relabel()
    rule = add(firm)
    assert (rule.name, rule.probability, rule.by) == ("tenant, pay*", 0.6, ANN)
    assert firm.stale() == 2
    asked_again: list[object] = []
    monkeypatch.setattr(RuleLabeller, "label", lambda _self, passages: asked_again.append(passages))
    monkeypatch.setattr(model, "label", asked_again.append)
    done = firm.relabel()
    assert (done.documents, done.changed, firm.stale()) == (2, 1, 0)
    assert of_house(firm) == {("Minimum Commitment", f"house:{rule.id}", "speaks")}
    assert ("Minimum Commitment", f"house:{rule.id}") in firm.indexed()
    assert asked_again == []


def test_a_document_that_comes_later_is_labelled_by_the_rules_at_work(firm: Firm) -> None:
    rule = add(firm)
    firm.relabel()
    firm.office.write("other.txt", LEASE.replace("LEASE", "SUBLEASE"))
    firm.office.run()
    assert firm.stale() == 0
    with firm.office.engine.connect() as connection:
        assert claims(connection, [rule])[rule.id].speaks == 2


def test_the_same_words_are_the_same_rule_and_a_retired_one_may_come_back(firm: Firm) -> None:
    one = add(firm)
    assert add(firm, asked(Written(near=("Tenant", "PAY*"), within=4), name="again")) == one
    firm.relabel()
    gone = retire(firm, one.id[:6])
    assert gone.retired == Retired(ANN, AT, "too broad")
    assert retire(firm, one.id) == gone
    firm.relabel()
    assert (of_house(firm), firm.stale()) == (set(), 0)
    back = add(firm, asked(name="again"))
    assert (back.id, back.name, back.retired) == (one.id, "again", None)
    firm.relabel()
    assert of_house(firm) == {("Minimum Commitment", f"house:{one.id}", "speaks")}


def test_the_model_keeps_its_claims_and_what_it_said_when_a_rule_comes_and_goes(firm: Firm) -> None:
    firm.use(model_bytes(LAW))
    firm.relabel()
    before = firm.said()
    law = add(firm, asked(Written(any=("laws of delaware",)), "Governing Law"))
    firm.relabel()
    assert of_house(firm) == {("Governing Law", f"house:{law.id}", "outvoted")}
    assert before < firm.said()
    retire(firm, law.id)
    firm.relabel()
    assert firm.said() == before


def test_relabelling_by_a_rule_alone_gives_what_labelling_all_anew_gives(firm: Firm) -> None:
    unsure = {"Governing Law": {"word": "delaware", "probability": 0.4}}
    firm.use(model_bytes(unsure))
    firm.relabel()
    add(firm, asked(Written(any=("laws of delaware",)), "Governing Law"))
    add(firm)
    firm.relabel()
    stepwise = firm.said()
    with writing(firm.office.engine) as connection:
        connection.execute(schema.documents.update().values(labelled_by=""))
    firm.relabel()
    assert firm.said() == stepwise


def test_bad_input_is_refused_with_the_field_that_is_wrong(firm: Firm) -> None:
    with pytest.raises(HouseRuleError) as wrong:
        add(firm, asked(Written(), "Nonsense", collection="nowhere"))
    assert set(wrong.value.problems) == {"any", "label", "collection"}
    with pytest.raises(HouseRuleError, match=r"name: This has 121 characters; at most 120 fit\."):
        add(firm, asked(name="x" * 121))
    with pytest.raises(HouseRuleError, match="There is no rule 'zz'"):
        retire(firm, "zz")


def test_a_preview_counts_matches_what_people_said_of_them_and_shows_the_words(firm: Firm) -> None:
    judge(firm, "1" * 32, applies=False)
    with firm.office.engine.connect() as connection:
        found = preview(connection, asked())
    assert (found.passages, found.documents, found.labelled, found.right, found.judged) == (1, 1, 0, 0, 1)
    assert [trigger.text for trigger in found.examples[0].triggers] == ["tenant", "pay"]
    assert house_rules_of(firm) == []


def test_a_rule_that_matches_nearly_everything_is_refused(
    firm: Firm, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("indexer.house.preview.FREE", 1)
    with firm.office.engine.connect() as connection:
        found = preview(connection, asked(Written(any=("shall", "the"))))
    assert found.too_many
    with pytest.raises(HouseRuleError, match="This matches more than"):
        check(found)


def test_ten_answers_about_its_claims_give_a_rule_its_measured_probability(firm: Firm) -> None:
    rule = add(firm)
    firm.relabel()
    for number in range(9):
        judge(firm, f"{number:032x}", applies=number > 0)
    assert measured(firm.office.engine, firm.office.clock()) == 0
    with firm.office.engine.connect() as connection:
        found = questions(connection, "contracts", firm.packs["contracts"].labels, 1)
    assert Kind.HOUSE not in {each.kind for each in found}  # people disagree about it, which is asked first
    judge(firm, "f" * 32, applies=True)
    assert measured(firm.office.engine, firm.office.clock()) == 1
    assert measured(firm.office.engine, firm.office.clock()) == 0
    (now,) = house_rules_of(firm)
    assert (now.right, now.judged, now.probability) == (9, 10, (9 + 6) / 20)
    firm.relabel()
    assert ("Minimum Commitment", "house", "speaks", 0.75) in firm.said()
    with firm.office.engine.connect() as connection:
        assert judged_claims(connection, [rule])[rule.id].right == 9


def test_the_review_asks_about_a_new_rule_before_what_the_model_is_unsure_of(firm: Firm) -> None:
    add(firm)
    firm.relabel()
    with firm.office.engine.connect() as connection:
        (first,) = questions(connection, "contracts", firm.packs["contracts"].labels, 1)
    assert (first.kind, first.label, first.key) == (
        Kind.HOUSE, "Minimum Commitment", key_of(firm, "tenant shall pay"),
    )  # fmt: skip


def test_so_many_rules_fit_and_no_more(firm: Firm, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(house_journal, "MOST_RULES", 1)
    add(firm)
    with pytest.raises(
        HouseRuleError, match="1 rules are at work in contracts, and no more fit; retire some"
    ):
        add(firm, asked(Written(any=("fee",))))


def house_rules_of(firm: Firm) -> list[HouseRule]:
    with firm.office.engine.connect() as connection:
        return house_rules(connection, "contracts")


def test_a_report_tells_of_every_rule_what_it_covers_overlaps_adds_and_how_right_it_is(firm: Firm) -> None:
    firm.use(model_bytes(LAW))
    firm.relabel()
    law = add(firm, asked(Written(any=("laws of delaware",)), "Governing Law"))
    rent = add(firm)
    judge(firm, "1" * 32, applies=False)
    office, pack = firm.office, firm.packs["contracts"]
    made = make_report(office.engine, "contracts", pack, AT, lambda *_: None)
    figures = {each.rule: each for each in made.rules}
    assert made.passages == 4
    assert (figures[law.id].covers, figures[law.id].overlaps, figures[law.id].adds) == (1, 1, 0)
    own = figures[rent.id]
    assert (own.house, own.covers, own.overlaps, own.adds) == (True, 1, 0, 1)
    assert (own.right, own.judged, own.against_people) == (0, 1, 1)
    assert (own.low, round(own.high, 2)) == (0.0, 0.79)
    with office.engine.connect() as connection:
        assert last_report(connection, "contracts") == made
        assert last_report(connection, "mails") is None
        assert state_of(connection, "contracts", pack) == made.state
    retire(firm, rent.id)
    with office.engine.connect() as connection:
        assert state_of(connection, "contracts", pack) != made.state
