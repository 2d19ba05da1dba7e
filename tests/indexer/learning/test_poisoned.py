"""Poisoned decisions against the classifier that ships: a third of them flipped, and all of a label's."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import select

from indexer.decisions import Action, Asked, Origin, decide
from indexer.learning import Learner, LearningRun, State, Why, ask
from indexer.learning.judge import answers
from indexer.records import schema
from indexer.records.database import writing
from indexer.registry import ProductModels, Registry
from models.packs import golden_passages
from tests.indexer.decisions.test_decide import AT
from tests.indexer.ingest.office import Office, make_office
from tests.indexer.learning.test_learn import School

SAMPLES = Path(__file__).resolve().parents[3] / "samples" / "documents"

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


@pytest.fixture
def school(tmp_path: Path) -> Iterator[School]:
    """The samples, labelled by the shipped classifier that needs no reader."""
    office: Office = make_office(tmp_path)
    registry = Registry(office.engine, office.blobs, ProductModels(), office.clock)
    office = replace(office, ingest=replace(office.ingest, classifiers=registry))
    office.run(SAMPLES)
    learner = Learner(
        office.engine,
        office.blobs,
        registry,
        ProductModels(),
        office.encoder,
        office.ingest.packs,
        True,
        office.clock,
    )
    yield School(office, registry, learner)
    office.engine.dispose()


def claims(school: School) -> list[tuple[int, str]]:
    predictions = schema.predictions
    query = select(predictions.c.chunk, predictions.c.label).where(
        predictions.c.source == "model", predictions.c.standing == "speaks"
    )
    with school.office.engine.connect() as connection:
        return [
            (row.chunk, row.label)
            for row in connection.execute(query.order_by(predictions.c.chunk, predictions.c.label))
        ]


def say(school: School, said: list[tuple[int, str, bool]]) -> LearningRun:
    """Makes decisions and learns from them."""
    with writing(school.office.engine) as connection:
        for number, (key, label, applies) in enumerate(said):
            action = Action.CONFIRM if applies else Action.DISMISS
            asked = Asked(f"act-{number}", action, key, label, "robot", AT, Origin.SEARCH)
            decide(connection, asked, school.learner.packs)
        run = ask(connection, "contracts", "robot", Why.DEMAND, AT)
    return school.learner.run(run)


def golden_right(school: School) -> tuple[int, int]:
    """How many claims on the golden set are right, and how many there are, by what labels now."""
    classifier = school.registry.load(school.used())
    labels = list(classifier.card.labels)
    golden = golden_passages("contracts")
    claimed = np.concatenate([answers(classifier, [each.passage], labels).claims for each in golden])
    truth = np.array([[label in each.labels for label in labels] for each in golden])
    return int((claimed & truth).sum()), int(claimed.sum())


def test_a_third_of_the_decisions_flipped_does_no_harm_elsewhere(school: School) -> None:
    before = golden_right(school)
    found = claims(school)
    assert len(found) >= 40
    say(school, [(key, label, number % 3 != 0) for number, (key, label) in enumerate(found)])
    after = golden_right(school)
    assert before[0] - after[0] <= 2
    assert after[1] - after[0] <= before[1] - before[0]


def test_a_robot_that_claims_a_label_everywhere_changes_nothing_elsewhere(school: School) -> None:
    chunks = schema.chunks
    with school.office.engine.connect() as connection:
        keys = list(connection.scalars(select(chunks.c.key).order_by(chunks.c.key)))
    before = golden_right(school)
    done = say(school, [(key, "Governing Law", True) for key in keys])
    after = golden_right(school)
    assert done.state is State.PROMOTED, "nothing that can be compared became worse"
    assert after == before
