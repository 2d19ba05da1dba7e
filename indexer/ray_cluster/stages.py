"""What the machines of the cluster do: read a file, encode texts; the code is that of one machine.

Ray keeps the processes that run these functions, so what is loaded once serves the next tasks too.
"""

import functools
import os
import platform
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from indexer import chunk, extract
from indexer.errors import ClusterUnavailableError, ExtractionError
from indexer.extract.pool import IsolatedPool, Task
from indexer.extract.tika import TikaServer
from indexer.ingest import Limits
from indexer.ingest.ingest import isolated_pool
from indexer.reading import Extracted
from models.encoder import load_encoder
from models.protocols import Encoder


@dataclass(frozen=True, slots=True)
class Setup:
    """What every machine is told; all of it is the same for all tasks of a run.

    Attributes:
        encoder: Name of the encoder, as given to ``load_encoder``.
        reader: Likewise.
        backend: Likewise.
        models: Folder of exported encoders, on each machine.
        limits: What one file may take; each task has one worker process.
        version: Of the encoder that the driving process has; others are refused.
        tika: Reads the formats that we do not, reached from each machine; None where none is set.
        stages: Versions of extractor and chunker there.
    """

    encoder: str
    reader: str
    backend: str
    models: Path
    limits: Limits
    version: str
    tika: TikaServer | None = None
    stages: tuple[str, str] = (extract.VERSION, chunk.VERSION)


def read_file(setup: Setup, content: bytes, name: str) -> Extracted | tuple[str, str]:
    """Returns the text and the passages of a file, or code and sentence of the reason why there are none.

    Raises:
        ClusterUnavailableError: This machine has another version of the stages.
    """
    _check("the extractor and the chunker", setup.stages, (extract.VERSION, chunk.VERSION))
    with tempfile.TemporaryDirectory(prefix="clausewatch-") as folder:
        path = Path(folder) / "file"
        path.write_bytes(content)
        [(_, answer)] = _pool(setup).run([Task(path, name, name)])
    return (answer.code, answer.reason) if isinstance(answer, ExtractionError) else answer


def read_texts(setup: Setup, texts: list[str]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Returns vectors and log-odds of labels, as ``Encoder.read``.

    Raises:
        ClusterUnavailableError: This machine has another encoder.
        EncoderUnavailableError: It has none.
    """
    encoder = _encoder(setup)
    _check("the encoder", setup.version, encoder.version)
    return encoder.read(texts)


@functools.lru_cache(maxsize=1)
def _pool(setup: Setup) -> IsolatedPool[Extracted]:
    # Ray's processes work in the folder of its package, where a new interpreter would take modules of Ray
    # for those of Python.
    os.chdir(os.sep)
    return isolated_pool(setup.limits, setup.encoder, setup.tika)


@functools.lru_cache(maxsize=1)
def _encoder(setup: Setup) -> Encoder:
    return load_encoder(setup.encoder, setup.backend, setup.models, threads=1, reader=setup.reader)


def _check(what: str, expected: object, present: object) -> None:
    if present != expected:
        raise ClusterUnavailableError(
            f"The machine {platform.node()} of the Ray cluster has {what} in version {present}, this one has "
            f"{expected}; install the same version of Clausewatch there, and give it the same settings"
        )
