"""Encodes texts on the machines of a Ray cluster."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from indexer.ingest.writer import BATCH_TEXTS
from indexer.ray_cluster.session import RETRIES, library, meaning, processors
from indexer.ray_cluster.stages import Setup, encode_texts
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
        self._encode = ray.remote(num_cpus=1, max_retries=RETRIES)(encode_texts)
        self.version = local.version
        self.dimension = local.dimension
        self.max_tokens = local.max_tokens

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Returns an array of shape (len(texts), dimension), rows of unit length, in input order.

        Raises:
            ClusterUnavailableError: The cluster is gone, or its machines have another encoder.
        """
        if not texts:
            return np.empty((0, self.dimension), np.float32)
        parts = [list(texts[start : start + SLICE]) for start in range(0, len(texts), SLICE)]
        try:
            found = self._ray.get([self._encode.remote(self._setup, part) for part in parts])
        except self._ray.exceptions.RayError as error:
            raise meaning(error) from error
        return np.concatenate(found)

    def count_tokens(self, text: str) -> int:
        """Returns the number of tokens of a text, special tokens included, without cutting."""
        return self._local.count_tokens(text)


def batches() -> int:
    """Returns how many batches of an ingest the cluster encodes side by side."""
    return max(1, processors() * SLICE // BATCH_TEXTS)
