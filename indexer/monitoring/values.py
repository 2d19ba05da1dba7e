"""What is measured of a classifier at work, as values."""

from dataclasses import dataclass
from enum import StrEnum


class Metric(StrEnum):
    """What is measured. Shares lie in [0, 1]."""

    PRECISION = "precision"  # share of claims that are right, by random checks
    RECALL = "recall"  # share of the labels that apply and are claimed, by random checks
    MISSED = "missed"  # times that a label was found in a checked passage without a claim
    DISMISSED = "dismissed"  # share of judged claims of the classifier in use that people dismissed
    LABELS = "labels"  # mix of labels; value: claims per passage of the window
    LABEL_RATE = "label_rate"  # share of documents with a claim of a label
    LENGTH = "length"  # characters per passage
    DIGITS = "digits"  # digits per character
    UNFAMILIAR = "unfamiliar"  # share of passages in words that the classifier did not learn from
    MEANING = "meaning"  # cosine of the mean vectors of the window and of the reference
    WARNINGS = "warnings"  # share of documents that were read with a warning
    TIKA = "tika"  # share of documents that Tika read
    FAILED = "failed"  # share of files that could not be read
    GOLDEN_QUERIES = "golden_queries"  # share of the pack's golden queries that are answered
    GOLDEN_QUERY = "golden_query"  # passages with the label among the first ten answers of one
    GOLDEN_PRECISION = "golden_precision"  # on the pack's golden passages
    GOLDEN_RECALL = "golden_recall"
    SEARCH_MS = "search_ms"  # median time of the golden queries, in milliseconds
    LABEL_MS = "label_ms"  # time of labelling a golden passage, in milliseconds


@dataclass(frozen=True, slots=True)
class Series:
    """What a measurement is of.

    Attributes:
        pack: Name of the pack.
        collection: Empty for what is of the whole pack.
        source: Where documents came from, in words; empty for all.
        label: Empty for all labels; the text of a golden query; on the golden set, versions of what labels.
    """

    pack: str
    metric: Metric
    collection: str = ""
    source: str = ""
    label: str = ""


@dataclass(frozen=True, slots=True)
class Measurement:
    """One point of a series.

    Attributes:
        n: What it was counted over: documents, files, judged claims, checked passages, queries.
        low: Lower end of the 95 % interval, where there is one; ``high`` the upper one.
        before: The same of the reference, counted over ``before_n``.
        distance: How far the two are apart, beyond what chance alone lets one expect: a population stability
            index, or for ``meaning`` one minus the cosine.
        chance: Probability of such a distance where nothing changed.
        model: The classifier in use; empty for none.
        at: UTC ISO 8601; empty before it is written.
    """

    series: Series
    value: float
    n: int
    low: float | None = None
    high: float | None = None
    before: float | None = None
    before_n: int | None = None
    distance: float | None = None
    chance: float | None = None
    model: str = ""
    at: str = ""


@dataclass(frozen=True, slots=True)
class Alarm:
    """Something that is wrong, or was.

    Attributes:
        cause: What is wrong, in plain words.
        action: What to do.
        ended_at: None while it lasts.
    """

    series: Series
    began_at: str
    cause: str
    action: str
    ended_at: str | None = None
    seq: int = 0


@dataclass(frozen=True, slots=True)
class Reading:
    """The newest look at everything; ``at`` is empty where nobody looked yet.

    Attributes:
        alarms: Those that last, the oldest first.
        seconds: How long it took to look.
    """

    at: str
    measurements: tuple[Measurement, ...]
    alarms: tuple[Alarm, ...]
    seconds: float = 0.0

    def of_collection(self, name: str) -> list[Measurement]:
        """Returns what was measured of a collection, all its sources together."""
        return [
            each for each in self.measurements if each.series.collection == name and not each.series.source
        ]
