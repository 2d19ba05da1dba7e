"""Trains a copy of an encoder, and takes the mean of what it was and what it became."""

import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import repeat
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from models.adaptation.batches import Batch, batches, steps
from models.adaptation.checkpoint import keep, take_up
from models.adaptation.graded import Graded
from models.adaptation.loss import both_ways
from models.adaptation.network import Network
from models.encoder.onnx import processors
from models.reader.network import Module

if TYPE_CHECKING:
    from torch import Tensor

EPOCHS = 6
MAX_TOKENS = 256
PASSAGES, SPANS = 24, 10  # of a step
# The share of the new weights in the mean of both: half way an encoder still knows what it knew.
SHARE = 0.5
RATE = 5e-5
_DECAY, _WARM_UP, _LONGEST_STEP = 0.01, 0.1, 1.0

Report = Callable[[int, int, str], None]


@dataclass(frozen=True, slots=True)
class Plan:
    """How an encoder is to be adapted.

    Attributes:
        folder: The sentence-transformers model that it starts from.
        weights: Fingerprint of that.
        max_tokens: Its window.
        passages: Judged passages against queries.
        spans: Marked words against labels; None for none.
        epochs: How often each passage that answers a query is seen.
        seed: Of everything random.
        rate: Of learning, at its highest.
        threads: Processors that torch uses; 0 for all.
    """

    folder: Path
    weights: str
    max_tokens: int
    passages: Graded
    spans: Graded | None = None
    epochs: int = EPOCHS
    seed: int = 0
    rate: float = RATE
    threads: int = 0

    @property
    def key(self) -> str:
        """Hex digits that say what is trained; plans with equal ones give equal weights."""
        spans = self.spans.fingerprint if self.spans else ""
        numbers = (self.max_tokens, self.epochs, self.seed, self.rate)
        values = [self.weights, self.passages.fingerprint, spans, *numbers]
        return hashlib.sha256(json.dumps(values).encode()).hexdigest()

    @property
    def steps(self) -> int:
        """Steps of an epoch."""
        return steps(self.passages, PASSAGES)


@dataclass(frozen=True, slots=True)
class Adapted:
    """What became of an encoder.

    Attributes:
        model: The SentenceTransformer, its weights the mean of old and new.
        losses: Mean loss of each epoch that was run now.
        precision: What it was trained in, for people.
    """

    model: Module
    losses: tuple[float, ...]
    precision: str


def adapt(plan: Plan, checkpoint: Path, report: Report) -> Adapted:
    """Trains the upper half of an encoder's layers, then takes the mean of old and new weights.

    Each step compares some judged passages with all queries, by listwise softmax both ways, and some marked
    words with all labels; what nobody judged counts neither for nor against. In bf16 where the processor or
    the GPU has it (AdamW, a rate that rises and falls linearly). After each epoch the state is kept, from
    which an equal plan goes on; the result is the same.

    Args:
        plan: What to train.
        checkpoint: File of the state.
        report: Told how many steps are done, of how many.

    Raises:
        EncoderUnavailableError: The encoder is of a kind that this knows no layers of.
    """
    import torch  # noqa: PLC0415

    torch.set_num_threads(plan.threads or processors())
    device = "cuda" if torch.cuda.is_available() else "cpu"
    network = Network(plan.folder, min(plan.max_tokens, MAX_TOKENS), device)
    moving = network.moving
    old = {name: each.detach().clone() for name, each in moving.items()}
    optimizer = torch.optim.AdamW(moving.values(), lr=plan.rate, weight_decay=_DECAY)
    done, losses = take_up(checkpoint, plan.key, moving, optimizer), []
    for epoch in range(done, plan.epochs):
        losses.append(_epoch(network, plan, epoch, optimizer, report))
        keep(checkpoint, plan.key, epoch + 1, moving, optimizer)
    with torch.no_grad():
        for name, each in moving.items():
            each.lerp_(old[name], 1 - SHARE)
    return Adapted(
        network.model.eval(), tuple(losses), f"{'bf16' if _has_bf16(device) else 'fp32'} on {device}"
    )


def _epoch(network: Network, plan: Plan, epoch: int, optimizer: Any, report: Report) -> float:  # noqa: ANN401
    """Runs all steps of an epoch; what is random in it hangs on the seed and the epoch alone."""
    import torch  # noqa: PLC0415

    torch.manual_seed(plan.seed * 1000 + epoch)
    total, losses = plan.steps, []
    for step, (passages, spans) in enumerate(_pairs(plan, epoch)):
        place = epoch * total + step
        for group in optimizer.param_groups:
            group["lr"] = plan.rate * _rate(place, plan.epochs * total)
        loss = _loss(network, passages) + (_loss(network, spans) if spans else 0.0)
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(network.moving.values(), _LONGEST_STEP)
        optimizer.step()
        losses.append(loss.item())
        report(place + 1, plan.epochs * total, f"epoch {epoch + 1}")
    return float(np.mean(losses))


def _pairs(plan: Plan, epoch: int) -> "Iterator[tuple[Batch, Batch | None]]":
    """Yields what each step of an epoch sees: passages, and marked words, begun anew where they end."""
    random = np.random.default_rng([plan.seed, epoch])
    passages = batches(plan.passages, PASSAGES, random)
    if plan.spans is None or not plan.spans.texts:
        yield from ((each, None) for each in passages)
        return
    spans = plan.spans
    marked = (each for again in repeat(spans) for each in batches(again, SPANS, random))
    yield from zip(list(passages), marked, strict=False)


def _rate(step: int, total: int) -> float:
    """Returns the share of the rate: up for a tenth of the steps, then down to 0."""
    warm = max(1, int(_WARM_UP * total))
    return min((step + 1) / warm, (total - step) / max(1, total - warm))


def _loss(network: Network, batch: Batch) -> "Tensor":
    import torch  # noqa: PLC0415

    device = network.model.device.type
    with torch.autocast(device, torch.bfloat16, enabled=_has_bf16(device)):
        vectors = network.embed([*batch.texts, *batch.targets])
    texts, targets = vectors[: len(batch.texts)], vectors[len(batch.texts) :]
    return both_ways(texts @ targets.T, torch.from_numpy(batch.gains).to(vectors.device))


def _has_bf16(device: str) -> bool:
    import torch  # noqa: PLC0415

    if device == "cuda":
        return bool(torch.cuda.is_bf16_supported())
    able = torch.cpu.get_capabilities()
    return bool(able.get("avx512_bf16") or able.get("amx_bf16"))
