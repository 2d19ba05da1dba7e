"""Finds a sentence-transformers model by name or path, without torch."""

import json
import re
from dataclasses import dataclass
from pathlib import Path

from models.encoder import bundled
from models.errors import EncoderUnavailableError

NO_READER = "none"
_PUBLISHER = "sentence-transformers/"
# Vectors lie in the records under the encoder's version, of which 64 characters are kept; 42 say the rest.
_LONGEST = 22
# What a model needs; a repository also carries other formats of the same weights.
_PATTERNS = ["*.json", "*.txt", "*.model", "*.safetensors", "pytorch_model.bin"]


@dataclass(frozen=True, slots=True)
class ModelSource:
    """A model on this disk.

    Attributes:
        name: Short and fit for a file name, e.g. ``"all-minilm-l6-v2"``.
        folder: Where its files are.
        sha256: What its weights must hash to; empty where nothing is promised.
        reader: File of the reader that reads labels with it; None for none.
    """

    name: str
    folder: Path
    sha256: str = ""
    reader: Path | None = None

    @property
    def max_tokens(self) -> int:
        """The window that the model's own settings give it, special tokens included."""
        stated = self.read("sentence_bert_config.json").get("max_seq_length")
        limits = [
            stated,
            None if stated else self.read("tokenizer_config.json").get("model_max_length"),
            self.read("config.json").get("max_position_embeddings"),
        ]
        return min((limit for limit in limits if isinstance(limit, int) and limit > 0), default=512)

    def read(self, file: str) -> dict[str, object]:
        """Reads one of the model's JSON files; one that is missing is empty."""
        try:
            content = json.loads((self.folder / file).read_text(encoding="utf-8"))
        except FileNotFoundError:
            return {}
        except (OSError, ValueError) as error:
            raise EncoderUnavailableError(f"{self.folder / file}: cannot be read ({error})") from error
        return content if isinstance(content, dict) else {}


def locate(name: str, reader: str = "") -> ModelSource:
    """Finds a model.

    Args:
        name: Empty or its own name for the bundled one; else a folder, or a name on the Hugging Face hub,
            which is asked only where the model is not in its local cache and HF_HUB_OFFLINE is not set.
        reader: File of a reader for it; empty for the one that ships with the bundled model, ``"none"`` for
            none.

    Raises:
        EncoderUnavailableError: There is no such model or reader; the message says what was tried.
    """
    folder = Path(name).expanduser()
    chosen = None if reader in {"", NO_READER} else Path(reader).expanduser().resolve()
    if chosen is not None and not chosen.is_file():
        raise EncoderUnavailableError(f"reader {reader!r}: there is no such file")
    if not name or (name.lower().removeprefix(_PUBLISHER) == bundled.NAME and not folder.is_dir()):
        shipped = None if reader else bundled.bundled_reader()
        return ModelSource(bundled.NAME, bundled.bundled_folder(), bundled.SHA256, chosen or shipped)
    if not folder.is_dir():
        folder = _from_hub(name)
    if not (folder / "modules.json").is_file() or not (folder / "tokenizer.json").is_file():
        raise EncoderUnavailableError(
            f"{folder}: no sentence-transformers model (modules.json and tokenizer.json are needed)"
        )
    return ModelSource(_short(name), folder.resolve(), reader=chosen)


def _short(name: str) -> str:
    last = re.sub(r"[^a-z0-9.-]+", "-", Path(name).name.lower()).strip("-.")
    return last[:_LONGEST].rstrip("-.") or "model"


def _from_hub(name: str) -> Path:
    """Takes the model from the hub's cache, else downloads it where that is allowed."""
    from huggingface_hub import snapshot_download  # noqa: PLC0415
    from huggingface_hub.errors import HFValidationError, LocalEntryNotFoundError  # noqa: PLC0415

    try:
        return Path(snapshot_download(name, allow_patterns=_PATTERNS, local_files_only=True))
    except HFValidationError as error:
        raise EncoderUnavailableError(f"encoder {name!r}: no such folder, and no name of a model") from error
    except LocalEntryNotFoundError:
        pass
    try:
        return Path(snapshot_download(name, allow_patterns=_PATTERNS))
    except (OSError, ValueError) as error:  # the hub's errors derive from these
        raise EncoderUnavailableError(
            f"encoder {name!r}: neither a folder nor in the local cache, and it could not be downloaded "
            f"({_first_line(error)}); give the path of a downloaded model, or allow the network once"
        ) from error


def _first_line(error: Exception) -> str:
    return next(iter(str(error).splitlines()), type(error).__name__)
