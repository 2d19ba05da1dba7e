"""The connection of this process to a Ray cluster, and what Ray's errors mean."""

import importlib
import logging
import re
import socket
import threading
from queue import Empty, SimpleQueue
from typing import Any

from indexer.errors import ClusterUnavailableError, IndexerError
from models.errors import ModelsError

INSTALL = "Ray is not installed; run: pip install 'clausewatch[ray]'"
# Lost machines and processes are replaced so often for one task; then it counts as failed.
RETRIES = 3
_ADDRESS = re.compile(r"(\[[0-9A-Fa-f:]+\]|[\w.-]+):(\d{1,5})", re.ASCII)
_CONNECT_SECONDS = 5.0
# A driver waits half a minute for its own machine to be known to the cluster.
JOIN_SECONDS = 60.0


def library() -> Any:  # noqa: ANN401 - Ray's module, which has no types
    """Returns Ray; raises ClusterUnavailableError where it is not installed."""
    try:
        return importlib.import_module("ray")
    except ImportError as error:
        raise ClusterUnavailableError(INSTALL) from error


def connect(address: str) -> None:
    """Connects this process to the cluster, once; the machine must be one of the cluster's.

    Args:
        address: Host and port of the head node, "10.0.0.5:6379".

    Raises:
        ClusterUnavailableError: Ray is missing, the address is wrong, or nobody answers there.
    """
    ray = library()
    found = _ADDRESS.fullmatch(address)
    if found is None:
        raise ClusterUnavailableError(
            f"{address!r} is no address of a Ray cluster: expected host:port of its head node, 10.0.0.5:6379"
        )
    try:
        with socket.create_connection((found[1].strip("[]"), int(found[2])), _CONNECT_SECONDS):
            pass
        _join(ray, address)
    except (OSError, OverflowError, RuntimeError, ValueError, ray.exceptions.RayError) as error:
        raise ClusterUnavailableError(
            f"The Ray cluster at {address} cannot be reached: {_line(error)}. This machine must be part of "
            f"it: ray start --address={address}"
        ) from error
    processors()


def _join(ray: Any, address: str) -> None:  # noqa: ANN401
    """Connects, or gives up in time: Ray itself asks a server that is none for a quarter of an hour."""
    answers: SimpleQueue[Exception | None] = SimpleQueue()

    def join() -> None:
        try:
            ray.init(
                address=address,
                ignore_reinit_error=True,
                configure_logging=False,
                logging_level=logging.WARNING,
                log_to_driver=False,
            )
        except Exception as error:  # noqa: BLE001 - raised by whoever waits
            answers.put(error)
        else:
            answers.put(None)

    threading.Thread(target=join, name="ray", daemon=True).start()
    try:
        error = answers.get(timeout=JOIN_SECONDS)
    except Empty:
        raise TimeoutError(f"no answer within {JOIN_SECONDS:g} seconds") from None
    if error is not None:
        raise error


def processors() -> int:
    """Returns how many processors the cluster has. Raises ClusterUnavailableError where it has none."""
    ray = library()
    try:
        found = int(ray.cluster_resources().get("CPU", 0))
    except ray.exceptions.RayError as error:
        raise meaning(error) from error
    if found < 1:
        raise ClusterUnavailableError(
            "The Ray cluster has no processors: start a machine with ray start --address=…"
        )
    return found


def meaning(error: Exception) -> IndexerError | ModelsError:
    """Returns what an error of Ray means: one of ours, raised over there, or a failure of the cluster."""
    cause = getattr(error, "cause", None)
    if isinstance(cause, IndexerError | ModelsError):
        return cause
    return ClusterUnavailableError(
        f"The Ray cluster could not do its work: {_line(cause or error)}. Nothing is lost; see that its "
        "machines run with the same version of Clausewatch, and repeat the command"
    )


def _line(error: BaseException) -> str:
    text = str(error).strip().partition("\n")[0] or type(error).__name__
    return text[:300].rstrip(".")
