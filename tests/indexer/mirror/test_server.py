"""A real tracking server on loopback is told the same as a database."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from mlflow import MlflowClient

from indexer.mirror import Access, Mirror, Mirrored, MlflowStore
from tests.indexer.mirror.conftest import FIRST, Lab, silent

pytest.importorskip("flask_cors", reason="the server of MLflow needs flask-cors: make install")
pytestmark = pytest.mark.slow
START_SECONDS = 90
# MLflow's own application; its command also starts jobs, for which the small package has no libraries.
SERVER = "import sys, waitress; from mlflow.server import app; waitress.serve(app, port=int(sys.argv[1]))"


@pytest.fixture
def server(lab: Lab) -> Iterator[str]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    folder = lab.folder / "server"
    folder.mkdir()
    (lab.folder / "mlflow" / "mlflow.db").rename(folder / "mlflow.db")
    environment = {
        **os.environ,
        "_MLFLOW_SERVER_FILE_STORE": f"sqlite:///{folder / 'mlflow.db'}",
        "_MLFLOW_SERVER_ARTIFACT_ROOT": "mlflow-artifacts:/",
        "_MLFLOW_SERVER_ARTIFACT_DESTINATION": str(folder / "artefacts"),
        "_MLFLOW_SERVER_SERVE_ARTIFACTS": "true",
    }
    command = [sys.executable, "-c", SERVER.replace("port=", "host='127.0.0.1', port="), str(port)]
    log = (lab.folder / "server.log").open("wb")
    with log, subprocess.Popen(command, env=environment, stdout=log, stderr=log) as process:
        try:
            _wait(f"http://127.0.0.1:{port}", process, lab.folder / "server.log")
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()


def _wait(url: str, process: "subprocess.Popen[bytes]", log: Path) -> None:
    for _ in range(START_SECONDS * 2):
        assert process.poll() is None, log.read_text()
        try:
            requests.get(f"{url}/health", timeout=2).raise_for_status()
        except requests.RequestException:
            time.sleep(0.5)
        else:
            return
    raise AssertionError(f"the server did not start: {log.read_text()[-2000:]}")


def test_a_server_is_told_runs_files_and_the_champion(lab: Lab, server: str) -> None:
    version = lab.promoted(FIRST)
    engine = lab.registry._engine
    mirror = Mirror(engine, lab.folder, MlflowStore(Access(server)), lambda name: f"c{len(name)}", "cw")
    assert mirror.run(silent) == Mirrored(runs=1, versions=1, all_runs=1)
    assert mirror.run(silent) == Mirrored(runs=0, versions=0, all_runs=1)
    champion = MlflowClient(server, server).get_model_version_by_alias("cw-classifier-contracts", "champion")
    assert champion.tags["version"] == version
    [card] = (lab.folder / "server" / "artefacts").rglob("card.json")
    assert b'"four invented contracts"' in card.read_bytes()
