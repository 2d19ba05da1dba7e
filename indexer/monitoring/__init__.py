"""What happens after a classifier was promoted: how right it is, how inputs change, and what is wrong."""

from indexer.monitoring.read import ended_alarms, history, latest, open_alarms
from indexer.monitoring.values import Alarm, Measurement, Metric, Reading, Series

__all__ = [
    "Alarm",
    "Measurement",
    "Metric",
    "Reading",
    "Series",
    "ended_alarms",
    "history",
    "latest",
    "open_alarms",
]
