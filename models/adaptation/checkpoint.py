"""How far a training came: its weights and its optimizer's moments after an epoch, in one safe file."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from torch import Tensor

_MOMENTS = ("exp_avg", "exp_avg_sq", "step")


def keep(path: Path, key: str, epoch: int, weights: "dict[str, Tensor]", optimizer: Any) -> None:  # noqa: ANN401
    """Writes the state after an epoch, beside the file of the one before, which it then replaces.

    Args:
        path: The file.
        key: Says what is trained; a state of something else is never taken up.
        epoch: Number of epochs that are done.
        weights: Those that move, by name.
        optimizer: AdamW over them, in their order.
    """
    from safetensors.torch import save_file  # noqa: PLC0415

    content = {f"weight/{name}": each.detach().cpu() for name, each in weights.items()}
    for name, each in weights.items():
        for moment in _MOMENTS:
            content[f"{moment}/{name}"] = optimizer.state[each][moment].detach().cpu()
    unfinished = path.with_suffix(".writing")
    save_file(content, unfinished, {"state": json.dumps({"key": key, "epoch": epoch})})
    unfinished.replace(path)


def take_up(path: Path, key: str, weights: "dict[str, Tensor]", optimizer: Any) -> int:  # noqa: ANN401
    """Sets weights and optimizer to the state that was kept; returns how many epochs are done, 0 for none."""
    import torch  # noqa: PLC0415
    from safetensors import SafetensorError, safe_open  # noqa: PLC0415

    try:
        with safe_open(path, "pt") as file:
            state = json.loads((file.metadata() or {}).get("state", "{}"))
            if state.get("key") != key:
                return 0
            content = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 - no mapping
    except (OSError, SafetensorError, ValueError):
        return 0  # none was kept
    with torch.no_grad():
        for name, each in weights.items():
            each.copy_(content[f"weight/{name}"])
            optimizer.state[each] = {
                moment: value if moment == "step" else value.to(each.device)
                for moment in _MOMENTS
                for value in [content[f"{moment}/{name}"]]
            }
    return int(state["epoch"])
