"""A real OpenSearch server for tests, made of the jars that pom.xml names; needs Java 21 and Maven."""

import os
import shutil
import subprocess
import time
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

FOLDER = Path(__file__).resolve().parent
CACHE = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "clausewatch" / "opensearch-3.5"
JAVA_VERSION = 21
START_SECONDS = 120
# The k-NN plugin's archive holds these; what pom.xml names has no copy of them.
PLUGIN = "opensearch-knn-3.5.0.0.zip"


class NoServerError(Exception):
    """Something is missing that a server needs; the message says how to get it."""


def java_home() -> Path:
    """Returns a JDK that is new enough."""
    named = os.environ.get("JAVA_HOME")
    homes = [Path(named)] if named else []
    homes += sorted(Path("/usr/lib/jvm").glob("*"), reverse=True)
    for home in homes:
        if (home / "bin" / "javac").exists() and _version(home) >= JAVA_VERSION:
            return home
    raise NoServerError(
        f"OpenSearch needs a JDK {JAVA_VERSION} or newer: install one, or name it in JAVA_HOME"
    )


def jars(java: Path) -> Path:
    """Returns a folder of jars and of our compiled classes; made once, kept for later runs."""
    sources = sorted(FOLDER.glob("*.java"))
    stamp = "\n".join(each.read_text(encoding="utf-8") for each in (FOLDER / "pom.xml", *sources))
    made = CACHE / "made-of"
    if made.exists() and made.read_text(encoding="utf-8") == stamp:
        return CACHE
    if shutil.which("mvn") is None:
        raise NoServerError("the jars of OpenSearch are fetched with Maven: install maven")
    shutil.rmtree(CACHE, ignore_errors=True)
    CACHE.mkdir(parents=True)
    _run(
        "mvn",
        "-q",
        "-B",
        "-f",
        FOLDER / "pom.xml",
        "dependency:copy-dependencies",
        f"-DoutputDirectory={CACHE}",
    )
    with zipfile.ZipFile(CACHE / PLUGIN) as archive:
        for name in archive.namelist():
            if name.endswith(".jar") and not (CACHE / name).exists():
                archive.extract(name, CACHE)
    _run(java / "bin" / "javac", "-cp", f"{CACHE}/*", "-d", CACHE / "classes", *sources)
    made.write_text(stamp, encoding="utf-8")
    return CACHE


@contextmanager
def running(folder: Path) -> Iterator[str]:
    """Starts a server with its data in an empty folder; gives its address, and ends it in the end."""
    java = java_home()
    found = jars(java)
    port = folder / "port"
    options = ["-Xms512m", "-Xmx1g", "--add-modules", "jdk.incubator.vector"]
    command = [
        java / "bin" / "java",
        *options,
        "-cp",
        f"{found}/classes:{found}/*",
        "Server",
        folder / "home",
        port,
    ]
    (folder / "home" / "config").mkdir(parents=True)
    (folder / "home" / "config" / "opensearch.yml").write_text(f"path.repo: {folder / 'snapshots'}\n")
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=log, stderr=log)
    try:
        end = time.monotonic() + START_SECONDS
        while not port.exists():
            if process.poll() is not None or time.monotonic() > end:
                raise RuntimeError(f"OpenSearch did not start: {(folder / 'log').read_text()[-2000:]}")
            time.sleep(0.1)
        yield f"http://127.0.0.1:{port.read_text()}"
    finally:
        process.kill()
        process.communicate()


def _version(home: Path) -> int:
    told = subprocess.run([home / "bin" / "javac", "-version"], capture_output=True, text=True, check=False)
    return int(told.stdout.split()[-1].split(".")[0]) if told.returncode == 0 and told.stdout else 0


def _run(*command: str | Path) -> None:
    done = subprocess.run(command, capture_output=True, text=True, timeout=600, check=False)
    if done.returncode:
        shutil.rmtree(CACHE, ignore_errors=True)
        raise NoServerError(f"{command[0]} failed: {(done.stderr or done.stdout)[-1000:]}")
