"""The export itself, run as a process: torch in, ONNX out, checked against the original.

``python -m models.encoder.conversion NAME KEY SOURCE MAX_TOKENS TARGET`` fills the empty folder TARGET.
"""

import logging
import shutil
import sys
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from models.encoder.manifest import Manifest
from models.encoder.onnx import OnnxEncoder

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

# The lowest cosine to the original that an export may have on any text of the sample.
MIN_AGREEMENT = 0.98
# Architectures whose attention onnxruntime's optimizer knows how to fuse.
_FUSED = {"bert", "distilbert", "roberta", "xlm-roberta", "camembert"}
_MODEL = "model.onnx"


def main(arguments: list[str]) -> None:
    """Exports the model that the command line names."""
    name, key, source, max_tokens, target = arguments
    warnings.simplefilter("ignore")  # tracing warns of every branch that it follows
    logging.disable(logging.WARNING)
    convert(Path(source), Path(target), name=name, key=key, max_tokens=int(max_tokens))


def convert(source: Path, target: Path, *, name: str, key: str, max_tokens: int) -> Manifest:
    """Exports a model in int8, or in fp32 where int8 strays too far from the original.

    Args:
        source: Folder of a sentence-transformers model.
        target: An empty folder that receives the model, its tokenizer and its manifest.
        name: Short name of the model.
        key: Its fingerprint.
        max_tokens: Window in tokens, special tokens included.

    Returns:
        What was written.
    """
    model = _load(source, max_tokens)
    sample = read_sample()
    reference = np.asarray(model.encode(sample, normalize_embeddings=True, show_progress_bar=False))
    shutil.copyfile(source / "tokenizer.json", target / "tokenizer.json")
    exact = target / "fp32.onnx"
    _trace(model, exact)
    _optimise(exact, model)
    for precision in ("int8", "fp32"):
        if precision == "int8":
            _quantise(exact, target / _MODEL)
        else:
            shutil.copyfile(exact, target / _MODEL)
        facts = Manifest(name, key, precision, reference.shape[1], max_tokens, agreement=-1.0)
        agreement = _agreement(facts, target, sample, reference)
        if agreement >= MIN_AGREEMENT:
            break
    else:
        raise SystemExit(f"its vectors differ from the original's: lowest cosine {agreement:.3f}")
    exact.unlink()
    facts = Manifest(name, key, precision, reference.shape[1], max_tokens, agreement)
    facts.write(target)
    return facts


def read_sample() -> list[str]:
    """Returns the texts that every export is checked on: from two words to more than the window."""
    content = (Path(__file__).parent / "sample.txt").read_text(encoding="utf-8")
    return [" ".join(text.split()) for text in content.split("\n\n") if text.strip()]


def _load(source: Path, max_tokens: int) -> "SentenceTransformer":
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformer(
        str(source), device="cpu", local_files_only=True, model_kwargs={"attn_implementation": "eager"}
    )
    model.max_seq_length = max_tokens
    return model.eval()


def _trace(model: "SentenceTransformer", path: Path) -> None:
    """Writes the whole model as one graph: transformer, pooling, and a vector of unit length."""
    import torch

    class Whole(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.model = model

        def forward(self, input_ids: Any, attention_mask: Any) -> Any:
            features = {"input_ids": input_ids, "attention_mask": attention_mask}
            return torch.nn.functional.normalize(self.model(features)["sentence_embedding"], dim=1)

    example = model.tokenizer(
        ["A short clause.", "A clause of other length, padded."], padding=True, return_tensors="pt"
    )
    sizes = {0: "texts", 1: "tokens"}
    # The tracing exporter: onnxruntime's fusions match the graphs that it writes.
    torch.onnx.export(
        Whole(),
        (example["input_ids"], example["attention_mask"]),
        str(path),
        input_names=["input_ids", "attention_mask"],
        output_names=["vector"],
        dynamic_axes={"input_ids": sizes, "attention_mask": sizes, "vector": {0: "texts"}},
        opset_version=17,
        dynamo=False,
    )


def _optimise(path: Path, model: "SentenceTransformer") -> None:
    """Fuses attention, normalisation and activation, in place, where the architecture is known."""
    config = model[0].auto_model.config
    if config.model_type not in _FUSED:
        return
    from onnxruntime.transformers import optimizer

    heads, size = int(config.num_attention_heads), int(config.hidden_size)
    optimizer.optimize_model(
        str(path), model_type="bert", num_heads=heads, hidden_size=size
    ).save_model_to_file(str(path))


def _quantise(exact: Path, target: Path) -> None:
    from onnxruntime.quantization import QuantType, quantize_dynamic

    # Seven bits for weights: without VNNI instructions, eight overflow the 16-bit sums.
    quantize_dynamic(
        exact,
        target,
        weight_type=QuantType.QInt8,
        per_channel=True,
        reduce_range=True,
        extra_options={"DefaultTensorType": 1},
    )


def _agreement(facts: Manifest, folder: Path, sample: list[str], reference: NDArray[np.float32]) -> float:
    facts.write(folder)
    vectors = OnnxEncoder(folder).encode(sample)
    return float((vectors * reference).sum(axis=1).min())


if __name__ == "__main__":
    main(sys.argv[1:])
