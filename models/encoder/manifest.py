"""What an exported model says of itself."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from models.errors import EncoderUnavailableError

FILE = "manifest.json"


def version(name: str, precision: str, max_tokens: int, fingerprint: str) -> str:
    """Returns what vectors are stored under, at most 64 characters; where it ends: see ``reads_with``."""
    return f"{name}:{precision}:{max_tokens}:{fingerprint}"


def reads_with(version: str, reader: str) -> bool:
    """Whether the encoder of a version has a reader, by the reader's version."""
    return version.endswith(f"-{reader}")


@dataclass(frozen=True, slots=True)
class Manifest:
    """The facts that the export established.

    Attributes:
        name: Short name of the model.
        fingerprint: Of its weights, settings and tokenizer, and of the way it is exported.
        precision: ``"int8"``, or ``"fp32"`` where int8 strayed too far from the original.
        dimension: Length of a vector.
        max_tokens: Window in tokens, special tokens included.
        agreement: Lowest cosine to the original model on the fixed sample, in [-1, 1].
        reader: Version of the reader in it; empty where it has none.
        reads: The labels that it reads.
    """

    name: str
    fingerprint: str
    precision: str
    dimension: int
    max_tokens: int
    agreement: float
    reader: str = ""
    reads: tuple[str, ...] = ()

    @property
    def version(self) -> str:
        """What vectors are stored under; equal versions give equal vectors. At most 64 characters."""
        return version(self.name, self.precision, self.max_tokens, self.fingerprint)

    def write(self, folder: Path) -> None:
        """Writes the facts into the folder of the exported model."""
        (folder / FILE).write_text(json.dumps(asdict(self), indent=2) + "\n", encoding="utf-8")


def read_manifest(folder: Path) -> Manifest:
    """Reads the facts of an exported model.

    Raises:
        EncoderUnavailableError: The file is missing or damaged; deleting the folder has it exported anew.
    """
    try:
        values = json.loads((folder / FILE).read_text(encoding="utf-8"))
        return Manifest(**(values | {"reads": tuple(values.get("reads", ()))}))
    except (OSError, ValueError, TypeError, AttributeError) as error:
        raise EncoderUnavailableError(
            f"{folder / FILE}: cannot be read ({error}); delete {folder} to have the model exported anew"
        ) from error
