"""What is said of a cluster that cannot be reached."""

import socket
import subprocess
import sys
import time

import pytest

from indexer.errors import ClusterUnavailableError
from indexer.ray_cluster import connect


def test_without_ray_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(ClusterUnavailableError, match=r"pip install 'clausewatch\[ray\]'"):
        connect("127.0.0.1:6379")


@pytest.mark.parametrize("address", ["auto", "ray://127.0.0.1:10001", "127.0.0.1", "127.0.0.1:port", ":1"])
def test_an_address_that_is_none_is_refused(address: str) -> None:
    pytest.importorskip("ray", reason="Ray is not installed: make install")
    with pytest.raises(ClusterUnavailableError, match="expected host:port"):
        connect(address)


@pytest.mark.parametrize("port", [None, 99999])
def test_a_cluster_that_does_not_answer_is_named_with_its_address(port: int | None) -> None:
    pytest.importorskip("ray", reason="Ray is not installed: make install")
    with socket.socket() as taken:  # bound, and nobody listens
        taken.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{port or taken.getsockname()[1]}"
        with pytest.raises(ClusterUnavailableError, match=f"{address} cannot be reached"):
            connect(address)


STRANGER = """
from indexer.ray_cluster import session
session.JOIN_SECONDS = 3.0
try:
    session.connect("{address}")
except session.ClusterUnavailableError as error:
    print(error)
"""


@pytest.mark.slow
def test_a_server_that_is_no_ray_is_given_up_in_time() -> None:
    pytest.importorskip("ray", reason="Ray is not installed: make install")
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        address = f"127.0.0.1:{silent.getsockname()[1]}"
        started = time.monotonic()
        done = subprocess.run(
            [sys.executable, "-c", STRANGER.format(address=address)],
            capture_output=True, text=True, timeout=60, check=True,
        )  # fmt: skip
    assert f"{address} cannot be reached: no answer within 3 seconds" in done.stdout
    assert time.monotonic() - started < 30
