"""From a model's name to an encoder: ONNX in int8 on a processor, torch on a GPU."""

from pathlib import Path

from models.encoder.source import locate
from models.errors import EncoderUnavailableError
from models.protocols import Encoder

__all__ = ["load_encoder"]


def load_encoder(name: str, backend: str, cache: Path, threads: int = 0, reader: str = "") -> Encoder:
    """Loads an encoder; the first load of a model on the ONNX backend exports it, once.

    Args:
        name: Empty for the bundled all-MiniLM-L6-v2; else the path of a sentence-transformers
            folder, or a model's name on the Hugging Face hub.
        backend: ``"onnx"``, ``"torch"``, or ``"auto"``: torch where it sees a GPU, else ONNX.
        cache: Folder of exported models; made where it is missing.
        threads: Texts that a processor's backend encodes side by side; 0 for one per processor.
        reader: File of what reads labels beside; empty for the one that ships with the bundled model,
            ``"none"`` for none.

    Raises:
        EncoderUnavailableError: The backend is unknown, the model cannot be found or has changed, or
            its export failed; the message says what to do.
    """
    if backend not in {"auto", "onnx", "torch"}:
        raise EncoderUnavailableError(f"encoder backend {backend!r}: expected auto, onnx or torch")
    source = locate(name, reader)
    if backend == "torch" or (backend == "auto" and _gpu()):
        from models.encoder.torch_backend import TorchEncoder  # noqa: PLC0415

        return TorchEncoder(source, cache)
    from models.encoder.export import exported  # noqa: PLC0415
    from models.encoder.onnx import OnnxEncoder  # noqa: PLC0415

    return OnnxEncoder(exported(source, cache), threads)


def _gpu() -> bool:
    """Asks torch for a GPU, but only where a driver's device file makes one possible."""
    if not any(Path(device).exists() for device in ("/dev/nvidiactl", "/dev/nvidia0", "/dev/dxg")):
        return False
    import torch  # noqa: PLC0415

    return bool(torch.cuda.is_available())
