"""What labels by a pack, and why it is not something else."""

from dataclasses import dataclass

from indexer.registry.journal import ModelVersion


@dataclass(frozen=True, slots=True)
class ModelState:
    """What labels by a pack.

    Attributes:
        current: The version that was promoted last; None where there is none.
        since: When that was; UTC ISO 8601, empty where there is none.
        used: The version that labels: the current one, or a previous one where that cannot be used; None
            where the rules label alone.
        trouble: Why the current one, or the one that the product ships, is not used; empty where it is.
        remedy: What to do about it, where something else than the file is to be mended; else empty.
    """

    pack: str
    current: ModelVersion | None = None
    since: str = ""
    used: ModelVersion | None = None
    trouble: str = ""
    remedy: str = ""
