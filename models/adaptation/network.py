"""The encoder as it is trained: upper layers move, and what lower ones make of a text is remembered."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from models.errors import EncoderUnavailableError
from models.reader.network import Module, layers_of, transformer_of

if TYPE_CHECKING:
    from torch import Tensor

# Texts that pass the upper layers together; of like lengths, so that little is padding.
_TOGETHER = 8
# Tokens whose states are remembered: 1.5 GB of a model of 384 dimensions. Others are computed again.
_REMEMBERED_TOKENS = 2_000_000


class Network:
    """A sentence-transformers model whose upper layers, half of them, are trained; all else is frozen.

    The lower layers see each text alone, so that its states hang on nothing else, and see it once.

    Attributes:
        model: The SentenceTransformer.
    """

    def __init__(self, folder: Path, max_tokens: int, device: str) -> None:
        """Loads a model.

        Args:
            folder: Where it lies.
            max_tokens: Window in tokens that it is trained with; longer texts are cut.
            device: As torch names it.

        Raises:
            EncoderUnavailableError: It is of a kind whose layers are not known, or torch is not installed.
        """
        self.model = _loaded(folder, device)
        self._max_tokens = max_tokens
        transformer = transformer_of(self.model)
        layers = layers_of(transformer)
        self._embeddings = transformer.embeddings
        self._lower, self._upper = layers[: len(layers) // 2], layers[len(layers) // 2 :]
        self.model.eval().requires_grad_(requires_grad=False)
        for layer in self._upper:
            layer.train().requires_grad_(requires_grad=True)
            # That of single attentions would cost a quarter of the time.
            layer.attention.self.dropout.p = 0.0
        self._states: dict[str, Tensor] = {}
        self._remembered = 0

    @property
    def moving(self) -> "dict[str, Tensor]":
        """The parameters that are trained, by name."""
        return {name: each for name, each in self.model.named_parameters() if each.requires_grad}

    def embed(self, texts: Sequence[str]) -> "Tensor":
        """Returns vectors of unit length, shape (texts, dimension), through which gradients flow."""
        import torch  # noqa: PLC0415

        states = [self._below(text) for text in texts]
        order = sorted(range(len(texts)), key=lambda row: (len(states[row]), row))
        parts = [
            self._above([states[row] for row in order[start : start + _TOGETHER]])
            for start in range(0, len(order), _TOGETHER)
        ]
        back = torch.empty(len(order), dtype=torch.long)
        back[order] = torch.arange(len(order))
        found: Tensor = torch.nn.functional.normalize(torch.cat(parts)[back.to(self.model.device)], dim=1)
        return found

    def _below(self, text: str) -> "Tensor":
        """Returns what enters the upper layers, shape (tokens, dimension)."""
        import torch  # noqa: PLC0415

        if text in self._states:
            return self._states[text]
        tokens = self.model.tokenizer(
            text, truncation=True, max_length=self._max_tokens, return_tensors="pt"
        ).to(self.model.device)
        with torch.no_grad():
            states = self._embeddings(input_ids=tokens["input_ids"])
            for layer in self._lower:
                states = layer(states, None)
        found: Tensor = states[0].bfloat16()
        if self._remembered + len(found) <= _REMEMBERED_TOKENS:
            self._states[text] = found
            self._remembered += len(found)
        return found

    def _above(self, states: "Sequence[Tensor]") -> "Tensor":
        """Returns vectors of some texts, shape (texts, dimension)."""
        import torch  # noqa: PLC0415

        padded = torch.nn.utils.rnn.pad_sequence(list(states), batch_first=True).float()
        lengths = torch.tensor([len(each) for each in states], device=padded.device)
        there = torch.arange(padded.shape[1], device=padded.device) < lengths[:, None]
        lowest = torch.finfo(torch.float32).min
        mask = torch.zeros(there.shape, device=padded.device).masked_fill(~there, lowest)[:, None, None, :]
        for layer in self._upper:
            padded = layer(padded, mask)
        features = {"token_embeddings": padded, "attention_mask": there.long()}
        for module in list(self.model)[1:]:
            features = module(features)
        found: Tensor = features["sentence_embedding"].float()
        return found


def _loaded(folder: Path, device: str) -> Module:
    try:
        from sentence_transformers import SentenceTransformer  # noqa: PLC0415
        from transformers.utils.logging import disable_progress_bar  # noqa: PLC0415
    except ImportError as error:
        raise EncoderUnavailableError(
            f"training an encoder needs torch ({error}): pip install torch sentence-transformers"
        ) from error
    # A bar for a tenth of a second is noise among ours.
    disable_progress_bar()  # type: ignore[no-untyped-call]
    return SentenceTransformer(str(folder), device=device, local_files_only=True)
