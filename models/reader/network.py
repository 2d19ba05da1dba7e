"""The network of a reader: its own copies of an encoder's last layers, and an attention for each label.

A token's log-odds of a label are a linear function of its state; those of a passage are their mean, weighted
by a softmax over the tokens of another linear function.
"""

from collections.abc import Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from models.errors import EncoderUnavailableError
from models.reader.file import Reader, Tensors

if TYPE_CHECKING:
    from collections.abc import Iterator

    from torch import Tensor

# A torch.nn.Module: its own type does not know the parts that a network has.
Module = Any

_START, _SPREAD, _DROPOUT = -4.0, 0.02, 0.1


def transformer_of(model: Module) -> Module:
    """Returns the transformer (torch.nn.Module) of a SentenceTransformer."""
    return model[0].auto_model


def layers_of(transformer: Module) -> Sequence[Module]:
    """Returns the layers of a transformer, the lowest first.

    Raises:
        EncoderUnavailableError: It is of a kind whose layers are not known.
    """
    layers = getattr(getattr(transformer, "encoder", None), "layer", None)
    if layers is None:
        raise EncoderUnavailableError(
            f"{type(transformer).__name__}: a reader needs an encoder of BERT's kind, in layers"
        )
    return list(layers)


def new_network(transformer: Module, layers: int, labels: int) -> Module:
    """Returns an untrained network above all but the last ``layers`` of a transformer.

    Called with states of shape (texts, tokens, dimension), the mask that the transformer's own layers take,
    and which tokens there are, bool of shape (texts, tokens), it returns the log-odds of texts, shape (texts,
    labels), and those of tokens, shape (texts, tokens, labels).
    """
    import copy  # noqa: PLC0415

    import torch  # noqa: PLC0415
    from torch import nn  # noqa: PLC0415

    class Network(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            own = layers_of(transformer)[-layers:]
            self.layers = nn.ModuleList(copy.deepcopy(layer) for layer in own)
            size = own[0].output.dense.out_features
            self.attention, self.says = nn.Linear(size, labels), nn.Linear(size, labels)
            for linear in (self.attention, self.says):
                nn.init.normal_(linear.weight, std=_SPREAD)
                nn.init.zeros_(linear.bias)
            nn.init.constant_(self.says.bias, _START)
            self.dropout = nn.Dropout(_DROPOUT)

        def forward(
            self, states: "Tensor", mask: "Tensor | None", there: "Tensor"
        ) -> tuple["Tensor", "Tensor"]:
            for layer in self.layers:
                states = layer(states, mask)
            states = self.dropout(states)
            tokens = self.says(states).float()
            lowest = torch.finfo(tokens.dtype).min
            weight = self.attention(states).float().masked_fill(~there[..., None], lowest).softmax(1)
            return (weight * tokens).sum(1), tokens

    return Network()


def trained_network(transformer: Module, reader: Reader) -> Module:
    """Returns the network of a reader, in evaluation mode.

    Raises:
        EncoderUnavailableError: The reader's weights are not those of this transformer's layers.
    """
    import torch  # noqa: PLC0415

    network = new_network(transformer, reader.card.layers, len(reader.card.labels))
    weights = {name: torch.from_numpy(each.astype(np.float32)) for name, each in reader.weights.items()}
    try:
        network.load_state_dict(weights)
    except RuntimeError as error:
        reason = str(error).splitlines()[-1].strip()
        raise EncoderUnavailableError(
            f"the reader {reader.version} does not fit this encoder: {reason}"
        ) from error
    return network.eval()


def weights_of(network: Module) -> Tensors:
    """Returns the weights of a network by name."""
    found: dict[str, NDArray[Any]] = {
        name: tensor.detach().cpu().numpy() for name, tensor in network.state_dict().items()
    }
    return found


@contextmanager
def seen_below(transformer: Module, layers: int) -> "Iterator[dict[str, Any]]":
    """Notes what enters the last ``layers`` of a transformer while it runs: ``states`` and ``mask``.

    With no layers, of any transformer, nothing is noted.
    """
    seen: dict[str, Any] = {}
    if not layers:
        yield seen
        return

    def note(_layer: Module, given: tuple[Any, ...], named: dict[str, Any]) -> None:
        seen["states"] = given[0]
        seen["mask"] = given[1] if len(given) > 1 else named.get("attention_mask")

    hook = layers_of(transformer)[-layers].register_forward_pre_hook(note, with_kwargs=True)
    try:
        yield seen
    finally:
        hook.remove()
