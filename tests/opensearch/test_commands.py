"""The commands while OpenSearch is away, each in a process of its own; all is searchable by itself later."""

import json
import re
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from tests.opensearch.backend import prefix_of
from tests.opensearch.server import Node
from tests.opensearch.test_faults import restart
from tests.search_app.commands import empty_home, ended, run, start

pytestmark = pytest.mark.slow
LEASE = "LEASE\n\n1. Rent. The tenant shall pay the zebrawood rent and is liable for damages without limit.\n"


def fetched(url: str) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(url, timeout=60) as response:
            return response.status, response.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def test_a_server_that_is_down_at_the_start_is_said_and_becomes_ready_by_itself(
    own_node: Node, tmp_path: Path, encoder_cache: Path
) -> None:
    home = empty_home(tmp_path / "home", encoder_cache)
    (tmp_path / "lease.txt").write_text(LEASE)
    variables = {
        "CLAUSEWATCH_INDEX": "opensearch",
        "CLAUSEWATCH_OPENSEARCH_URL": own_node.url,
        "CLAUSEWATCH_OPENSEARCH_PREFIX": prefix_of(tmp_path),
        "CLAUSEWATCH_OPENSEARCH_ENGINE": "lucene",
        "CLAUSEWATCH_OPENSEARCH_REPLICAS": "0",
    }
    own_node.kill()
    process = None
    try:
        ingest = run(home, "ingest", str(tmp_path / "lease.txt"), "--json", **variables)
        assert ingest.returncode == 1, ingest.stderr
        assert "Recorded, and not searchable yet: OpenSearch at" in ingest.stderr
        assert "Traceback" not in ingest.stderr
        assert json.loads(ingest.stdout)["outcomes"]["indexed"] == 1
        status = run(home, "status", "--json", **variables)
        assert (status.returncode, json.loads(status.stdout)["searchable"]) == (1, False)
        said = run(home, "status", **variables).stdout
        assert f"index       opensearch: OpenSearch at {own_node.url} cannot be reached." in said
        assert "degraded    nothing can be searched" in said

        process = start(home, "serve", "--port", "0", **variables)
        assert process.stdout is not None
        address = re.search(r"http://\S+:\d+", process.stdout.readline())[0]  # type: ignore[index]
        assert fetched(f"{address}/health/live")[0] == 200
        assert fetched(f"{address}/health/ready")[0] == 503
        code, page = fetched(f"{address}/?q=zebrawood")
        assert (code, "Nothing can be searched now" in page) == (503, True)
        restart(own_node)
        deadline = time.monotonic() + 120
        while "zebrawood rent" not in (found := fetched(f"{address}/api/search?q=zebrawood"))[1]:
            assert time.monotonic() < deadline, found
            time.sleep(0.5)
        assert run(home, "status", **variables).returncode == 0
    finally:
        if process is not None:
            errors = ended(process)
        restart(own_node)
    assert "Nothing can be searched yet, which is tried again: OpenSearch at" in errors
    assert "Traceback" not in errors
    assert not (home / "index").exists()
