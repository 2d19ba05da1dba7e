"""The process that experiments run in: of its own, so that closing a terminal or a worker ends none."""

import subprocess
import sys

from indexer.experiments import experiments
from indexer.experiments.records import OPEN
from indexer.locks import EXPERIMENTS, holder
from search_app.compose import Parts

# Searches come first: the lowest priority.
_NICE = 19
_begun: list["subprocess.Popen[bytes]"] = []


def begin() -> None:
    """Starts a process that runs what waits; one that finds another at it ends at once."""
    arguments = ["nice", "-n", str(_NICE), sys.executable, "-m", "search_app.cli", "experiment", "work"]
    quiet = subprocess.DEVNULL
    _begun[:] = [each for each in _begun if each.poll() is None]
    _begun.append(
        subprocess.Popen(arguments, start_new_session=True, stdin=quiet, stdout=quiet, stderr=quiet)
    )


def take_up(parts: Parts) -> None:
    """Starts one where an experiment waits, or was left behind by a process that was killed."""
    with parts.engine.connect() as connection:
        left = any(each.state.value in OPEN for each in experiments(connection))
    if left and holder(parts.engine, parts.settings.home, EXPERIMENTS) is None:
        begin()
