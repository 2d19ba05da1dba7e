"""What enters the layers that a reader replaces: the states of all tokens of a training set, in a file."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from models.classifier.dataset import TrainingPassage, TrainingSet
from models.encoder.manifest import read_manifest
from models.encoder.onnx import open_session, processors
from models.encoder.tokens import read_tokenizer
from models.errors import EncoderUnavailableError

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

_BATCH = 256

Report = Callable[[int, int, str], None]
Bools = NDArray[np.bool_]
Places = NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class States:
    """Passages as the first layers leave them, and what people said of them.

    Attributes:
        file: Holds the states.
        dimension: Length of a state.
        starts: First token of each passage, and the number of all tokens; shape (passages + 1,).
        truth: Whether a passage carries a label, shape (passages, labels).
        judged: Whether people looked for it there, same shape.
        marked: Whether a token lies in the words that carry a label, shape (tokens, labels).
        pointed: Whether the words are known: that a passage does not carry a label says so too; shape
            (passages, labels).
    """

    file: Path
    dimension: int
    starts: Places
    truth: Bools
    judged: Bools
    marked: Bools
    pointed: Bools

    @property
    def states(self) -> NDArray[np.float16]:
        """The states, float16, shape (tokens of all passages, dimension), mapped from the file."""
        return np.memmap(self.file, np.float16, "r", shape=(int(self.starts[-1]), self.dimension))

    @property
    def lengths(self) -> Places:
        """Tokens of each passage."""
        return np.diff(self.starts)


@dataclass(frozen=True, slots=True)
class Padded:
    """Some passages as arrays; all but ``states`` are the float32 or bool that a loss takes.

    Attributes:
        states: float32, shape (passages, tokens, dimension).
        there: Which tokens there are, shape (passages, tokens).
        truth: Shape (passages, labels).
        judged: Same shape.
        marked: Shape (passages, tokens, labels).
        looked: Which of ``marked`` is known, same shape.
    """

    states: NDArray[np.float32]
    there: Bools
    truth: NDArray[np.float32]
    judged: NDArray[np.float32]
    marked: NDArray[np.float32]
    looked: NDArray[np.float32]


def padded(data: States, rows: Places) -> Padded:
    """Returns some passages, each padded to the longest."""
    lengths = data.lengths[rows]
    shape = (len(rows), int(lengths.max()))
    stored = data.states
    states = np.zeros((*shape, data.dimension), np.float32)
    marked = np.zeros((*shape, data.truth.shape[1]), np.float32)
    there = np.arange(shape[1]) < lengths[:, np.newaxis]
    for place, (row, length) in enumerate(zip(rows, lengths, strict=True)):
        tokens = slice(data.starts[row], data.starts[row + 1])
        states[place, :length], marked[place, :length] = stored[tokens], data.marked[tokens]
    looked = there[..., np.newaxis] & (data.judged & data.pointed)[rows][:, np.newaxis]
    return Padded(
        states=states,
        there=there,
        truth=data.truth[rows].astype(np.float32),
        judged=data.judged[rows].astype(np.float32),
        marked=marked,
        looked=looked.astype(np.float32),
    )


def states_of(data: TrainingSet, folder: Path, layers: int, target: Path, report: Report) -> States:
    """Runs all passages through an exported encoder up to its last ``layers``.

    Args:
        data: The passages.
        folder: Of the exported encoder; without a reader.
        layers: Those that are left out.
        target: File for the states: 768 bytes for each token of a model of 384 dimensions.
        report: Told how many passages are done, of how many.

    Raises:
        EncoderUnavailableError: The exported model has no such layers.
    """
    session, output = _first_layers(folder, layers)
    passages = [each for document in data.documents for each in document.passages]
    tokenizer = read_tokenizer(folder / "tokenizer.json", read_manifest(folder).max_tokens)
    encoded = tokenizer.encode_batch([each.passage.text for each in passages])
    starts = np.cumsum([0, *(len(each.ids) for each in encoded)])
    dimension = read_manifest(folder).dimension
    states = np.memmap(target, np.float16, "w+", shape=(int(starts[-1]), dimension))

    def run(row: int) -> None:
        ids = np.array([encoded[row].ids], np.int64)
        (found,) = session.run([output], {"input_ids": ids, "attention_mask": np.ones_like(ids)})
        states[starts[row] : starts[row + 1]] = found[0]

    with ThreadPoolExecutor(processors()) as pool:
        for start in range(0, len(passages), _BATCH):
            batch = range(start, min(start + _BATCH, len(passages)))
            list(pool.map(run, batch))
            report(batch.stop, len(passages), "passages run through the first layers")
    states.flush()
    truth, marked = _truth(data.labels, passages), _marked(data.labels, passages, encoded)
    return States(target, dimension, starts, *truth, *marked)


def _truth(labels: Sequence[str], passages: Sequence[TrainingPassage]) -> tuple[Bools, Bools]:
    truth = np.array([[label in each.labels for label in labels] for each in passages], np.bool_)
    judged = [[each.judged is None or label in each.judged for label in labels] for each in passages]
    return truth, np.array(judged, np.bool_)


def _marked(
    labels: Sequence[str], passages: Sequence[TrainingPassage], encoded: Sequence[Any]
) -> tuple[Bools, Bools]:
    columns = {label: column for column, label in enumerate(labels)}
    marked = [np.zeros((len(each.ids), len(labels)), np.bool_) for each in encoded]
    pointed = np.ones((len(passages), len(labels)), np.bool_)
    for row, passage in enumerate(passages):
        first, last = np.array(encoded[row].offsets).T
        shown = {item.label for item in passage.evidence}
        pointed[row, [columns[label] for label in passage.labels - shown]] = False
        for item in passage.evidence:
            inside = (first < item.end) & (last > item.start) & (last > first)
            marked[row][:, columns[item.label]] |= inside
    return np.concatenate(marked), pointed


def _first_layers(folder: Path, layers: int) -> tuple["InferenceSession", str]:
    """Returns the exported encoder, and the name of its output below the last layers."""
    import onnx  # noqa: PLC0415 - only who trains a reader needs it

    model = onnx.load(folder / "model.onnx")
    norms = [node for node in model.graph.node if node.op_type.endswith("LayerNormalization")]
    # One follows the embeddings, two are in each layer.
    if len(norms) <= 2 * layers or len(norms) % 2 == 0:
        model_file = folder / "model.onnx"
        raise EncoderUnavailableError(f"{model_file}: a reader needs an encoder of BERT's kind, in layers")
    output = norms[len(norms) - 1 - 2 * layers].output[0]
    model.graph.output.append(onnx.helper.make_tensor_value_info(output, onnx.TensorProto.FLOAT, None))
    return open_session(model.SerializeToString()), output
