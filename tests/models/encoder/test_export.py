import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import onnx
import pytest

from models.encoder import manifest
from models.encoder.conversion import read_sample
from models.encoder.export import exported
from models.encoder.manifest import Manifest, read_manifest
from models.encoder.onnx import OnnxEncoder
from models.encoder.source import locate
from models.encoder.tokens import TokenCounter
from models.errors import EncoderUnavailableError


def test_the_sample_has_texts_of_every_length_and_three_languages() -> None:
    sample = read_sample()
    assert len(sample) >= 40
    assert min(len(text) for text in sample) < 10
    counter = TokenCounter()
    assert max(counter.count(text) for text in sample) > counter.max_tokens
    assert any("Haftung" in text for text in sample)
    assert any("contrat" in text for text in sample)


@pytest.mark.slow
def test_a_failed_export_says_why_and_leaves_nothing_that_looks_finished(
    copied: Path, tmp_path: Path
) -> None:
    cache = tmp_path / "cache"
    with pytest.raises(EncoderUnavailableError, match=r"export of my-model to ONNX failed: \S"):
        exported(locate(str(copied)), cache)
    assert not list(cache.glob(f"*/{manifest.FILE}"))


@pytest.mark.slow
def test_the_bundled_model_is_exported_once_in_int8_close_to_the_original(
    encoder: OnnxEncoder, cache: Path
) -> None:
    folder = exported(locate(""), cache)
    facts = read_manifest(folder)
    assert (facts.precision, facts.dimension, facts.max_tokens) == ("int8", 384, 256)
    assert facts.agreement >= 0.98
    assert facts.version == encoder.version == f"all-minilm-l6-v2:int8:256:{facts.fingerprint}"
    assert len(facts.version) <= 64
    assert sorted(path.name for path in folder.iterdir()) == ["manifest.json", "model.onnx", "tokenizer.json"]
    before = (folder / "model.onnx").stat().st_mtime_ns
    assert exported(locate(""), cache) == folder
    assert (folder / "model.onnx").stat().st_mtime_ns == before


@pytest.mark.slow
def test_all_attentions_are_fused_and_run_in_int8(encoder: OnnxEncoder, cache: Path) -> None:
    """Six of the model and one of its reader; one that is not fused takes several times as long."""
    graph = onnx.load(exported(locate(""), cache) / "model.onnx").graph
    assert sum(node.op_type == "QAttention" for node in graph.node) == 7
    kept = sum(node.op_type == "MatMul" for node in graph.node)
    assert kept <= 2  # the first that leads from the wide layer back, and a weighted mean


@pytest.mark.slow
def test_what_a_killed_export_left_behind_is_cleared_and_two_at_once_agree(
    cache: Path, encoder: OnnxEncoder
) -> None:
    folder = exported(locate(""), cache)
    kept = {path.name: path.read_bytes() for path in folder.iterdir()}
    unfinished = folder.with_name(f"{folder.name}.unfinished")
    folder.rename(unfinished)
    (unfinished / manifest.FILE).unlink()
    with ThreadPoolExecutor(2) as pool:
        folders = list(pool.map(lambda _: exported(locate(""), cache), range(2)))
    assert folders == [folder, folder]
    assert not unfinished.exists()
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == kept


@pytest.mark.slow
def test_loading_an_exported_model_leaves_torch_alone(cache: Path, encoder: OnnxEncoder) -> None:
    program = (
        "import sys; from pathlib import Path; from models.encoder import load_encoder; "
        f"load_encoder('', 'auto', Path({str(cache)!r})).encode(['x']); "
        "heavy = {'torch', 'onnx', 'transformers', 'sentence_transformers', 'huggingface_hub'}; "
        "print(heavy & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


def test_a_manifest_survives_being_written_and_read(tmp_path: Path) -> None:
    facts = Manifest("m", "0123", "fp32", 384, 256, 0.991)
    facts.write(tmp_path)
    assert read_manifest(tmp_path) == facts


@pytest.mark.parametrize("content", ["", "{}", "[]", "null"])
def test_a_damaged_export_says_what_to_delete(tmp_path: Path, content: str) -> None:
    (tmp_path / manifest.FILE).write_text(content)
    with pytest.raises(EncoderUnavailableError, match=r"delete .* to have the model exported anew"):
        OnnxEncoder(tmp_path)
