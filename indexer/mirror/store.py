"""MLflow's tracking and registry: a database under home, or a server.

MLflow finds out by itself how far it is: every run of ours carries its key and the digest of what it tells,
which is written last. So one that was cut short, or deleted, is told again.
"""

import json
import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from indexer.errors import MirrorError
from indexer.mirror.facts import Fact, Model

if TYPE_CHECKING:
    from mlflow import MlflowClient

INSTALL = "MLflow needs the package mlflow-skinny; run: pip install 'clausewatch[mlflow]'"
KEY, DIGEST = "clausewatch.key", "clausewatch.digest"
# Its pages show models that were trained otherwise than conversations of assistants.
KIND, TRAINING = "mlflow.experimentKind", "custom_model_development"
# MLflow takes so many at once.
_METRICS, _PARAMETERS, _PAGE = 1000, 100, 1000
_LONGEST_DIGEST = 36
_SECONDS, _RETRIES = "20", "2"


@dataclass(frozen=True, slots=True)
class Access:
    """Where MLflow is, and how to be let in.

    Attributes:
        uri: Of the tracking server or database.
        artefacts: Folder of what belongs to runs; None where the server keeps it.
    """

    uri: str
    artefacts: Path | None = None
    user: str = ""
    password_file: str = ""
    token_file: str = ""


@dataclass(frozen=True, slots=True)
class _Known:
    run: str
    digest: str
    parameters: Mapping[str, str]


class MlflowStore:
    """Tells MLflow of runs and models; opened at the first use.

    Raises:
        MirrorError: From every method: MLflow is not installed, does not answer, or refuses.
    """

    def __init__(self, access: Access) -> None:
        self._access = access
        self._client: MlflowClient | None = None
        self._runs: dict[str, dict[str, _Known]] = {}

    def look(self) -> None:
        """Forgets what was known of MLflow, so that it is read anew."""
        self._runs = {}

    def tell(self, fact: Fact) -> bool:
        """Writes a run where it is not there as it should be; returns whether it was written."""
        with self._translated():
            known = self._of(fact.experiment).get(fact.key)
            if known is not None and known.digest == fact.digest:
                return False
            self._write(fact, known)
            return True

    def tell_model(self, model: Model, experiments: Mapping[str, str]) -> int:
        """Brings a model of the registry up to ours; returns how many versions were added.

        Args:
            model: Its versions, each of whose runs is told already.
            experiments: Of each run, by its key.
        """
        with self._translated():
            return self._bring_up(model, experiments)

    def _bring_up(self, model: Model, experiments: Mapping[str, str]) -> int:
        client = self._opened()
        if not client.search_registered_models(f"name = '{model.name}'"):
            client.create_registered_model(model.name)
        there = {each.tags.get("version", ""): each for each in self._versions(model.name)}
        added = 0
        for entry in model.entries:
            if entry.version not in there:
                run = client.get_run(self._of(experiments[entry.run])[entry.run].run)
                there[entry.version] = client.create_model_version(
                    model.name, run.info.artifact_uri, run.info.run_id, tags=dict(entry.tags)
                )
                added += 1
        found = client.get_registered_model(model.name)
        if (found.description or "") != model.description:
            client.update_registered_model(model.name, model.description)
        wanted = {alias: str(there[version].version) for alias, version in model.aliases.items()}
        for alias in found.aliases.keys() - wanted.keys() & {"champion", "challenger"}:
            client.delete_registered_model_alias(model.name, alias)
        for alias, number in wanted.items():
            if str(found.aliases.get(alias)) != number:
                client.set_registered_model_alias(model.name, alias, number)
        return added

    def _versions(self, name: str) -> Iterator[Any]:
        token = None
        while True:
            page = self._opened().search_model_versions(f"name = '{name}'", page_token=token)
            yield from page
            token = page.token
            if not token:
                return

    def _write(self, fact: Fact, known: _Known | None) -> None:
        from mlflow.entities import Dataset, DatasetInput, Metric, Param, RunTag  # noqa: PLC0415

        client, started, ended = self._opened(), _milliseconds(fact.started), _milliseconds(fact.ended)
        if known is None:
            tags = {KEY: fact.key, "mlflow.runName": fact.name}
            made = client.create_run(self._experiment(fact.experiment), started, tags, fact.name)
            known = self._runs[fact.experiment][fact.key] = _Known(made.info.run_id, "", {})
        run = known.run
        parameters = [
            Param(name, value) for name, value in fact.parameters.items() if name not in known.parameters
        ]
        metrics = [Metric(name, value, ended, 0) for name, value in fact.metrics.items()]
        for at in range(0, len(parameters), _PARAMETERS):
            client.log_batch(run, params=parameters[at : at + _PARAMETERS])
        for at in range(0, len(metrics), _METRICS):
            client.log_batch(run, metrics=metrics[at : at + _METRICS])
        name, digest = fact.dataset
        if digest and known.digest == "":
            source = json.dumps({"sha256": digest})
            dataset = Dataset(name or "data", digest[:_LONGEST_DIGEST], "clausewatch", source)
            client.log_inputs(run, datasets=[DatasetInput(dataset)])
        for file, content in fact.documents.items():
            client.log_dict(run, content, file)
        client.log_batch(run, tags=[RunTag(name, value) for name, value in fact.tags.items()])
        client.set_terminated(run, "FAILED" if fact.failed else "FINISHED", ended)
        client.set_tag(run, DIGEST, fact.digest)
        self._runs[fact.experiment][fact.key] = _Known(run, fact.digest, fact.parameters)

    def _of(self, experiment: str) -> dict[str, _Known]:
        """Returns what MLflow has of an experiment, by our keys."""
        if experiment not in self._runs:
            client, token, found = self._opened(), None, {}
            number = self._experiment(experiment)
            while True:
                page = client.search_runs([number], max_results=_PAGE, page_token=token)
                for run in page:
                    tags = run.data.tags
                    if KEY in tags:
                        found[tags[KEY]] = _Known(run.info.run_id, tags.get(DIGEST, ""), run.data.params)
                token = page.token
                if not token:
                    break
            self._runs[experiment] = found
        return self._runs[experiment]

    def _experiment(self, name: str) -> str:
        client = self._opened()
        found = client.get_experiment_by_name(name)
        if found is None:
            folder = self._access.artefacts
            place = (folder / name.replace("/", "-")).resolve().as_uri() if folder else None
            return str(client.create_experiment(name, place, {KIND: TRAINING}))
        if found.lifecycle_stage != "active":
            client.restore_experiment(found.experiment_id)
        return str(found.experiment_id)

    def _opened(self) -> "MlflowClient":
        if self._client is None:
            self._client = _connected(self._access)
        return self._client

    @contextmanager
    def _translated(self) -> Iterator[None]:
        # MLflow's modules take a second to import: whoever comes here has need of them anyway.
        try:
            from mlflow.exceptions import MlflowException  # noqa: PLC0415
            from sqlalchemy.exc import SQLAlchemyError  # noqa: PLC0415
        except ImportError:
            raise MirrorError(INSTALL) from None
        try:
            yield
        except (MlflowException, SQLAlchemyError, OSError) as error:
            self._client, self._runs = None, {}
            reason = str(error).splitlines()[0].partition(" (Caused by")[0][:300]
            raise MirrorError(
                f"MLflow at {self._access.uri} was not told everything: {reason}. Nothing is lost: it is "
                "told later, or by clausewatch models mirror."
            ) from error


def _connected(access: Access) -> "MlflowClient":
    from mlflow import MlflowClient, environment_variables  # noqa: PLC0415

    logging.getLogger("mlflow").setLevel(logging.WARNING)
    for variable, value in (
        (environment_variables.MLFLOW_HTTP_REQUEST_TIMEOUT, _SECONDS),
        (environment_variables.MLFLOW_HTTP_REQUEST_MAX_RETRIES, _RETRIES),
        (environment_variables.MLFLOW_TRACKING_USERNAME, access.user),
        (environment_variables.MLFLOW_TRACKING_PASSWORD, _secret(access.password_file)),
        (environment_variables.MLFLOW_TRACKING_TOKEN, _secret(access.token_file)),
    ):
        if value:
            variable.set(value)  # type: ignore[no-untyped-call]
    if access.artefacts is not None:
        access.artefacts.mkdir(parents=True, exist_ok=True)
    return MlflowClient(access.uri, access.uri)


def _secret(file: str) -> str:
    if not file:
        return ""
    lines = Path(file).read_text(encoding="utf-8").splitlines()
    if not lines or not lines[0].strip():
        raise MirrorError(f"The file {file}, which lets in to MLflow, is empty.")
    return lines[0].strip()


def _milliseconds(at: str) -> int:
    return int(datetime.fromisoformat(at).timestamp() * 1000)
