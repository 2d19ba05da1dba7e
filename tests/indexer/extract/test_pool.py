"""The pool: whatever one file does to its reader, the others get their results."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from indexer.errors import ExtractionError, UnsupportedFormatError
from indexer.extract.pool import IsolatedPool, Task

ROOT = Path(__file__).resolve().parents[3]


def act(path: Path, name: str) -> str:
    """What the workers run: the name of a file says what happens to its reader."""
    if name == "hang":
        time.sleep(600)
    if name == "hog":
        return str(len([bytearray(b"x" * 2**20) for _ in range(10_000)]))
    if name == "crash":
        os._exit(7)
    if name == "segfault":
        os.kill(os.getpid(), signal.SIGSEGV)
    if name == "unsupported":
        raise UnsupportedFormatError("Not this one.")
    if name == "encrypted":
        raise ExtractionError("encrypted", "Protected.")
    if name == "defect":
        raise KeyError("a defect")
    if name == "missing":
        return path.read_text(encoding="utf-8")
    if name == "modules":
        return " ".join(sorted({"torch", "onnxruntime", "faiss", "tantivy", "sqlalchemy"} & set(sys.modules)))
    return f"read {name} in {os.getpid()}"


def tasks(*names: str) -> list[Task]:
    return [Task(Path("absent"), name, str(number)) for number, name in enumerate(names)]


def run(
    *names: str, jobs: int = 2, seconds: float = 3.0, memory_mb: int = 400
) -> dict[str, str | ExtractionError]:
    with IsolatedPool(act, jobs, seconds, memory_mb) as pool:
        return {task.name: result for task, result in pool.run(tasks(*names))}


def code(result: str | ExtractionError) -> str:
    assert isinstance(result, ExtractionError)
    return result.code


@pytest.mark.slow
def test_hangs_hogs_and_crashes_fail_alone_and_the_rest_succeed() -> None:
    results = run("a", "hang", "b", "hog", "c", "crash", "d", "segfault", "e", "f")
    assert code(results["hang"]) == "timed_out"
    assert code(results["hog"]) == "out_of_memory"
    assert code(results["crash"]) == "damaged"
    assert code(results["segfault"]) == "damaged"
    assert [str(results[name]).startswith(f"read {name} in") for name in "abcdef"] == [True] * 6


def test_reasons_travel_back_as_they_were_raised() -> None:
    results = run("unsupported", "encrypted", "defect", "missing", jobs=1)
    assert isinstance(results["unsupported"], UnsupportedFormatError)
    assert (code(results["encrypted"]), str(results["encrypted"])) == ("encrypted", "Protected.")
    assert code(results["defect"]) == "unreadable"
    assert "KeyError" in str(results["defect"])
    assert (code(results["missing"]), str(results["missing"])) == (
        "unreadable",
        "The file cannot be opened: No such file or directory.",
    )


def test_workers_are_reused_and_inherit_no_heavy_libraries() -> None:
    results = run("modules", "a", "b", "c", jobs=1)
    assert results["modules"] == ""
    assert len({str(results[name]).split(" in ")[1] for name in "abc"}) == 1


def test_tasks_are_taken_only_as_workers_become_free() -> None:
    taken: list[str] = []

    def source() -> Iterator[Task]:
        for task in tasks(*"abcdef"):
            taken.append(task.name)
            yield task

    with IsolatedPool(act, 2, 30, 400) as pool:
        results = pool.run(source())
        next(results)
        assert len(taken) <= 4


def test_no_tasks_start_no_worker() -> None:
    with IsolatedPool(act, 2, 30, 400) as pool:
        assert list(pool.run([])) == []
        assert not any("spawn_main" in str(child.cmdline()) for child in psutil.Process().children())


@pytest.mark.slow
def test_leaving_the_pool_early_ends_its_workers() -> None:
    with IsolatedPool(act, 2, 600, 400) as pool:
        results = pool.run(tasks("a", "hang", "hang"))
        task, _ = next(results)
        assert task.name == "a"
        workers = [
            int(child.pid) for child in psutil.Process().children() if "spawn_main" in str(child.cmdline())
        ]
        assert workers
    assert not any(psutil.pid_exists(pid) for pid in workers)


SCRIPT = """
from pathlib import Path
from indexer.extract.pool import IsolatedPool, Task
from tests.indexer.extract.test_pool import act
import psutil, signal, threading, time

def tell():
    while len([c for c in psutil.Process().children() if "spawn_main" in str(c.cmdline())]) < 2:
        time.sleep(0.05)
    time.sleep(1.0)
    print(*[c.pid for c in psutil.Process().children()], flush=True)

if __name__ == "__main__":
    # Who starts tests in the background has interrupts ignored, and children inherit that.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    threading.Thread(target=tell, daemon=True).start()
    with IsolatedPool(act, 2, 600, 400) as pool:
        list(pool.run([Task(Path("x"), "hang", "1"), Task(Path("x"), "hang", "2")]))
"""


@pytest.mark.slow
@pytest.mark.parametrize("sign", [signal.SIGKILL, signal.SIGINT], ids=["kill", "interrupt"])
def test_workers_end_with_their_parent(sign: signal.Signals, tmp_path: Path) -> None:
    script = tmp_path / "batch.py"
    script.write_text(SCRIPT, encoding="utf-8")
    parent = subprocess.Popen(
        [sys.executable, script],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    with parent:
        assert parent.stdout is not None
        workers = [psutil.Process(int(pid)) for pid in parent.stdout.readline().split()]
        assert len(workers) >= 2
        parent.send_signal(sign)
        try:
            parent.wait(timeout=30)
        finally:
            parent.kill()  # else leaving the block would wait for ever
    _, alive = psutil.wait_procs(workers, timeout=15)
    assert alive == []
