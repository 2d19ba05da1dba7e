"""kill -9 at random moments, then run again: is everything as if nothing had happened?

python -m benchmarks.kill FOLDER… [--ingests 30] [--rebuilds 10] [--seed N]

An undisturbed ingest is the reference. Then ingests are started over and over on one home and killed with
their whole process group; when one gets through, its home is compared with the reference (documents,
chunks with texts and labels, and the answers to queries drawn from the texts) and the next home begins.
Rebuilds are killed likewise on a finished home.
"""

import argparse
import hashlib
import os
import random
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from sqlalchemy import select

from benchmarks.http_search import sample_queries
from indexer.records.database import open_records
from indexer.records.schema import chunks, documents, predictions
from search_app.compose import compose
from search_app.results import Mode, SearchRequest
from search_app.settings import Settings, load_settings

Check = Callable[[Path], bool]


def empty_home(home: Path, models: Path) -> Path:
    """Makes a home that has the exported encoder of another, since exporting is not what is tried here."""
    home.mkdir()
    (home / "models").symlink_to(models.resolve())
    return home


def start(home: Path, arguments: list[str]) -> subprocess.Popen[bytes]:
    """Starts a command in a process group of its own."""
    environment = os.environ | {"CLAUSEWATCH_HOME": str(home)}
    command = [sys.executable, "-m", "search_app.cli", *arguments]
    quiet = subprocess.DEVNULL
    return subprocess.Popen(command, env=environment, stdout=quiet, stderr=quiet, start_new_session=True)


def killed(process: subprocess.Popen[bytes], after: float) -> bool:
    """Kills the process group after some seconds; returns False if it had ended before."""
    try:
        process.wait(after)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        return True
    return False


def content(home: Path) -> str:
    """Returns a hash over documents, chunks and labels, in an order that does not depend on time."""
    state = hashlib.sha256()
    statements = (
        select(documents.c.id, documents.c.title, documents.c.status).order_by(documents.c.id),
        select(chunks.c.key, chunks.c.id, chunks.c.section, chunks.c.text).order_by(chunks.c.key),
        select(predictions.c.chunk, predictions.c.label, predictions.c.probability).order_by(
            predictions.c.chunk, predictions.c.label, predictions.c.source
        ),
    )
    with open_records(f"sqlite:///{home / 'records.sqlite'}").connect() as connection:
        for statement in statements:
            for row in connection.execute(statement):
                state.update(repr(tuple(row)).encode())
    return state.hexdigest()


def answers(home: Path, queries: list[str]) -> str:
    """Returns a hash over the ranked answers (keys, scores to five digits) of all three modes."""
    parts = compose(Settings(home=home))
    state = hashlib.sha256()
    for query in queries:
        for mode in Mode:
            page = parts.searcher.search(SearchRequest(query, mode=mode, limit=20))
            found = [(hit.key, round(hit.score, 5)) for hit in page.hits]
            state.update(repr((page.total, page.by_words, found)).encode())
    return state.hexdigest()


def kill_ingests(folder: Path, inputs: list[str], kills: int, rng: random.Random, same: Check) -> int:
    """Kills ``kills`` ingests at random moments; returns how many finished homes were not the same."""
    wrong = trials = homes = 0
    while trials < kills:
        home, homes = empty_home(folder / f"home-{homes}", folder / "reference" / "models"), homes + 1
        while killed(start(home, ["ingest", *inputs]), rng.uniform(0.2, 8.0)):
            trials += 1
            if trials == kills:
                start(home, ["ingest", *inputs]).wait()
                break
        good = same(home)
        wrong += not good
        print(f"home {homes}: {trials} kills so far, {'same' if good else 'DIFFERENT'}", flush=True)
    return wrong


def kill_rebuilds(home: Path, kills: int, rng: random.Random, same: Check) -> int:
    """Kills ``kills`` rebuilds at random moments; returns after how many the answers were not the same."""
    wrong = trials = 0
    while trials < kills:
        if not killed(start(home, ["rebuild"]), rng.uniform(0.2, 4.0)):
            continue
        trials += 1
        good = same(home)
        wrong += not good
        print(f"rebuild killed {trials} times, {'same' if good else 'DIFFERENT'}", flush=True)
    start(home, ["rebuild"]).wait()
    return wrong + (not same(home))


def main() -> None:
    """Prints one line a home and ends with the verdict; exit status 1 if anything differed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", nargs="+")
    parser.add_argument("--ingests", type=int, default=30)
    parser.add_argument("--rebuilds", type=int, default=10)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    rng = random.Random(arguments.seed)
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        reference = empty_home(folder / "reference", load_settings().home / "models")
        start(reference, ["ingest", *arguments.folders]).wait()
        with open_records(f"sqlite:///{reference / 'records.sqlite'}").connect() as connection:
            texts = connection.execute(select(chunks.c.text).order_by(chunks.c.key).limit(500)).scalars()
            queries = sample_queries(list(texts), 40)
        expected = content(reference), answers(reference, queries)

        def same(home: Path) -> bool:
            found = content(home), answers(home, queries)
            for what, one, other in zip(("documents", "answers"), found, expected, strict=True):
                if one != other:
                    print(f"{home}: other {what}")
            return found == expected

        wrong = kill_ingests(folder, arguments.folders, arguments.ingests, rng, same)
        wrong += kill_rebuilds(reference, arguments.rebuilds, rng, same)
    print("all as undisturbed" if not wrong else f"{wrong} differed")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
