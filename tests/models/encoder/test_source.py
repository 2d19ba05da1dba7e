import json
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

import pytest

from models.encoder import bundled, load_encoder
from models.encoder.source import ModelSource, locate
from models.encoder.tokens import TokenCounter, read_tokenizer
from models.encoder.weights import fingerprint
from models.errors import EncoderUnavailableError


def test_the_bundled_weights_are_those_that_the_authors_published() -> None:
    source = locate("")
    content = (source.folder / "model.safetensors").read_bytes()
    assert sha256(content).hexdigest() == source.sha256 == bundled.SHA256
    assert (source.name, source.max_tokens) == ("all-minilm-l6-v2", 256)


@pytest.mark.parametrize("name", ["all-MiniLM-L6-v2", "sentence-transformers/all-MiniLM-L6-v2"])
def test_the_bundled_model_goes_by_its_own_name_too_and_nothing_is_downloaded(name: str) -> None:
    assert locate(name) == locate("")


def test_other_weights_under_the_bundled_name_are_refused_with_what_to_do(
    copied: Path, tmp_path: Path
) -> None:
    with pytest.raises(EncoderUnavailableError, match="force-reinstall"):
        fingerprint(ModelSource("m", copied, bundled.SHA256), tmp_path)


def test_weights_are_hashed_anew_only_when_their_size_or_time_has_changed(
    copied: Path, tmp_path: Path
) -> None:
    source = ModelSource("m", copied, sha256(b"abc").hexdigest())
    first = fingerprint(source, tmp_path)
    note = tmp_path / "m.weights.json"
    # A note that lies is believed while the file looks the same, which shows that nothing was hashed.
    note.write_text(note.read_text().replace(source.sha256, "0" * 64))
    with pytest.raises(EncoderUnavailableError, match="0" * 64):
        fingerprint(source, tmp_path)
    (copied / "model.safetensors").write_bytes(b"abc")
    assert fingerprint(source, tmp_path) == first


def test_a_cache_that_cannot_be_written_is_done_without(copied: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    source = locate(str(copied))
    assert fingerprint(source, tmp_path / "file" / "models") == fingerprint(source, tmp_path)


def test_a_note_that_was_cut_off_is_written_anew(copied: Path, tmp_path: Path) -> None:
    source = ModelSource("m", copied)
    first = fingerprint(source, tmp_path)
    (tmp_path / "m.weights.json").write_text('{"files": [')
    assert fingerprint(source, tmp_path) == first
    assert json.loads((tmp_path / "m.weights.json").read_text())["sha256"] == sha256(b"abc").hexdigest()


@pytest.mark.parametrize("file", ["model.safetensors", "tokenizer.json", "1_Pooling/config.json"])
def test_a_change_of_weights_tokenizer_or_pooling_changes_the_fingerprint(
    copied: Path, tmp_path: Path, file: str
) -> None:
    first = fingerprint(locate(str(copied)), tmp_path)
    (copied / file).write_text("{}", encoding="utf-8")
    assert fingerprint(locate(str(copied)), tmp_path) != first


def test_a_model_without_weights_says_so(copied: Path, tmp_path: Path) -> None:
    (copied / "model.safetensors").unlink()
    with pytest.raises(EncoderUnavailableError, match="no weights"):
        fingerprint(locate(str(copied)), tmp_path)


def test_a_folder_is_a_model_by_path_and_its_name_is_fit_for_a_file(copied: Path) -> None:
    source = locate(str(copied))
    assert (source.name, source.sha256, source.max_tokens) == ("my-model", "", 256)


def test_a_window_that_no_file_states_is_the_networks_own(copied: Path) -> None:
    (copied / "sentence_bert_config.json").unlink()
    (copied / "tokenizer_config.json").write_text('{"model_max_length": 1000000000000000019884624838656}')
    assert locate(str(copied)).max_tokens == 512


def test_a_folder_that_holds_no_model_is_refused(tmp_path: Path) -> None:
    with pytest.raises(EncoderUnavailableError, match=r"modules\.json and tokenizer\.json are needed"):
        locate(str(tmp_path))


def test_a_settings_file_that_is_no_json_is_named(copied: Path) -> None:
    (copied / "sentence_bert_config.json").write_text("{")
    with pytest.raises(EncoderUnavailableError, match=r"sentence_bert_config\.json"):
        _ = locate(str(copied)).max_tokens


def test_a_name_that_can_be_no_model_is_refused() -> None:
    with pytest.raises(EncoderUnavailableError, match="no such folder"):
        locate("/no/such/folder")


def test_a_model_that_is_not_here_is_not_downloaded_where_the_hub_is_forbidden() -> None:
    program = "from models.encoder.source import locate; locate('nobody/no-such-model')"
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        env={"HF_HUB_OFFLINE": "1", "PATH": "", "HOME": "/nowhere"},
        check=False,
    )
    assert (
        "EncoderUnavailableError: encoder 'nobody/no-such-model': neither a folder nor in the local cache"
        in (done.stderr)
    )


def test_an_unknown_backend_is_refused(tmp_path: Path) -> None:
    with pytest.raises(EncoderUnavailableError, match="backend 'tpu': expected auto, onnx or torch"):
        load_encoder("", "tpu", tmp_path)


def test_tokens_are_counted_with_the_special_ones_and_without_cutting() -> None:
    counter = TokenCounter()
    assert counter.max_tokens == 256
    assert counter.count("") == 2
    assert counter.count("The rent is due.") == 7
    assert counter.count("rent " * 10_000) == 10_002


def test_a_damaged_tokenizer_is_named(tmp_path: Path) -> None:
    (tmp_path / "tokenizer.json").write_text("{}")
    with pytest.raises(EncoderUnavailableError, match=r"tokenizer\.json: cannot be read as a tokenizer"):
        read_tokenizer(tmp_path / "tokenizer.json")


def test_counting_tokens_loads_neither_torch_nor_onnx() -> None:
    program = (
        "import sys; from models.encoder.tokens import TokenCounter; TokenCounter().count('x'); "
        "print({'torch', 'onnx', 'onnxruntime', 'transformers'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
