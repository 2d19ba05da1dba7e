"""Encodes texts with onnxruntime and the tokenizer alone."""

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from models.encoder.manifest import read_manifest
from models.encoder.tokens import read_tokenizer
from models.errors import EncoderUnavailableError

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

# Texts tokenised together; bounds the memory that token lists take.
_SLICE = 1024
_VECTOR = ["vector"]


class OnnxEncoder:
    """An exported model; safe to use from many threads.

    Each text runs through the network alone, on one processor, and several texts run side by side.
    Dynamic int8 scales activations by the range found in the whole input, so that in a batch a text's
    vector would depend on its neighbours; alone it depends on nothing but the text, and nothing is
    spent on padding.

    Attributes:
        version: Name, precision, window, fingerprint and reader; equal versions give equal vectors.
        dimension: Length of a vector.
        reads: The labels that it reads in the same pass; empty where it has no reader.
        max_tokens: Window in tokens, special tokens included; longer texts are cut.
        description: One line for people: name, precision, and the agreement with the original.
    """

    def __init__(self, folder: Path, threads: int = 0) -> None:
        """Loads an exported model.

        Args:
            folder: As ``models.encoder.export.exported`` returns it.
            threads: Texts that one call encodes side by side; 0 for one per processor.

        Raises:
            EncoderUnavailableError: The folder is incomplete or damaged.
        """
        facts = read_manifest(folder)
        self.version = facts.version
        self.dimension = facts.dimension
        self.reads = facts.reads
        self.max_tokens = facts.max_tokens
        self.description = (
            f"{facts.name}, ONNX {facts.precision}, cosine to the original ≥ {facts.agreement:.3f}"
        )
        self._counter = read_tokenizer(folder / "tokenizer.json")
        self._tokenizer = read_tokenizer(folder / "tokenizer.json", self.max_tokens)
        self._session = open_session(folder / "model.onnx")
        self._pool = ThreadPoolExecutor(threads or processors(), thread_name_prefix="encode")

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Returns an array of shape (len(texts), dimension), rows of unit length, in input order."""
        if len(texts) == 1:  # a query is answered in the thread that asks
            return self._run(self._tokenizer.encode(texts[0]).ids, _VECTOR)[np.newaxis]
        return self._side_by_side(texts, _VECTOR)

    def read(self, texts: Sequence[str]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Returns vectors as ``encode`` does, and the log-odds of labels, shape (len(texts), len(reads))."""
        found = self._side_by_side(texts, [*_VECTOR, "readings"] if self.reads else _VECTOR)
        return found[:, : self.dimension], found[:, self.dimension :]

    def count_tokens(self, text: str) -> int:
        """Returns the number of tokens of a text, special tokens included, without cutting."""
        return len(self._counter.encode(text).ids)

    def _side_by_side(self, texts: Sequence[str], outputs: list[str]) -> NDArray[np.float32]:
        """Returns for each text its outputs one after the other."""
        distinct = list(dict.fromkeys(texts))
        width = self.dimension + (len(self.reads) if len(outputs) > 1 else 0)
        found = np.empty((len(distinct), width), np.float32)
        for start in range(0, len(distinct), _SLICE):
            self._run_slice(distinct[start : start + _SLICE], outputs, found[start : start + _SLICE])
        if len(distinct) == len(texts):
            return found
        rows = {text: row for row, text in enumerate(distinct)}
        return found[[rows[text] for text in texts]]

    def _run_slice(self, texts: Sequence[str], outputs: list[str], out: NDArray[np.float32]) -> None:
        tokens = [encoding.ids for encoding in self._tokenizer.encode_batch(texts)]
        # The longest first: the threads then end at nearly the same time.
        order = sorted(range(len(tokens)), key=lambda row: -len(tokens[row]))
        made = self._pool.map(lambda row: self._run(tokens[row], outputs), order)
        for row, found in zip(order, made, strict=True):
            out[row] = found

    def _run(self, tokens: list[int], outputs: list[str]) -> NDArray[np.float32]:
        ids = np.array([tokens], dtype=np.int64)
        given = {"input_ids": ids, "attention_mask": np.ones_like(ids)}
        found = self._session.run(outputs, given)
        return np.concatenate([each[0] for each in found]) if len(found) > 1 else found[0][0]


def open_session(model: Path | bytes) -> "InferenceSession":
    """Opens an exported model for one processor a run.

    Raises:
        EncoderUnavailableError: It cannot be loaded.
    """
    import onnxruntime  # noqa: PLC0415 - a tenth of a second that a command's help need not pay

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.log_severity_level = 3
    try:
        return onnxruntime.InferenceSession(
            str(model) if isinstance(model, Path) else model,
            options,
            providers=["CPUExecutionProvider"],
            # Addition and normalisation apart are vectorised; the fused kernel takes four times as long.
            disabled_optimizers=["SkipLayerNormFusion"],
        )
    except Exception as error:  # the library's errors share no narrower base
        remedy = f"; delete {model.parent} to have the model exported anew" if isinstance(model, Path) else ""
        named = model if isinstance(model, Path) else "the exported encoder"
        raise EncoderUnavailableError(f"{named}: cannot be loaded ({error}){remedy}") from error


def processors() -> int:
    """Returns the number of processors that this process may use."""
    affinity = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity else os.cpu_count() or 1
