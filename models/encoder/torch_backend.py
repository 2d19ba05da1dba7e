"""Encodes texts with sentence-transformers itself: on a GPU, and as the reference."""

from collections.abc import Sequence
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.encoder.manifest import version
from models.encoder.source import ModelSource
from models.encoder.tokens import read_tokenizer
from models.encoder.weights import key_of
from models.errors import EncoderUnavailableError
from models.reader.file import read_reader

_BATCH = 32


class TorchEncoder:
    """A sentence-transformers model in fp32; safe to use from many threads, one at a time.

    Attributes:
        version: Name, precision, window, fingerprint and reader; equal versions give equal vectors.
        dimension: Length of a vector.
        reads: The labels that it reads in the same pass; empty where it has no reader.
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
        self.version = version(source.name, "torch", source.max_tokens, key_of(source, cache))
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
        reader = read_reader(source.reader) if source.reader else None
        self.reads = reader.card.labels if reader else ()
        self._layers = reader.card.layers if reader else 0
        self._network: Any = None
        if reader:
            from models.reader.network import trained_network, transformer_of  # noqa: PLC0415

            self._network = trained_network(transformer_of(self._model), reader).to(self._model.device)
        self._counter = read_tokenizer(source.folder / "tokenizer.json")
        self._lock = Lock()

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Returns an array of shape (len(texts), dimension), rows of unit length, in input order."""
        if not texts:
            return np.empty((0, self.dimension), dtype=np.float32)
        with self._lock:
            vectors = self._model.encode(list(texts), normalize_embeddings=True, show_progress_bar=False)
        return np.asarray(vectors, dtype=np.float32)

    def read(self, texts: Sequence[str]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Returns vectors as ``encode`` does, and the log-odds of labels, shape (len(texts), len(reads))."""
        readings = np.empty((len(texts), len(self.reads)), np.float32)
        if self._network is None:
            return self.encode(texts), readings
        vectors = np.empty((len(texts), self.dimension), np.float32)
        order = np.argsort([len(text) for text in texts], kind="stable")
        with self._lock:
            for start in range(0, len(texts), _BATCH):
                rows = order[start : start + _BATCH]
                vectors[rows], readings[rows] = self._one_pass([texts[row] for row in rows])
        return vectors, readings

    def _one_pass(self, texts: list[str]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        import torch  # noqa: PLC0415

        from models.reader.network import seen_below, transformer_of  # noqa: PLC0415

        tokens = self._model.tokenizer(
            texts, padding=True, truncation=True, max_length=self.max_tokens, return_tensors="pt"
        ).to(self._model.device)
        with torch.no_grad(), seen_below(transformer_of(self._model), self._layers) as seen:
            pooled = self._model(dict(tokens))["sentence_embedding"]
            readings = self._network(seen["states"], seen["mask"], tokens["attention_mask"] > 0)[0]
        return torch.nn.functional.normalize(pooled, dim=1).cpu().numpy(), readings.cpu().numpy()

    def count_tokens(self, text: str) -> int:
        """Returns the number of tokens of a text, special tokens included, without cutting."""
        return len(self._counter.encode(text).ids)
