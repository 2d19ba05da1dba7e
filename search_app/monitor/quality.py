"""How good the classifier at work is, as it was measured last, and what is alarming."""

from collections import Counter
from datetime import datetime

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from sqlalchemy import Connection

from indexer.monitoring.read import latest
from indexer.monitoring.values import Measurement, Metric
from indexer.registry.journal import promoted, read_journal
from search_app.monitor.family import age, labelled

Family = GaugeMetricFamily | CounterMetricFamily
LABELS = ["pack", "metric", "collection", "label"]


def facts(connection: Connection, now: datetime) -> list[Family]:
    """Returns what was measured last; nothing that names a folder, a sender or a query."""
    reading = latest(connection)
    shown = [each for each in reading.measurements if _shown(each)]
    looked = GaugeMetricFamily(
        "clausewatch_measured_age_seconds", "Seconds since the classifiers at work were measured."
    )
    if reading.at:
        looked.add_metric([], age(reading.at, now))
    alarms = Counter((alarm.series.pack, alarm.series.metric.value) for alarm in reading.alarms)
    return [
        looked,
        _family("clausewatch_measurement", "What was measured; shares lie in 0 to 1.", shown, "value"),
        _family("clausewatch_measurement_low", "Lower end of its 95 % interval.", shown, "low"),
        _family("clausewatch_measurement_high", "Upper end of its 95 % interval.", shown, "high"),
        _family("clausewatch_drift_distance", "How far it is from its reference.", shown, "distance"),
        labelled(
            GaugeMetricFamily("clausewatch_alarms", "Alarms that last.", labels=["pack", "metric"]),
            alarms.items(),
        ),
        _classifiers(connection),
    ]


def _shown(measurement: Measurement) -> bool:
    return not measurement.series.source and measurement.series.metric is not Metric.GOLDEN_QUERY


def _family(name: str, about: str, found: list[Measurement], field: str) -> GaugeMetricFamily:
    values = ((each.series, getattr(each, field)) for each in found)
    samples = (
        ((series.pack, series.metric.value, series.collection, series.label), value)
        for series, value in values
        if value is not None
    )
    return labelled(GaugeMetricFamily(name, about, labels=LABELS), samples)


def _classifiers(connection: Connection) -> GaugeMetricFamily:
    entries = read_journal(connection)
    packs = sorted({entry.pack for entry in entries})
    stacks = ((pack, promoted(entry for entry in entries if entry.pack == pack)) for pack in packs)
    return labelled(
        GaugeMetricFamily(
            "clausewatch_classifier_info", "The version that labels.", labels=["pack", "version"]
        ),
        (((pack, stack[-1].version), 1.0) for pack, stack in stacks if stack),
    )
