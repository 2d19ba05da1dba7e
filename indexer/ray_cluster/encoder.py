"""Encodes texts on the machines of a Ray cluster."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from indexer.ingest.writer import BATCH_TEXTS
from indexer.ray_cluster.session import RETRIES, library, meaning, processors
from indexer.ray_cluster.stages import Setup, read_texts
from models.protocols import Encoder

# Texts of one task: a third of a second of work, against a hundredth that a task costs.
SLICE = 32


class RayEncoder:
    """The encoder of this machine, at work on all of them; safe to use from many threads.

    A text's vector depends on the text alone, so that it is the same wherever it is made.
    """

    def __init__(self, local: Encoder, setup: Setup) -> None:
        ray = library()
        self._ray = ray
        self._local = local
        self._setup = setup
        self._read = ray.remote(num_cpus=1, max_retries=RETRIES)(read_texts)
        self.version = local.version
        self.dimension = local.dimension
        self.reads = local.reads
        self.max_tokens = local.max_tokens

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Returns an array of shape (len(texts), dimension), rows of unit length, in input order.

        Raises:
            ClusterUnavailableError: The cluster is gone, or its machines have another encoder.
        """
        return self.read(texts)[0]

    def read(self, texts: Sequence[str]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Returns vectors as ``encode`` does, and the log-odds of labels, shape (len(texts), len(reads)).

        Raises:
            ClusterUnavailableError: As ``encode``.
        """
        if not texts:
            return np.empty((0, self.dimension), np.float32), np.empty((0, len(self.reads)), np.float32)
        parts = [list(texts[start : start + SLICE]) for start in range(0, len(texts), SLICE)]
        try:
            found = self._ray.get([self._read.remote(self._setup, part) for part in parts])
        except self._ray.exceptions.RayError as error:
            raise meaning(error) from error
        return np.concatenate([each[0] for each in found]), np.concatenate([each[1] for each in found])

    def count_tokens(self, text: str) -> int:
        """Returns the number of tokens of a text, special tokens included, without cutting."""
        return self._local.count_tokens(text)


def batches() -> int:
    """Returns how many batches of an ingest the cluster encodes side by side."""
    return max(1, processors() * SLICE // BATCH_TEXTS)
