"""The services of the compose file as processes: their own commands and environments, on real servers.

Only what Docker would bring is put in its place: the addresses of the servers, the paths of the volumes
and of the secret, the port. The engine of the vectors is lucene, as the test server has no other.
"""

import json
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import requests
from sqlalchemy.engine import URL, make_url

from indexer.extract.tika import TikaServer
from tests.deployment.files import ROOT, example, filled, image_environment, instructions, services
from tests.opensearch.backend import prefix_of
from tests.postgres import new_database

pytestmark = pytest.mark.slow
WAIT_SECONDS = 180
# As a browser says it whose user opened the published port.
PUBLISHED = "localhost:18340"
CONTRACT = b"1. Penalty. The Supplier shall pay a zebra penalty of ten per cent for each week of delay.\n"


@dataclass
class Deployment:
    """Where the parts are, and the processes that run."""

    folder: Path
    variables: dict[str, str]
    replaced: dict[str, str]
    port: int
    password: str

    def environment(self, name: str) -> dict[str, str]:
        service = filled(services()[name]["environment"], example())
        found = {"PATH": "/usr/bin:/bin"} | {
            key: value for key, value in image_environment().items() if key != "PATH"
        }
        for key, value in service.items():
            found[key] = str(value)
        for old, new in self.replaced.items():
            found = {key: value.replace(old, new) for key, value in found.items()}
        return found | self.variables

    def start(self, name: str, command: list[str] | None = None) -> subprocess.Popen[str]:
        """Starts a service with its command, or with another one."""
        [entry] = json.loads(dict(instructions())["ENTRYPOINT"])
        assert entry == "clausewatch"
        words = [sys.executable, "-m", "search_app.cli", *(command or services()[name]["command"])]
        with (self.folder / f"{name}.log").open("ab") as log:
            return subprocess.Popen(
                words, env=self.environment(name), cwd=ROOT, stdout=log, stderr=log, text=True
            )

    def healthy(self, name: str) -> bool:
        """Runs the health check of a service once."""
        kind, program, *words = services()[name]["healthcheck"]["test"]
        assert kind == "CMD"
        words = [word.replace(":8340", f":{self.port}") for word in words]
        start = {"python": [sys.executable], "clausewatch": [sys.executable, "-m", "search_app.cli"]}[program]
        done = subprocess.run(
            [*start, *words], env=self.environment(name), cwd=ROOT, capture_output=True, check=False
        )
        return done.returncode == 0

    def wait_healthy(self, name: str, process: subprocess.Popen[str]) -> None:
        deadline = time.monotonic() + WAIT_SECONDS
        while not self.healthy(name):
            assert process.poll() is None, self.log(name)
            assert time.monotonic() < deadline, self.log(name)
            time.sleep(0.5)

    def wait_ready(self) -> None:
        """Waits until searches can be answered: a web server that lives may still wait for the index."""
        deadline = time.monotonic() + WAIT_SECONDS
        while (answer := self.get("/health/ready")).status_code != 200:
            assert time.monotonic() < deadline, answer.text
            time.sleep(0.5)

    def log(self, name: str) -> str:
        return (self.folder / f"{name}.log").read_text()

    def get(self, address: str, host: str = PUBLISHED) -> requests.Response:
        return requests.get(f"http://127.0.0.1:{self.port}{address}", headers={"Host": host}, timeout=30)

    def find(self, word: str) -> dict[str, Any]:
        """Waits until a passage with a word is found, and returns the first."""
        deadline = time.monotonic() + WAIT_SECONDS
        while not (hits := self.get(f"/api/search?q={word}&mode=keyword").json()["hits"]):
            assert time.monotonic() < deadline, self.log("worker")
            time.sleep(0.2)
        found: dict[str, Any] = hits[0]
        return found


@pytest.fixture(scope="module")
def deployment(
    tmp_path_factory: pytest.TempPathFactory,
    encoder_cache: Path,
    postgres_database: URL,
    opensearch_url: str,
    tika: TikaServer,
) -> Deployment:
    folder = tmp_path_factory.mktemp("deployment")
    (folder / "home").mkdir()
    (folder / "password").write_text(f"{postgres_database.password}\n")
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = int(taken.getsockname()[1])
    place = f"{postgres_database.username}@{postgres_database.host}:{postgres_database.port}"
    replaced = {
        "clausewatch@postgres:5432/clausewatch": f"{place}/{postgres_database.database}",
        "/run/secrets/database-password": str(folder / "password"),
        "http://opensearch:9200": opensearch_url,
        "http://tika:9998": tika.url,
        "/var/lib/clausewatch": str(folder / "home"),
        "/opt/clausewatch/models": str(encoder_cache),
        "0.0.0.0": "127.0.0.1",
    }
    variables = {
        "CLAUSEWATCH_PORT": str(port),
        "CLAUSEWATCH_OPENSEARCH_ENGINE": "lucene",
        "CLAUSEWATCH_OPENSEARCH_PREFIX": prefix_of(folder),
    }
    return Deployment(folder, variables, replaced, port, str(postgres_database.password))


@pytest.fixture(scope="module")
def postgres_database(postgres_server: URL) -> Iterator[URL]:
    with new_database(postgres_server) as url:
        yield make_url(url)


@pytest.fixture(scope="module")
def running(deployment: Deployment) -> Iterator[dict[str, subprocess.Popen[str]]]:
    """Worker and web server, both well."""
    processes = {name: deployment.start(name) for name in ("worker", "web")}
    try:
        for name, process in processes.items():
            deployment.wait_healthy(name, process)
        deployment.wait_ready()
        yield processes
    finally:
        for process in processes.values():
            process.kill()
            process.wait()


def test_web_answers_at_the_published_port_and_not_to_other_names(
    deployment: Deployment, running: dict[str, subprocess.Popen[str]]
) -> None:
    health = deployment.get("/health").json()
    assert (health["live"], health["ready"]) == (True, True)
    said = {part["name"]: part["detail"] for part in health["parts"]}
    assert "postgresql" in said["records"]
    assert said["index"].startswith("opensearch")
    assert said["tika"].startswith(f"{deployment.replaced['http://tika:9998']} (Tika ")
    assert said["worker"].startswith(f"Runs as process {running['worker'].pid} ")
    for host in ("127.0.0.1:8340", "localhost", "localhost:80"):
        assert deployment.get("/", host).status_code == 200
    assert deployment.get("/", "evil.example").status_code == 400


@pytest.mark.usefixtures("running")
def test_an_upload_becomes_searchable_through_the_worker(deployment: Deployment) -> None:
    session = requests.Session()
    session.headers["Host"] = PUBLISHED
    base = f"http://127.0.0.1:{deployment.port}"
    form = session.get(f"{base}/upload", timeout=30).text
    token = re.search(r'name="csrf_token" value="([^"]+)"', form)
    assert token is not None
    sent = session.post(
        f"{base}/upload",
        data={"csrf_token": token[1], "collection": "contracts"},
        files={"files": ("penalty.txt", CONTRACT, "text/plain")},
        headers={"Origin": f"http://{PUBLISHED}"},
        allow_redirects=False,
        timeout=30,
    )
    assert sent.status_code == 303, sent.text
    assert re.fullmatch(r"/runs/[0-9a-f]{32}", sent.headers["Location"])
    hit = deployment.find("zebra")
    assert "zebra penalty" in hit["text"]
    original = deployment.get(f"/documents/{hit['document']}/original")
    assert original.content == CONTRACT


def test_a_folder_that_another_command_names_is_watched_by_the_worker(
    deployment: Deployment, running: dict[str, subprocess.Popen[str]]
) -> None:
    documents = deployment.folder / "documents"
    documents.mkdir()
    (documents / "lease.txt").write_text("2. The Tenant shall keep a giraffe insured.\n")
    command = deployment.start("worker", ["ingest", str(documents), "--watch"])
    assert command.wait(WAIT_SECONDS) == 1
    assert f"A worker already runs here: process {running['worker'].pid}" in deployment.log("worker")
    assert "giraffe" in deployment.find("giraffe")["text"]
    (documents / "sale.txt").write_text("3. The Seller shall deliver one walrus.\n")
    assert "walrus" in deployment.find("walrus")["text"]
    (documents / "notice.rtf").write_text(r"{\rtf1\ansi 4. Either party may give notice by ostrich.\par}")
    assert "ostrich" in deployment.find("ostrich")["text"]


def test_each_service_ends_in_time_when_it_is_stopped_and_the_check_tells(
    deployment: Deployment, running: dict[str, subprocess.Popen[str]]
) -> None:
    running["worker"].send_signal(signal.SIGTERM)
    assert running["worker"].wait(60) == 0
    assert not deployment.healthy("worker")
    assert deployment.healthy("web")
    running["web"].send_signal(signal.SIGTERM)
    assert running["web"].wait(60) == 0
    assert not deployment.healthy("web")
    for name in running:
        assert deployment.password not in deployment.log(name)
