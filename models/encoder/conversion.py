"""The export itself, run as a process: torch in, ONNX out, checked against the original.

``python -m models.encoder.conversion NAME KEY SOURCE MAX_TOKENS TARGET`` fills the empty folder TARGET.
"""

import json
import logging
import shutil
import sys
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from models.encoder.manifest import Manifest
from models.encoder.onnx import OnnxEncoder

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer
    from torch import Tensor

# The lowest cosine to the original that an export may have on any text of the sample.
MIN_AGREEMENT = 0.98
# Architectures whose attention onnxruntime's optimizer knows how to fuse.
_FUSED = {"bert", "roberta", "xlm-roberta", "camembert"}


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
    exact = target / "exact.onnx"
    _trace(model, exact)
    _optimise(exact, json.loads((source / "config.json").read_text(encoding="utf-8")))
    agreement = -1.0
    for precision, kept in _attempts(exact):
        _write(exact, target / "model.onnx", precision, kept)
        Manifest(name, key, precision, reference.shape[1], max_tokens, agreement).write(target)
        vectors = OnnxEncoder(target).encode(sample)
        agreement = float((vectors * reference).sum(axis=1).min())
        if agreement >= MIN_AGREEMENT:
            exact.unlink()
            facts = Manifest(name, key, precision, reference.shape[1], max_tokens, agreement)
            facts.write(target)
            return facts
    raise SystemExit(f"its vectors differ from the original's: lowest cosine {agreement:.3f}")


def read_sample() -> list[str]:
    """Returns the texts that every export is checked on: from two words to more than the window."""
    content = (Path(__file__).parent / "sample.txt").read_text(encoding="utf-8")
    return [" ".join(text.split()) for text in content.split("\n\n") if text.strip()]


def _load(source: Path, max_tokens: int) -> "SentenceTransformer":
    from sentence_transformers import SentenceTransformer  # noqa: PLC0415

    model = SentenceTransformer(
        str(source), device="cpu", local_files_only=True, model_kwargs={"attn_implementation": "eager"}
    )
    model.max_seq_length = max_tokens
    return model.eval()


def _trace(model: "SentenceTransformer", path: Path) -> None:
    """Writes the whole model as one graph: transformer, pooling, and a vector of unit length."""
    import torch  # noqa: PLC0415

    class Whole(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.model = model

        def forward(self, input_ids: "Tensor", attention_mask: "Tensor") -> "Tensor":
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


def _optimise(path: Path, config: dict[str, Any]) -> None:
    """Fuses attention and activation, in place, where the architecture is known."""
    if config.get("model_type") not in _FUSED:
        return
    from onnxruntime.transformers import optimizer  # noqa: PLC0415
    from onnxruntime.transformers.fusion_options import FusionOptions  # noqa: PLC0415

    options = FusionOptions("bert")
    options.enable_skip_layer_norm = False  # the fused kernel takes four times as long, see OnnxEncoder
    optimizer.optimize_model(
        str(path),
        model_type="bert",
        num_heads=config["num_attention_heads"],
        hidden_size=config["hidden_size"],
        optimization_options=options,
    ).save_model_to_file(str(path))


def _attempts(exact: Path) -> list[tuple[str, list[str]]]:
    """Returns precisions to try, the fastest first, each with the nodes that it leaves in fp32.

    Embeddings are only looked up, so int8 would cost accuracy and gain nothing. Of the products, those
    that lead from the wide inner layer back suffer most, the first above all.
    """
    import onnx  # noqa: PLC0415

    graph = onnx.load(exact).graph
    shapes = {tensor.name: tuple(tensor.dims) for tensor in graph.initializer}
    lookups = [node.name for node in graph.node if node.op_type in {"Gather", "EmbedLayerNormalization"}]
    narrowing = [
        node.name
        for node in graph.node
        if node.op_type == "MatMul"
        and len(shape := shapes.get(node.input[1], ())) == 2
        and shape[0] > shape[1]
    ]
    return [("int8", lookups + narrowing[:1]), ("int8", lookups + narrowing), ("fp32", [])]


def _write(exact: Path, target: Path, precision: str, kept: list[str]) -> None:
    from onnxruntime.quantization import QuantType, quantize_dynamic  # noqa: PLC0415

    if precision == "fp32":
        shutil.copyfile(exact, target)
        return
    # Seven bits for weights: without VNNI instructions, eight overflow the 16-bit sums.
    quantize_dynamic(
        exact,
        target,
        nodes_to_exclude=kept,
        weight_type=QuantType.QInt8,
        per_channel=True,
        reduce_range=True,
        extra_options={"DefaultTensorType": 1},  # FLOAT, where shape inference does not know our operators
    )


if __name__ == "__main__":
    main(sys.argv[1:])
