"""Trains readers: one for each fold, to read what the others saw, and one on everything."""

import math
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from models.classifier.dataset import TrainingSet
from models.classifier.folds import folds
from models.encoder.onnx import processors
from models.encoder.source import ModelSource
from models.errors import TrainingError
from models.reader.card import ReaderCard
from models.reader.file import Tensors, held, write_reader
from models.reader.network import Module, new_network, transformer_of, weights_of
from models.reader.states import Places, States, padded, states_of

if TYPE_CHECKING:
    from torch import Tensor

FOLDS = 5
LAYERS = 1
EPOCHS = 8
_BATCH, _SORTED = 32, 50
_LAYER_RATE, _HEAD_RATE, _DECAY, _WARM_UP, _LONGEST_STEP = 3e-4, 1e-3, 0.01, 0.1, 1.0
# What the words that people marked count beside the passages.
_TOKEN_SHARE = 0.3

Report = Callable[[int, int, str], None]
Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Request:
    """What is to be trained.

    Attributes:
        pack: Name of the pack whose labels are read.
        name: Where the data came from, for people.
        source: The encoder.
        weights: Its fingerprint.
        folder: Its export, without a reader.
        seed: Of everything random.
        epochs: How often each passage with a label is seen.
    """

    pack: str
    name: str
    source: ModelSource
    weights: str
    folder: Path
    seed: int = 0
    epochs: int = EPOCHS


def train_reader(data: TrainingSet, asked: Request, report: Report) -> bytes:
    """Trains on a set and returns the content of the reader's file.

    The first layers stay those of the exported encoder; what is trained are copies of the last, and the
    attentions. The loss of a passage is its cross-entropy, summed over labels, and a share of that of its
    tokens, which are true where people marked them (AdamW, a rate that rises and falls linearly). Passages
    without any label are drawn anew for each epoch, as many as there are others. Near-duplicates lie in one
    fold. Each network is trained on one processor, several side by side: equal arguments give equal bytes on
    machines of one kind.

    Args:
        data: Documents and what people said of them.
        asked: What is to be trained.
        report: Told how many of what are done, of how many.

    Raises:
        TrainingError: No passage carries a label, or all documents are alike.
        EncoderUnavailableError: The encoder is of a kind that no reader can be made for.
    """
    if not any(each.labels for document in data.documents for each in document.passages):
        raise TrainingError("no passage carries a label; there is nothing to learn")
    fold = np.repeat(folds(data.documents, FOLDS), [len(each.passages) for each in data.documents])
    count, texts = int(fold.max()) + 1, [each.passage.text for one in data.documents for each in one.passages]
    held_out = [np.flatnonzero(fold == number) for number in range(count)]
    with tempfile.TemporaryDirectory(prefix="clausewatch-reader-") as temporary:
        states = states_of(data, asked.folder, LAYERS, Path(temporary) / "states", report)
        fitted = []
        # A process for each network: what torch keeps for each length of a batch is given back.
        with ProcessPoolExecutor(processors(), get_context("spawn"), max_tasks_per_child=1) as pool:
            tasks = [*held_out, np.array([], np.intp)]
            for each in pool.map(partial(_fitted, states, asked), tasks):
                fitted.append(each)
                report(len(fitted), len(tasks), "networks trained")
    readings = np.zeros((len(fold), len(data.labels)), np.float32)
    for rows, (_, read) in zip(held_out, fitted[:-1], strict=True):
        readings[rows] = read
    card = ReaderCard(
        pack=asked.pack,
        labels=data.labels,
        encoder=asked.source.name,
        weights=asked.weights,
        layers=LAYERS,
        data=data.fingerprint,
        data_name=asked.name,
        documents=len(data.documents),
        passages=len(texts),
        epochs=asked.epochs,
        seed=asked.seed,
    )
    return write_reader(card, fitted[-1][0], held(texts, readings))


def _fitted(states: States, asked: Request, held_out: Places) -> tuple[Tensors, Floats]:
    """Trains on all passages but some; returns the weights, and what the network reads of those."""
    import torch  # noqa: PLC0415

    torch.set_num_threads(1)
    inside = np.setdiff1d(np.arange(len(states.truth)), held_out)
    network = _trained(states, inside, asked)
    return weights_of(network), _read(network, states, held_out)


def _trained(data: States, rows: Places, asked: Request) -> Module:
    """Returns a network trained on some passages."""
    import torch  # noqa: PLC0415
    from torch import nn  # noqa: PLC0415

    torch.manual_seed(asked.seed)
    random = np.random.default_rng(asked.seed)
    network = new_network(_transformer(asked.source), LAYERS, data.truth.shape[1]).train()
    carrying = data.truth[rows].any(1)
    with_label, without = rows[carrying], rows[~carrying]
    drawn = min(len(without), len(with_label))
    optimizer, rate = _optimizer(network, asked.epochs * math.ceil((len(with_label) + drawn) / _BATCH))
    for _ in range(asked.epochs):
        seen = np.concatenate([with_label, random.choice(without, drawn, replace=False)])
        for batch in _batches(seen, data, random):
            loss = _loss(network, data, batch)
            optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            nn.utils.clip_grad_norm_(network.parameters(), _LONGEST_STEP)
            optimizer.step()
            rate.step()
    return network.eval()


def _transformer(source: ModelSource) -> Module:
    from sentence_transformers import SentenceTransformer  # noqa: PLC0415

    model = SentenceTransformer(str(source.folder), device="cpu", local_files_only=True)
    return transformer_of(model)


def _optimizer(network: Module, steps: int) -> tuple[Any, Any]:
    """Returns the optimizer, and what changes its rates: up for a tenth of the steps, then down to 0."""
    import torch  # noqa: PLC0415

    heads = [*network.attention.parameters(), *network.says.parameters()]
    optimizer = torch.optim.AdamW(
        [{"params": network.layers.parameters(), "lr": _LAYER_RATE}, {"params": heads, "lr": _HEAD_RATE}],
        weight_decay=_DECAY,
    )
    warm = max(1, int(_WARM_UP * steps))
    rate = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda step: min((step + 1) / warm, max(0.0, (steps - step) / max(1, steps - warm)))
    )
    return optimizer, rate


def _loss(network: Module, data: States, rows: Places) -> "Tensor":
    import torch  # noqa: PLC0415
    from torch.nn.functional import binary_cross_entropy_with_logits as cross_entropy  # noqa: PLC0415

    batch = padded(data, rows)
    there, judged, looked = (torch.from_numpy(each) for each in (batch.there, batch.judged, batch.looked))
    with torch.autocast("cpu", torch.bfloat16):
        said, tokens = network(torch.from_numpy(batch.states), _mask(there), there)
    of_passages = cross_entropy(said, torch.from_numpy(batch.truth), reduction="none") * judged
    of_tokens = cross_entropy(tokens, torch.from_numpy(batch.marked), reduction="none") * looked
    return of_passages.sum(1).mean() + _TOKEN_SHARE * of_tokens.sum() / there.sum()


def _read(network: Module, data: States, rows: Places) -> Floats:
    """Returns the log-odds of some passages, shape (rows, labels)."""
    import torch  # noqa: PLC0415

    result = np.zeros((len(rows), data.truth.shape[1]), np.float32)
    order = np.argsort(data.lengths[rows], kind="stable")
    with torch.no_grad(), torch.autocast("cpu", torch.bfloat16):
        for start in range(0, len(rows), _BATCH):
            part = order[start : start + _BATCH]
            batch = padded(data, rows[part])
            there = torch.from_numpy(batch.there)
            result[part] = network(torch.from_numpy(batch.states), _mask(there), there)[0].numpy()
    return result


def _mask(there: "Tensor") -> "Tensor":
    """Returns what attention adds to the scores of tokens: nothing, or the lowest number where none is."""
    import torch  # noqa: PLC0415

    lowest = torch.finfo(torch.float32).min
    return torch.zeros(there.shape).masked_fill(~there, lowest)[:, None, None, :]


def _batches(rows: Places, data: States, random: np.random.Generator) -> Iterator[Places]:
    """Yields rows in batches of passages of like length, in random order."""
    rows = random.permutation(rows)
    found: list[Places] = []
    for start in range(0, len(rows), _SORTED * _BATCH):
        some = rows[start : start + _SORTED * _BATCH]
        some = some[np.argsort(data.lengths[some], kind="stable")]
        found += [some[place : place + _BATCH] for place in range(0, len(some), _BATCH)]
    return (found[place] for place in random.permutation(len(found)))
