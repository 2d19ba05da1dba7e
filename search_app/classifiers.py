"""How the classifier of each pack is, in words: for /health, the status page, status and doctor."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from sqlalchemy import Engine

from indexer.records.read import unfamiliar_passages
from indexer.registry import Registry
from indexer.relabel import stale_documents, targets
from models.packs import Pack
from models.protocols import Encoder

REMEDY = "Go back with “clausewatch models rollback”, or put its file back from a backup."


class Having(Protocol):
    """The parts that are asked."""

    @property
    def engine(self) -> Engine:
        """The records."""
        ...

    @property
    def packs(self) -> Mapping[str, Pack]:
        """The pack of each collection."""
        ...

    @property
    def registry(self) -> Registry:
        """The model versions."""
        ...

    @property
    def encoder(self) -> Encoder:
        """The encoder in use."""
        ...


@dataclass(frozen=True, slots=True)
class ClassifierStatus:
    """The classifier of one pack.

    Attributes:
        version: Of the classifier that labels; empty where the rules label alone.
        since: When the current version was promoted; UTC ISO 8601, empty where there is none.
        labels: Number of labels that it gives.
        stale: Documents that have the labels of other versions than those in force.
        unfamiliar: Passages in words that it did not learn from.
        trouble: What is wrong; empty where nothing is.
        remedy: What to do about it.
    """

    pack: str
    version: str
    since: str
    labels: int
    stale: int
    unfamiliar: int
    trouble: str = ""
    remedy: str = ""

    def words(self) -> str:
        """Returns all of it as sentences."""
        waiting = "All documents have its labels."
        if self.stale:
            waiting = f"{self.stale:,} documents wait to be labelled anew."
        if self.trouble:
            instead = f"{self.version} labels" if self.version else "the keyword rules label"
            return f"{self.trouble} Instead, {instead}."
        if not self.version:
            rules = f"The pack {self.pack} has no classifier: its keyword rules label."
            return f"{rules} {waiting}" if self.stale else rules
        if self.unfamiliar:
            waiting = f"{waiting} {self.unfamiliar:,} passages are in words that it did not learn from."
        return f"{self.version} gives {self.labels} labels, since {self.since[:10]}. {waiting}"


def classifier_status(parts: Having) -> list[ClassifierStatus]:
    """Returns how the classifiers of all packs are, in order of their names."""
    found = []
    encoder = parts.encoder.version
    stale, unfamiliar = _stale(parts, encoder), _unfamiliar(parts)
    for pack in sorted({each.name for each in parts.packs.values()}):
        state = parts.registry.state(pack)
        used = state.used
        version, labels = (used.version, len(used.card.labels)) if used else ("", 0)
        found.append(
            ClassifierStatus(
                pack=pack,
                version=version,
                since=state.since,
                labels=labels,
                stale=stale.get(pack, 0),
                unfamiliar=unfamiliar.get(pack, 0),
                trouble=state.trouble,
                remedy=(state.remedy or REMEDY) if state.trouble else "",
            )
        )
    return found


def _stale(parts: Having, encoder: str) -> dict[str, int]:
    """Returns the number of stale documents of each pack."""
    with parts.engine.connect() as connection:
        wanted = targets(connection, parts.packs, parts.registry, encoder)
        counts = {name: stale_documents(connection, name, each.fingerprint) for name, each in wanted.items()}
    return _by_pack(parts, counts)


def _unfamiliar(parts: Having) -> dict[str, int]:
    """Returns the number of passages of each pack in words that its classifier did not learn from."""
    with parts.engine.connect() as connection:
        return _by_pack(parts, unfamiliar_passages(connection))


def _by_pack(parts: Having, counts: Mapping[str, int]) -> dict[str, int]:
    """Returns counts of collections as sums over those of each pack."""
    found: dict[str, int] = {}
    for name, count in counts.items():
        pack = parts.packs.get(name)
        if pack is not None:
            found[pack.name] = found.get(pack.name, 0) + count
    return found
