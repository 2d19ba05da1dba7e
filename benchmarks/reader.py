"""Labels read by a copy of the encoder's last two layers, alone and added to what the classifier says.

python -m benchmarks.reader FILE --contracts DIR --models DIR [--fold N] [--epochs N] [--documents N]

The first layers are those of the int8 encoder that the product runs, so that a passage would pass them
once, for its vector and for its labels. Above them a copy of the last two layers is trained further, with
an attention of its own for each label: a token's log-odds are a linear function of its state, those of a
passage their mean, weighted by a softmax of another such function. The loss is the cross-entropy of
passages, summed over labels, and a share of that of tokens, which are true where experts marked them.
Passages without any label are drawn anew for each epoch, as many as there are others.

Measured on one fold of the documents, near-duplicates together; DIR of --models is the folder of that name in
a home. Nothing of it is part of the product yet.
"""

import argparse
import json
import math
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import torch
from torch import nn

from benchmarks.classifier import held_out
from benchmarks.naive_classifier import ranking
from indexer.training import read_training_data
from models.classifier.dataset import TrainingSet
from models.classifier.folds import folds
from models.encoder.bundled import bundled_folder
from models.encoder.tokens import TokenCounter, read_tokenizer
from models.packs import load_pack

TRAINED_LAYERS = 2
BATCH = 32
LAYER_RATE, HEAD_RATE, WEIGHT_DECAY, WARM_UP = 2e-4, 1e-3, 0.01, 0.1
TOKEN_SHARE = 0.3
WEIGHTS = (0.0, 0.1, 0.2, 0.3, 0.5, 0.7, 1.0)


@dataclass(frozen=True, slots=True)
class Passages:
    """Passages as the first layers leave them.

    Attributes:
        states: float16, shape (tokens of all passages, dimension).
        starts: First token of each passage, and the number of all tokens; shape (passages + 1,).
        marked: Whether a token lies in a span of a label, shape (tokens, labels).
        truth: Whether a passage carries a label, shape (passages, labels).
        held: Whether a passage is measured on, shape (passages,).
    """

    states: np.ndarray
    starts: np.ndarray
    marked: np.ndarray
    truth: np.ndarray
    held: np.ndarray

    def batch(self, rows: np.ndarray) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor, torch.Tensor]:
        """Returns padded states, which tokens there are, truth of passages, and truth of tokens."""
        lengths = self.starts[rows + 1] - self.starts[rows]
        shape = (len(rows), lengths.max())
        states = np.zeros((*shape, self.states.shape[1]), np.float32)
        marked, there = np.zeros((*shape, self.truth.shape[1]), np.float32), np.zeros(shape, bool)
        for place, (row, length) in enumerate(zip(rows, lengths, strict=True)):
            tokens = slice(self.starts[row], self.starts[row + 1])
            states[place, :length], marked[place, :length] = self.states[tokens], self.marked[tokens]
            there[place, :length] = True
        truth = self.truth[rows].astype(np.float32)
        return tuple(torch.from_numpy(each) for each in (states, there, truth, marked))  # type: ignore[return-value]


class Reader(nn.Module):
    """The last layers, and the attention of each label over their tokens."""

    def __init__(self, labels: int) -> None:
        from transformers import AutoModel  # noqa: PLC0415 - a second or two

        super().__init__()
        model = AutoModel.from_pretrained(str(bundled_folder()), attn_implementation="sdpa")
        self.layers = nn.ModuleList(model.encoder.layer[-TRAINED_LAYERS:])
        self.attention = nn.Linear(model.config.hidden_size, labels)
        self.says = nn.Linear(model.config.hidden_size, labels)
        for linear in (self.attention, self.says):
            nn.init.normal_(linear.weight, std=0.02)
        nn.init.constant_(self.says.bias, -4.0)
        self.dropout = nn.Dropout(0.1)

    def forward(self, states: torch.Tensor, there: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Returns log-odds of passages, shape (passages, labels), and of tokens."""
        absent = torch.zeros(there.shape, dtype=states.dtype).masked_fill(
            ~there, torch.finfo(states.dtype).min
        )
        for layer in self.layers:
            states = layer(states, absent[:, None, None, :])
            states = states[0] if isinstance(states, tuple) else states
        states = self.dropout(states)
        tokens = self.says(states).float()
        weight = self.attention(states).float().masked_fill(~there[..., None], -1e4).softmax(1)
        return (weight * tokens).sum(1), tokens


def main() -> None:
    """Reads the command line, trains both, prints one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--contracts", type=Path, required=True)
    parser.add_argument("--models", type=Path, required=True)
    parser.add_argument("--fold", type=int, default=0)
    parser.add_argument("--epochs", type=int, default=5)
    parser.add_argument("--documents", type=int, help="of the first so many documents only, to try it")
    arguments = parser.parse_args()
    data = read_training_data(
        [arguments.file], load_pack("contracts"), TokenCounter(""), texts=arguments.contracts
    ).data
    data = replace(data, documents=data.documents[: arguments.documents])
    held = folds(data.documents, 5) == arguments.fold
    (folder,) = (path.parent for path in arguments.models.glob("all-minilm*/model.onnx"))
    passages = read(data, held, folder)
    torch.manual_seed(0)
    reader = Reader(len(data.labels))
    started = time.perf_counter()
    train(reader, passages, arguments.epochs)
    seconds = time.perf_counter() - started
    log_odds = read_labels(reader, passages, np.flatnonzero(passages.held))
    scored = held_out(data, held, "contracts", 0, precision=0.8, naive=False).scored
    known = np.clip(scored.probabilities, 1e-6, 1 - 1e-6)
    known = np.log(known / (1 - known))
    summed = {weight: ranking(scored.of(known + weight * log_odds)) for weight in WEIGHTS}
    alone = ranking(scored.of(log_odds))
    print(json.dumps({"training_seconds": seconds, "alone": alone, "added_with_weight": summed}, indent=2))


def read(data: TrainingSet, held: np.ndarray, folder: Path) -> Passages:
    """Runs all passages through the encoder's first layers."""
    session, output = first_layers(folder)
    passages = [each for document in data.documents for each in document.passages]
    encoded = read_tokenizer(folder / "tokenizer.json", 256).encode_batch(
        [each.passage.text for each in passages]
    )
    starts = np.cumsum([0, *(len(each.ids) for each in encoded)])
    marked = np.zeros((starts[-1], len(data.labels)), bool)
    columns = {label: column for column, label in enumerate(data.labels)}
    states = []
    for row, (passage, each) in enumerate(zip(passages, encoded, strict=True)):
        first, last = np.array(each.offsets).T
        for item in passage.evidence:
            inside = (first < item.end) & (last > item.start) & (last > first)
            marked[starts[row] : starts[row + 1], columns[item.label]] |= inside
        ids = np.array([each.ids], np.int64)
        (found,) = session.run([output], {"input_ids": ids, "attention_mask": np.ones_like(ids)})
        states.append(found[0].astype(np.float16))
    truth = np.array([[label in each.labels for label in data.labels] for each in passages])
    lengths = [len(document.passages) for document in data.documents]
    return Passages(np.concatenate(states), starts, marked, truth, np.repeat(held, lengths))


def first_layers(folder: Path) -> tuple[onnxruntime.InferenceSession, str]:
    """Returns the exported encoder, and the name of its output below the layers that are trained."""
    model = onnx.load(folder / "model.onnx")
    norms = [node for node in model.graph.node if node.op_type.endswith("LayerNormalization")]
    # One follows the embeddings, two are in each layer.
    output = norms[len(norms) - 1 - 2 * TRAINED_LAYERS].output[0]
    model.graph.output.append(onnx.helper.make_tensor_value_info(output, onnx.TensorProto.FLOAT, None))
    session = onnxruntime.InferenceSession(
        model.SerializeToString(),
        providers=["CPUExecutionProvider"],
        disabled_optimizers=["SkipLayerNormFusion"],
    )
    return session, output


def train(reader: Reader, passages: Passages, epochs: int) -> None:
    """Trains on the passages that are not held out."""
    carrying = passages.truth.any(1)
    with_label = np.flatnonzero(~passages.held & carrying)
    without = np.flatnonzero(~passages.held & ~carrying)
    steps = epochs * math.ceil(min(2 * len(with_label), len(with_label) + len(without)) / BATCH)
    warm = max(1, int(WARM_UP * steps))
    heads = [*reader.attention.parameters(), *reader.says.parameters()]
    optimizer = torch.optim.AdamW(
        [{"params": reader.layers.parameters(), "lr": LAYER_RATE}, {"params": heads, "lr": HEAD_RATE}],
        weight_decay=WEIGHT_DECAY,
    )
    rate = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda step: min((step + 1) / warm, max(0.0, (steps - step) / max(1, steps - warm)))
    )
    random = np.random.default_rng(0)
    loss_of = nn.functional.binary_cross_entropy_with_logits
    reader.train()
    for _ in range(epochs):
        drawn = random.choice(without, min(len(without), len(with_label)), replace=False)
        for rows in batches(np.concatenate([with_label, drawn]), passages, random):
            states, there, truth, marked = passages.batch(rows)
            with torch.autocast("cpu", torch.bfloat16):
                said, tokens = reader(states, there)
            of_tokens = (loss_of(tokens, marked, reduction="none") * there[..., None]).sum() / there.sum()
            loss = loss_of(said, truth, reduction="none").sum(1).mean() + TOKEN_SHARE * of_tokens
            optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(reader.parameters(), 1.0)
            optimizer.step()
            rate.step()


def batches(rows: np.ndarray, passages: Passages, random: np.random.Generator) -> Iterator[np.ndarray]:
    """Yields rows in batches of passages of like length, in random order."""
    rows = random.permutation(rows)
    found = []
    for start in range(0, len(rows), 50 * BATCH):
        some = rows[start : start + 50 * BATCH]
        some = some[np.argsort(passages.starts[some + 1] - passages.starts[some], kind="stable")]
        found += [some[place : place + BATCH] for place in range(0, len(some), BATCH)]
    return (found[place] for place in random.permutation(len(found)))


def read_labels(reader: Reader, passages: Passages, rows: np.ndarray) -> np.ndarray:
    """Returns log-odds, shape (rows, labels)."""
    result = np.zeros((len(rows), passages.truth.shape[1]))
    order = np.argsort(passages.starts[rows + 1] - passages.starts[rows], kind="stable")
    reader.eval()
    with torch.no_grad(), torch.autocast("cpu", torch.bfloat16):
        for start in range(0, len(rows), BATCH):
            part = order[start : start + BATCH]
            states, there, _, _ = passages.batch(rows[part])
            result[part] = reader(states, there)[0].numpy()
    return result


if __name__ == "__main__":
    main()
