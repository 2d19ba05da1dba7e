"""Encodes texts with sentence-transformers itself: on a GPU, and as the reference."""

from collections.abc import Sequence
from pathlib import Path
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from models.encoder.source import ModelSource
from models.encoder.tokens import read_tokenizer
from models.encoder.weights import fingerprint
from models.errors import EncoderUnavailableError


class TorchEncoder:
    """A sentence-transformers model in fp32; safe to use from many threads, one at a time.

    Attributes:
        version: Name, precision, window and fingerprint; equal versions give equal vectors.
        dimension: Length of a vector.
        max_tokens: Window in tokens, special tokens included; longer texts are cut.
        description: One line for people: name, precision and device.
    """

    def __init__(self, source: ModelSource, cache: Path, device: str = "") -> None:
        """Loads a model.

        Args:
            source: The model.
            cache: Where the verified hash of its weights is noted.
            device: As torch names it, e.g. ``"cuda"``; empty for a GPU where there is one.

        Raises:
            EncoderUnavailableError: The weights are wrong, or torch is not installed.
        """
        self.version = f"{source.name}:torch:{source.max_tokens}:{fingerprint(source, cache)}"
        try:
            from sentence_transformers import SentenceTransformer  # noqa: PLC0415
        except ImportError as error:
            raise EncoderUnavailableError(
                f"the torch backend is not installed ({error}): pip install torch sentence-transformers"
            ) from error
        self._model = SentenceTransformer(str(source.folder), device=device or None, local_files_only=True)
        self._model.max_seq_length = self.max_tokens = source.max_tokens
        self.dimension = int(self._model.get_embedding_dimension() or 0)
        self.description = f"{source.name}, torch fp32 on {self._model.device}"
        self._counter = read_tokenizer(source.folder / "tokenizer.json")
        self._lock = Lock()

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Returns an array of shape (len(texts), dimension), rows of unit length, in input order."""
        if not texts:
            return np.empty((0, self.dimension), dtype=np.float32)
        with self._lock:
            vectors = self._model.encode(list(texts), normalize_embeddings=True, show_progress_bar=False)
        return np.asarray(vectors, dtype=np.float32)

    def count_tokens(self, text: str) -> int:
        """Returns the number of tokens of a text, special tokens included, without cutting."""
        return len(self._counter.encode(text).ids)
