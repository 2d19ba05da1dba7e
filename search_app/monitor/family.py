"""Families of metrics in one line each."""

from collections.abc import Iterable
from datetime import datetime
from typing import TypeVar

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily

F = TypeVar("F", GaugeMetricFamily, CounterMetricFamily)
Samples = Iterable[tuple[tuple[str, ...], float]]


def gauge(name: str, about: str, value: float) -> GaugeMetricFamily:
    """Returns a value that may fall."""
    return GaugeMetricFamily(name, about, value=value)


def counter(name: str, about: str, value: float) -> CounterMetricFamily:
    """Returns a value that only grows; its sample is named with ``_total`` behind."""
    return CounterMetricFamily(name, about, value=value)


def labelled(family: F, samples: Samples) -> F:
    """Adds the samples, each with the values of its labels in their order."""
    for labels, value in samples:
        family.add_metric(labels, value)
    return family


def age(moment: str, now: datetime) -> float:
    """Returns the seconds since a stored time; none for one that is ahead."""
    return max((now - datetime.fromisoformat(moment)).total_seconds(), 0.0)
