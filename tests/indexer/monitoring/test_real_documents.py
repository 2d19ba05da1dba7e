"""Real contracts beside real e-mails, and beside other real contracts."""

import re
from pathlib import Path

import numpy as np
import pytest

from indexer.extract import extract_path
from indexer.monitoring.alarms import wrong
from indexer.monitoring.inputs import Profiles, measured
from indexer.monitoring.values import Metric, Series
from models.classifier.familiar import unfamiliar, words_of
from tests.fakes import HashingEncoder

OF = Series("contracts", Metric.LENGTH, "cuad")
Row = tuple[float, float, float, float, np.ndarray]


def row(path: Path, known: set[str]) -> Row:
    """Passages, characters, digits, and passages in unknown words of the beginning of a document."""
    text = beginning(path)
    passages = [each for each in re.split(r"\n\s*\n", text) if each.strip()] or [text]
    strange = unfamiliar(passages, known, 0.58).sum()
    digits = sum(map(str.isdigit, text))
    return len(passages), len(text), digits, float(strange), HashingEncoder().encode(passages).mean(axis=0)


def beginning(path: Path) -> str:
    return extract_path(path, path.name).text[:20_000]


def alarms(new: list[Row], old: list[Row]) -> set[Metric]:
    every = [*new, *old]
    passages, characters, digits, strange = np.array([each[:4] for each in every]).T
    nothing = np.zeros(len(every))
    found = Profiles(
        len(new), passages, characters, digits, strange, nothing, nothing, (),
        np.zeros((len(every), 0)), np.array([each[4] for each in every], np.float32),
    )  # fmt: skip
    return {series.metric for series in wrong(measured(found, OF), (), (), {})}


@pytest.mark.slow
def test_mails_among_contracts_alarm_and_halves_of_contracts_never_do(shared_data: Path) -> None:
    files = sorted((shared_data / "cuad" / "contracts").iterdir())[:160]
    known = {word for path in files for word in words_of(beginning(path))}
    contracts = [row(path, known) for path in files]
    mails = [row(path, known) for path in sorted((shared_data / "emails" / "messages").iterdir())[:40]]
    assert {Metric.UNFAMILIAR, Metric.DIGITS} <= alarms(mails, contracts)
    for seed in range(20):
        order = np.random.default_rng(seed).permutation(len(contracts)).tolist()
        mixed = [contracts[place] for place in order]
        assert alarms(mixed[:80], mixed[80:]) == set()
        assert alarms(mixed[:12], mixed[12:]) == set()
