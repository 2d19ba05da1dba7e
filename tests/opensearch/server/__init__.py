"""Real OpenSearch servers for tests, made of the jars that pom.xml names; needs Java 21 and Maven."""

import hashlib
import os
import shutil
import socket
import subprocess
import tempfile
import time
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

FOLDER = Path(__file__).resolve().parent
CACHE = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "clausewatch" / "opensearch-3.5.0"
JAVA_VERSION = 21
START_SECONDS = 240
# The k-NN plugin's archive holds these; what pom.xml names has no copy of them.
PLUGIN = "opensearch-knn-3.5.0.0.zip"


class NoServerError(Exception):
    """Something is missing that a server needs; the message says how to get it."""


class Node:
    """A server on loopback that keeps its port and its data when it is started again.

    Args:
        folder: Where its data and its log go; made where it is missing.
        settings: Of OpenSearch, as name=value; without any, the node is a cluster of its own.
        heap: Memory of the JVM.
    """

    def __init__(self, folder: Path, *settings: str, heap: str = "1g") -> None:
        self._java = java_home()
        self._jars = jars()
        self._classes = classes(self._java, self._jars)
        self._folder = folder
        self._settings = settings
        self._heap = heap
        self._port = free_port()
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Where it answers, or would."""
        return f"http://127.0.0.1:{self._port}"

    def launch(self) -> None:
        """Starts the process; it answers later."""
        (self._folder / "home").mkdir(parents=True, exist_ok=True)
        self._ready.unlink(missing_ok=True)
        alone = () if self._settings else ("discovery.type=single-node",)
        command = [
            str(self._java / "bin" / "java"),
            "-Xms256m",
            f"-Xmx{self._heap}",
            "--add-modules",
            "jdk.incubator.vector",
            "-cp",
            f"{self._classes}:{self._jars}/*",
            "Server",
            str(self._folder / "home"),
            str(self._ready),
            f"http.port={self._port}",
            f"path.repo={self._folder / 'snapshots'}",
            *alone,
            *self._settings,
        ]
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=log, stderr=log)

    def await_answer(self) -> None:
        """Waits until it answers."""
        end = time.monotonic() + START_SECONDS
        while not self._ready.exists():
            if self._process is None or self._process.poll() is not None or time.monotonic() > end:
                raise RuntimeError(f"OpenSearch did not start: {self._log.read_text()[-2000:]}")
            time.sleep(0.1)

    def start(self) -> None:
        """Starts, unless it runs, and waits until it answers."""
        if self._process is None:
            self.launch()
        self.await_answer()

    def kill(self) -> None:
        """Ends it as a power failure does."""
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
            self._process = None

    @property
    def _ready(self) -> Path:
        return self._folder / "port"

    @property
    def _log(self) -> Path:
        return self._folder / "log"


@contextmanager
def running(folder: Path) -> Iterator[str]:
    """Starts a server with its data in an empty folder; gives its address, and ends it in the end."""
    with node(folder) as started:
        yield started.url


@contextmanager
def node(folder: Path) -> Iterator[Node]:
    """Starts a server that a test may kill and start again."""
    one = Node(folder)
    try:
        one.start()
        yield one
    finally:
        one.kill()


@contextmanager
def cluster(folder: Path) -> Iterator[list[Node]]:
    """Starts three servers that form one cluster."""
    ports = [free_port() for _ in range(3)]
    nodes = [
        Node(
            folder / f"node-{number}",
            f"node.name=node-{number}",
            f"transport.port={port}",
            f"discovery.seed_hosts={','.join(f'127.0.0.1:{each}' for each in ports)}",
            "cluster.initial_cluster_manager_nodes=node-0,node-1,node-2",
            heap="512m",
        )
        for number, port in enumerate(ports)
    ]
    try:
        for each in nodes:
            each.launch()
        for each in nodes:
            each.await_answer()
        yield nodes
    finally:
        for each in nodes:
            each.kill()


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


def jars() -> Path:
    """Returns a folder of the jars that pom.xml names; fetched once, kept for later runs."""
    folder = CACHE / f"jars-{_digest(FOLDER / 'pom.xml')}"
    if folder.exists():
        return folder
    if shutil.which("mvn") is None:
        raise NoServerError("the jars of OpenSearch are fetched with Maven: install maven")
    with _made(folder) as draft:
        pom = str(FOLDER / "pom.xml")
        _run("mvn", "-q", "-B", "-f", pom, "dependency:copy-dependencies", f"-DoutputDirectory={draft}")
        with zipfile.ZipFile(draft / PLUGIN) as archive:
            for name in archive.namelist():
                if name.endswith(".jar") and not (draft / name).exists():
                    archive.extract(name, draft)
    return folder


def classes(java: Path, found: Path) -> Path:
    """Returns a folder of our compiled classes; compiled once, kept for later runs."""
    sources = sorted(FOLDER.glob("*.java"))
    folder = CACHE / f"classes-{_digest(FOLDER / 'pom.xml', *sources)}"
    if not folder.exists():
        with _made(folder) as draft:
            _run(str(java / "bin" / "javac"), "-cp", f"{found}/*", "-d", str(draft), *map(str, sources))
    return folder


def free_port() -> int:
    """Returns a port of loopback that nobody listens at."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


@contextmanager
def _made(folder: Path) -> Iterator[Path]:
    """Gives an empty folder that gets its name once it is complete, or another process's has got it."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(dir=folder.parent))
    try:
        yield draft
        if not folder.exists():
            draft.rename(folder)
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _digest(*files: Path) -> str:
    return hashlib.sha256(b"".join(each.read_bytes() for each in files)).hexdigest()[:12]


def _version(home: Path) -> int:
    told = subprocess.run([home / "bin" / "javac", "-version"], capture_output=True, text=True, check=False)
    return int(told.stdout.split()[-1].split(".")[0]) if told.returncode == 0 and told.stdout else 0


def _run(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, timeout=600, check=False)
    if done.returncode:
        raise NoServerError(f"{command[0]} failed: {(done.stderr or done.stdout)[-1000:]}")
