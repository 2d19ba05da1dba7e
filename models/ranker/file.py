"""A ranker as one file: canonical JSON with the digest of its own content; reading it runs nothing of it."""

import hashlib
import json
import math
from dataclasses import asdict
from typing import Any

import numpy as np

from models.errors import RankerError
from models.ranker.card import RankerCard
from models.ranker.features import FEATURES
from models.ranker.linear import LinearRanker, Numbers

FORMAT, FORMAT_VERSION = "clausewatch-ranker", 1
# A ranker has a few dozen weights; what is larger is none.
LARGEST = 1 << 20
_DIGITS = 12
_UNUSABLE = (KeyError, ValueError, TypeError, AttributeError, RecursionError, OverflowError)


def write_ranker(card: RankerCard, weights: Numbers) -> bytes:
    """Returns the content of a ranker's file; equal values give equal bytes."""
    named = {feature.name: weight for feature, weight in zip(FEATURES, weights.tolist(), strict=True)}
    body: dict[str, Any] = {
        "format": FORMAT,
        "version": FORMAT_VERSION,
        "card": asdict(card),
        "weights": named,
    }
    return _canonical(body | {"digest": _digest(body)})


def read_ranker(content: bytes, name: str) -> LinearRanker:
    """Returns the ranker of a file's content; ``name`` is for messages.

    Raises:
        RankerError: The file is damaged, foreign, or of a newer version; the message has name and hash.
    """
    sha256 = hashlib.sha256(content).hexdigest()
    try:
        card, weights = _read(content)
    except RankerError as error:
        raise RankerError(f"{name} (SHA-256 {sha256}) cannot be used: {error}.") from error
    except _UNUSABLE as error:
        reason = f"{type(error).__name__}: {error}"
        raise RankerError(f"{name} (SHA-256 {sha256}) cannot be used: it is no ranker ({reason}).") from error
    return LinearRanker(f"ranker:{sha256[:_DIGITS]}", card, weights)


def _read(content: bytes) -> tuple[RankerCard, Numbers]:
    if len(content) > LARGEST:
        raise RankerError(f"it is no ranker (it has more than {LARGEST} bytes)")
    body = json.loads(content.decode("ascii"), parse_constant=_refuse)
    if not isinstance(body, dict) or body.get("format") != FORMAT:
        raise RankerError("it is no ranker of Clausewatch")
    if body["version"] != FORMAT_VERSION:
        raise RankerError(
            f"its format is {body['version']!r}, this version of Clausewatch reads {FORMAT_VERSION}"
        )
    stated = body.pop("digest", None)
    if stated != _digest(body) or _canonical(body | {"digest": stated}) != content:
        raise RankerError("it is damaged: its content does not have the digest that it states")
    return _card(body["card"]), _weights(body["weights"])


def _card(values: dict[str, Any]) -> RankerCard:
    card = RankerCard(**(values | {"queries": tuple(values["queries"])}))
    if not card.queries or not all(math.isfinite(value) for value in card.figures.values()):
        raise RankerError("its card names no queries, or figures that are none")
    return card


def _weights(stated: dict[str, float]) -> Numbers:
    if set(stated) != {feature.name for feature in FEATURES}:
        raise RankerError("it looks at other features of a candidate than this version of Clausewatch")
    weights = np.array([stated[feature.name] for feature in FEATURES], np.float64)
    if weights.shape != (len(FEATURES),) or not np.isfinite(weights).all():
        raise RankerError("its weights are not one number for each feature")
    return weights


def _canonical(body: dict[str, Any]) -> bytes:
    text = json.dumps(body, sort_keys=True, indent=1, ensure_ascii=True, allow_nan=False)
    return f"{text}\n".encode("ascii")


def _digest(body: dict[str, Any]) -> str:
    return hashlib.sha256(_canonical(body)).hexdigest()


def _refuse(constant: str) -> float:
    raise ValueError(f"{constant} is no number")
