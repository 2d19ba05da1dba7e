"""MLflow shows what the records hold: each fact once, whatever was killed, and no person's name."""

from datetime import UTC, datetime

import pytest
from mlflow.entities import Run

from indexer.code_version import code_version
from indexer.errors import MirrorError, WriterBusyError
from indexer.learning import State, Why, ask
from indexer.learning.runs import note
from indexer.locks import MIRROR, held
from indexer.mirror import Access, Mirror, Mirrored, MlflowStore
from indexer.mirror.store import DIGEST
from indexer.model_figures import Measurement, Took, take_down
from indexer.records import schema
from indexer.records.database import writing
from tests.indexer.mirror.conftest import FIRST, PERSON, SECOND, Lab, silent

pytestmark = pytest.mark.slow
MODEL = "cw-classifier-contracts"


def runs(lab: Lab, experiment: str) -> list[Run]:
    found = lab.client.get_experiment_by_name(experiment)
    return list(lab.client.search_runs([found.experiment_id], order_by=["start_time"])) if found else []


def test_a_version_has_its_parameters_figures_dataset_and_code(lab: Lab) -> None:
    version = lab.promoted(FIRST)
    assert lab.mirror.run(silent) == Mirrored(runs=1, versions=1, all_runs=1)
    [run] = runs(lab, "cw/classifier/contracts")
    assert run.info.run_name == version
    assert run.data.params["seed"] == "7"
    assert run.data.params["data_name"] == "four invented contracts"
    assert run.data.params["origin"] == "trained"
    assert run.data.metrics["macro_ap"] == 0.7
    assert run.data.metrics["label/Governing Law/average_precision"] == 0.75
    assert run.data.tags["dataset"] == "d" * 64
    assert run.data.tags["code"] == code_version()
    [used] = run.inputs.dataset_inputs
    assert (used.dataset.name, used.dataset.digest) == ("four invented contracts", "d" * 36)
    [file] = lab.client.list_artifacts(run.info.run_id)
    assert file.path == "card.json"
    assert run.info.end_time == 1769850001000  # 2026-01-31T09:00:01Z, when it was registered


def test_telling_twice_changes_nothing_also_from_another_process(lab: Lab) -> None:
    lab.promoted(FIRST)
    lab.mirror.run(silent)
    assert lab.mirror.run(silent) == Mirrored(runs=0, versions=0, all_runs=1)
    assert lab.again().run(silent) == Mirrored(runs=0, versions=0, all_runs=1)
    assert len(runs(lab, "cw/classifier/contracts")) == 1


def test_the_champion_follows_promotion_and_rollback(lab: Lab) -> None:
    first, second = lab.promoted(FIRST), lab.promoted(SECOND)
    lab.mirror.run(silent)
    assert lab.client.get_model_version_by_alias(MODEL, "champion").tags["version"] == second
    lab.registry.rollback("contracts")
    lab.mirror.catch_up(silent)
    assert lab.client.get_model_version_by_alias(MODEL, "champion").tags["version"] == first
    told = lab.client.get_registered_model(MODEL).description.splitlines()
    assert "gone back to" in told[2]
    assert "promoted" in told[3]


def test_what_waits_for_approval_is_the_challenger_until_it_is_decided(lab: Lab) -> None:
    first = lab.promoted(FIRST)
    second = lab.registry.register(SECOND, lab.registry.find(first).origin).version
    with writing(lab.registry._engine) as connection:
        number = ask(connection, "contracts", PERSON, Why.DEMAND, "2026-01-31T10:00:00.000Z")
        ended = {"started_at": "2026-01-31T10:00:01.000Z", "finished_at": "2026-01-31T10:00:31.000Z"}
        report = (
            '{"passed": true, "checks": [{"name": "decisions", "passed": true, "words": "8 of 8"}],'
            ' "preview": {"passages": 20, "gained": {"Governing Law": 3}, "lost": {},'
            ' "examples": [{"key": 77123, "label": "Governing Law", "gained": true}]}}'
        )
        note(connection, number, state=State.APPROVAL.value, version=second, report=report, **ended)
    lab.mirror.run(silent)
    assert lab.client.get_model_version_by_alias(MODEL, "challenger").tags["version"] == second
    [run] = runs(lab, "cw/learning/contracts")
    assert run.data.metrics == {
        "check/decisions": 1.0,
        "preview/passages": 20.0,
        "preview/gained/Governing Law": 3.0,
    }
    assert run.data.tags["asked_by"] == "c13"
    with writing(lab.registry._engine) as connection:
        note(connection, number, state=State.PROMOTED.value)
    lab.registry.promote(second, "approved", PERSON)
    lab.mirror.run(silent)
    found = lab.client.get_registered_model(MODEL)
    assert {alias: int(number) for alias, number in found.aliases.items()} == {"champion": 2}
    [run] = runs(lab, "cw/learning/contracts")
    assert run.data.tags["state"] == "promoted"
    places = [path for path in (lab.folder / "mlflow").rglob("*") if path.is_file()]
    assert places
    assert not [path for path in places if b"77123" in path.read_bytes()]


def test_what_labels_beside_the_one_in_use_is_the_challenger(lab: Lab) -> None:
    first = lab.promoted(FIRST)
    second = lab.registry.register(SECOND, lab.registry.find(first).origin).version
    lab.mirror.catch_up(silent)
    assert list(lab.client.get_registered_model(MODEL).aliases) == ["champion"]
    with writing(lab.registry._engine) as connection:
        row = {"pack": "contracts", "version": second, "since": "2026-01-31T10:00:00.000Z", "by": PERSON}
        connection.execute(schema.shadows.insert(), [row])
    lab.mirror.catch_up(silent)
    assert lab.client.get_model_version_by_alias(MODEL, "challenger").tags["version"] == second


def test_no_name_of_a_person_and_nothing_that_one_wrote_leaves_the_records(lab: Lab) -> None:
    lab.promoted(FIRST)
    lab.mirror.run(silent)
    places = [path for path in (lab.folder / "mlflow").rglob("*") if path.is_file()]
    for secret in (PERSON.encode(), b"Acme"):
        assert not [path for path in places if secret in path.read_bytes()]


def test_a_run_that_was_cut_short_and_one_that_was_deleted_are_told_again(lab: Lab) -> None:
    lab.promoted(FIRST), lab.promoted(SECOND)
    lab.mirror.run(silent)
    cut, lost = runs(lab, "cw/classifier/contracts")
    lab.client.delete_tag(cut.info.run_id, DIGEST)  # it is written last
    lab.client.delete_run(lost.info.run_id)
    assert lab.again().run(silent) == Mirrored(runs=2, versions=0, all_runs=2)
    now = runs(lab, "cw/classifier/contracts")
    assert len(now) == 2
    assert now[0].data.metrics == cut.data.metrics
    assert len(lab.client.get_metric_history(cut.info.run_id, "macro_ap")) == 1


def test_what_a_command_measured_is_a_run_with_its_figures(lab: Lab) -> None:
    took = Took.since(datetime(2026, 1, 31, 9, tzinfo=UTC), datetime(2026, 1, 31, 9, 1, 30, tzinfo=UTC))
    figures = {"hybrid/ndcg@5": 0.63, "odd (name)/p": 0.5}
    measured = Measurement("evaluate-retrieval", "ranker:abc", took, "acord", {"queries": "57"}, figures)
    take_down(lab.registry._engine, measured)
    lab.mirror.catch_up(silent)
    [run] = runs(lab, "cw/evaluate-retrieval")
    assert run.data.metrics == {"hybrid/ndcg_at_5": 0.63, "odd -name-/p": 0.5, "seconds": 90.0}
    assert run.data.params == {"queries": "57"}


def test_a_server_that_is_away_is_said_and_told_later(lab: Lab) -> None:
    lab.promoted(FIRST)
    away = Mirror(
        lab.registry._engine, lab.folder, MlflowStore(Access("http://127.0.0.1:9")), lambda name: name, "cw"
    )
    with pytest.raises(
        MirrorError, match=r"MLflow at http://127.0.0.1:9 was not told everything.*told later"
    ):
        away.run(silent)
    assert lab.mirror.run(silent) == Mirrored(runs=1, versions=1, all_runs=1)


def test_two_processes_do_not_tell_at_once(lab: Lab) -> None:
    with (
        held(lab.registry._engine, lab.folder, MIRROR, "telling MLflow"),
        pytest.raises(WriterBusyError, match="telling MLflow"),
    ):
        lab.mirror.run(silent)


def test_without_news_nothing_is_asked_of_mlflow(lab: Lab) -> None:
    lab.promoted(FIRST)
    lab.mirror.catch_up(silent)
    (lab.folder / "mlflow" / "mlflow.db").unlink()
    lab.mirror.catch_up(silent)
    assert not (lab.folder / "mlflow" / "mlflow.db").exists()
