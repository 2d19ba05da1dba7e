"""Where classifiers come from and where they are kept."""

from pathlib import Path

from models.encoder.tokens import TokenCounter
from models.errors import ClassifierError
from models.packs import Pack
from models.protocols import Classifier
from search_app.compose import Parts


def current_classifier(parts: Parts, pack: Pack) -> Classifier | None:
    """Returns the classifier that labels a pack's passages; None where keyword rules alone do."""
    from models.classifier.starter import starter_classifier  # noqa: PLC0415

    del parts
    found: Classifier | None = starter_classifier(pack.name)
    return found


def classifier_of(parts: Parts, pack: Pack, named: str) -> Classifier:
    """Returns the classifier of a file or version; the current one where neither is named.

    Raises:
        ClassifierError: There is no such classifier, or its file is none.
    """
    if not named:
        current = current_classifier(parts, pack)
        if current is None:
            raise ClassifierError(f"the pack {pack.name!r} has no classifier yet; name a file with --model")
        return current
    for path in (Path(named), _kept(parts, named)):
        if path.is_file():
            return read_file(path.read_bytes(), path.name)
    raise ClassifierError(f"{named}: neither a file nor the version of a classifier that is kept")


def read_file(content: bytes, name: str) -> Classifier:
    """Returns the classifier in a file's bytes; raises ClassifierError for what is none."""
    from models.classifier.file import read_classifier  # noqa: PLC0415

    found: Classifier = read_classifier(content, name)
    return found


def keep(parts: Parts, content: bytes) -> str:
    """Keeps a classifier under the home folder and returns where."""
    path = _kept(parts, read_file(content, "the new classifier").version)
    path.parent.mkdir(parents=True, exist_ok=True)
    write_file(path, content)
    return str(path)


def write_file(path: Path, content: bytes) -> None:
    """Writes a file that is whole or not there, whenever the process ends."""
    temporary = path.with_name(f"{path.name}.new")
    temporary.write_bytes(content)
    temporary.replace(path)


def _kept(parts: Parts, version: str) -> Path:
    # A version holds colons, which Windows forbids in names of files.
    return parts.settings.home / "classifiers" / f"{version.replace(':', '-').replace('/', '-')}.npz"


def tokens_of(parts: Parts) -> TokenCounter:
    """Returns what counts tokens for the encoder that the settings name."""
    return TokenCounter(parts.settings.encoder)
