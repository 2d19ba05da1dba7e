"""The export itself, run as a process: torch in, ONNX out, checked against the original.

``python -m models.encoder.conversion NAME KEY SOURCE MAX_TOKENS TARGET [READER]`` fills the empty folder
TARGET.
"""

import json
import logging
import shutil
import sys
import warnings
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from models.encoder.manifest import Manifest
from models.encoder.onnx import OnnxEncoder
from models.reader.file import Reader, read_reader
from models.reader.network import Module, seen_below, trained_network, transformer_of

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer
    from torch import Tensor

# The lowest cosine to the original that an export may have on any text of the sample.
MIN_AGREEMENT = 0.98
# The most that a probability which its reader gives may differ from that of the whole in fp32. Some of it is
# as it should be: a reader is trained on the states that the encoder has in int8.
MAX_MISREADING = 0.2
# Architectures whose attention onnxruntime's optimizer knows how to fuse.
_FUSED = {"bert", "roberta", "xlm-roberta", "camembert"}


def main(arguments: list[str]) -> None:
    """Exports the model that the command line names."""
    name, key, source, max_tokens, target, *reader = arguments
    warnings.simplefilter("ignore")  # tracing warns of every branch that it follows
    logging.disable(logging.WARNING)
    read = read_reader(Path(reader[0])) if reader else None
    convert(Path(source), Path(target), name=name, key=key, max_tokens=int(max_tokens), reader=read)


def convert(
    source: Path, target: Path, *, name: str, key: str, max_tokens: int, reader: Reader | None = None
) -> Manifest:
    """Exports a model in int8, or in fp32 where int8 strays too far from the original.

    Args:
        source: Folder of a sentence-transformers model.
        target: An empty folder that receives the model, its tokenizer and its manifest.
        name: Short name of the model.
        key: Its fingerprint.
        max_tokens: Window in tokens, special tokens included.
        reader: Exported in the same graph; None for none.

    Returns:
        What was written.
    """
    model = _load(source, max_tokens)
    whole, sample = _whole(model, reader), read_sample()
    reference = _original(model, whole, sample)
    shutil.copyfile(source / "tokenizer.json", target / "tokenizer.json")
    exact = target / "exact.onnx"
    _trace(model, whole, exact)
    _optimise(exact, json.loads((source / "config.json").read_text(encoding="utf-8")))
    dimension, reads = reference[0].shape[1], reader.card.labels if reader else ()
    agreement, misreading = -1.0, 0.0
    for precision, kept in _attempts(exact):
        _write(exact, target / "model.onnx", precision, kept)
        facts = Manifest(
            name, key, precision, dimension, max_tokens, agreement, reader.version if reader else "", reads
        )
        facts.write(target)
        vectors, readings = OnnxEncoder(target).read(sample)
        agreement = float((vectors * reference[0]).sum(axis=1).min())
        misreading = float(np.abs(expit(readings) - expit(reference[1])).max(initial=0.0))
        if agreement >= MIN_AGREEMENT and misreading <= MAX_MISREADING:
            exact.unlink()
            facts = replace(facts, agreement=agreement)
            facts.write(target)
            return facts
    raise SystemExit(
        f"it differs from the original: lowest cosine {agreement:.3f}, a probability by {misreading:.3f}"
    )


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


def _whole(model: "SentenceTransformer", reader: Reader | None) -> Module:
    """Returns the model as one: transformer, pooling, a vector of unit length, and its readings if any."""
    import torch  # noqa: PLC0415

    transformer = transformer_of(model)
    network = trained_network(transformer, reader) if reader else None
    layers = reader.card.layers if reader else 0

    class Whole(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.model, self.network = model, network

        def forward(self, input_ids: "Tensor", attention_mask: "Tensor") -> tuple["Tensor", ...]:
            features = {"input_ids": input_ids, "attention_mask": attention_mask}
            with seen_below(transformer, layers) as seen:
                vector = torch.nn.functional.normalize(self.model(features)["sentence_embedding"], dim=1)
            if self.network is None:
                return (vector,)
            # A detour to the same states: an attention is fused only where three products alone leave them.
            states = seen["states"].unsqueeze(0).squeeze(0)
            return vector, self.network(states, seen["mask"], attention_mask > 0)[0]

    return Whole().eval()


def _original(
    model: "SentenceTransformer", whole: Module, texts: list[str]
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Returns vectors and readings of texts, each alone."""
    import torch  # noqa: PLC0415

    found = []
    with torch.no_grad():
        for text in texts:
            tokens = model.tokenizer(
                [text], truncation=True, max_length=model.max_seq_length, return_tensors="pt"
            )
            found.append(whole(tokens["input_ids"], tokens["attention_mask"]))
    vectors = np.concatenate([each[0].numpy() for each in found])
    if len(found[0]) == 1:
        return vectors, np.zeros((len(texts), 0), np.float32)
    return vectors, np.concatenate([each[1].numpy() for each in found])


def _trace(model: "SentenceTransformer", whole: Module, path: Path) -> None:
    """Writes all of it as one graph."""
    import torch  # noqa: PLC0415

    outputs = ["vector"] if whole.network is None else ["vector", "readings"]
    example = model.tokenizer(
        ["A short clause.", "A clause of other length, padded."], padding=True, return_tensors="pt"
    )
    sizes = {0: "texts", 1: "tokens"}
    # The tracing exporter: onnxruntime's fusions match the graphs that it writes.
    torch.onnx.export(
        whole,
        (example["input_ids"], example["attention_mask"]),
        str(path),
        input_names=["input_ids", "attention_mask"],
        output_names=outputs,
        dynamic_axes={"input_ids": sizes, "attention_mask": sizes} | {each: {0: "texts"} for each in outputs},
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
