"""What the worker does: signs of life, jobs, learning, and the sums of events."""

from datetime import datetime

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from sqlalchemy import Connection, func, select

from indexer.records import schema
from indexer.records.events import last_number
from indexer.records.heartbeat import WORKER, read_heartbeat
from indexer.records.jobs import read_job_runs
from indexer.rollups import seen_by_all
from search_app.monitor.family import age, gauge, labelled

Family = GaugeMetricFamily | CounterMetricFamily


def facts(connection: Connection, now: datetime) -> list[Family]:
    """Returns what the records say of the work."""
    return [*_worker(connection, now), *_learning(connection), *_events(connection)]


def _worker(connection: Connection, now: datetime) -> list[Family]:
    jobs = read_job_runs(connection).values()
    beat = read_heartbeat(connection, WORKER)
    late = GaugeMetricFamily(
        "clausewatch_worker_heartbeat_age_seconds", "Seconds since the worker's last sign of life."
    )
    if beat is not None:
        late.add_metric([], age(beat.beat, now))
    return [
        late,
        labelled(
            GaugeMetricFamily(
                "clausewatch_job_failed", "Whether a job failed the last time.", labels=["job"]
            ),
            (((job.name,), float(bool(job.failure))) for job in jobs),
        ),
        labelled(
            GaugeMetricFamily(
                "clausewatch_job_start_age_seconds", "Seconds since a job last began.", labels=["job"]
            ),
            (((job.name,), age(job.started, now)) for job in jobs),
        ),
    ]


def _learning(connection: Connection) -> list[Family]:
    runs, decisions = schema.learning_runs, schema.decisions
    states = connection.execute(select(runs.c.state, func.count()).group_by(runs.c.state)).all()
    said = connection.execute(select(decisions.c.action, func.count()).group_by(decisions.c.action)).all()
    return [
        labelled(
            GaugeMetricFamily("clausewatch_learning_runs", "Runs of learning.", labels=["state"]),
            (((state,), count) for state, count in states),
        ),
        labelled(
            CounterMetricFamily(
                "clausewatch_decisions", "Lines that people said of labels.", labels=["action"]
            ),
            (((action,), count) for action, count in said),
        ),
    ]


def _events(connection: Connection) -> list[Family]:
    days = schema.event_days
    summed = select(days.c.action, days.c.robot, func.sum(days.c.events)).group_by(
        days.c.action, days.c.robot
    )
    table = schema.ubi_events
    behind = last_number(connection, table) - seen_by_all(connection, table.name)
    return [
        labelled(
            CounterMetricFamily(
                "clausewatch_summed_events", "Events in the sums of all days.", labels=["action", "robot"]
            ),
            (
                ((action, "yes" if robot else "no"), count)
                for action, robot, count in connection.execute(summed)
            ),
        ),
        gauge("clausewatch_unsummed_events", "Events that are not in the sums yet.", behind),
    ]
