"""What an adapted encoder says of itself: where it comes from, what it learned from, and what that bought."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass

from models.encoder.source import ModelSource
from models.errors import EncoderUnavailableError

FILE, FORMAT, FORMAT_VERSION = "clausewatch.json", "clausewatch-encoder", 1


@dataclass(frozen=True, slots=True)
class AdaptationCard:
    """The card of an adapted encoder.

    Attributes:
        parents: Fingerprints of the encoders that it was made from, the first one first.
        parent_name: Name of the last of them.
        data: Hex SHA-256 of the judged passages that it learned from.
        data_name: Where these came from, for people.
        spans: Hex SHA-256 of the marked words; empty where there were none.
        queries: ``models.ranker.example.query_digest`` of each query that it learned from, in order.
        passages: Passages that answer one of them.
        marked: Marked words.
        epochs: How often each passage was seen.
        seed: Of everything random.
        share: Of the trained weights in the mean of old and new.
        precision: What it was trained in.
        figures: Means over queries that a training was kept from, by encoder and way to search, e.g.
            ``"new meaning ndcg@5"`` beside ``"old meaning ndcg@5"``; empty where none was measured.
        measured: Number of those queries.
    """

    parents: tuple[str, ...]
    parent_name: str
    data: str
    data_name: str
    spans: str
    queries: tuple[str, ...]
    passages: int
    marked: int
    epochs: int
    seed: int
    share: float
    precision: str
    figures: Mapping[str, float]
    measured: int

    def to_json(self) -> str:
        """Returns the content of the card's file; equal cards give equal ones."""
        body = {"format": FORMAT, "version": FORMAT_VERSION} | asdict(self) | {"figures": dict(self.figures)}
        return json.dumps(body, indent=1, sort_keys=True, ensure_ascii=True) + "\n"


def card_of(source: ModelSource) -> AdaptationCard | None:
    """Returns the card of an encoder; None for one that was not adapted here.

    Raises:
        EncoderUnavailableError: The card is damaged or of a newer version.
    """
    path = source.folder / FILE
    body = source.read(FILE)
    if not body:
        return None
    if body.pop("format", None) != FORMAT or body.pop("version", None) != FORMAT_VERSION:
        raise EncoderUnavailableError(
            f"{path}: no card of an encoder that this version of Clausewatch can read"
        )
    try:
        lists = {name: tuple(str(each) for each in _list(body, name)) for name in ("parents", "queries")}
        return AdaptationCard(**(body | lists))  # type: ignore[arg-type]  # refused below where it does not fit
    except (KeyError, TypeError) as error:
        raise EncoderUnavailableError(f"{path}: the card of the encoder is damaged ({error})") from error


def _list(body: Mapping[str, object], name: str) -> list[object]:
    value = body[name]
    if not isinstance(value, list):
        raise TypeError(f"{name} is no list")
    return value


def readme(card: AdaptationCard) -> str:
    """Returns what people who look into the folder read."""
    lines = [
        f"# {card.parent_name}, adapted by Clausewatch",
        "",
        f"A sentence-transformers model: the mean of {card.parent_name} and of a copy that was trained on "
        f"{len(card.queries)} judged queries ({card.data_name}; {card.passages} passages that answer them) "
        f"and {card.marked} marked spans; {card.epochs} epochs, seed {card.seed}, {card.precision}.",
        "",
    ]
    if card.figures:
        lines += [f"Measured on {card.measured} queries that a training was kept from:", ""]
        lines += [f"- {name}: {value:.4f}" for name, value in card.figures.items()]
        lines.append("")
    return "\n".join([*lines, f"All of its data and parameters: {FILE}.", ""])
