"""What the worker of this composition does beside what every worker does."""

import logging
from functools import partial

from indexer.house.claims import measured
from indexer.house.report import last_report, make_report, state_of
from indexer.jobs import Job, LearningJobs, Report, learn_from_clicks
from indexer.ranking.interleaving import settle
from indexer.records.codec import time_to_text
from indexer.rollups import remove_events, roll_up
from search_app.compose import Parts
from search_app.experiments.process import take_up
from search_app.exporting import pseudonyms

HOUSE_SECONDS, RULE_REPORT_SECONDS = 20.0, 6 * 3600.0
# Between two looks for documents that a version beside the one in use has not labelled.
SHADOW_SECONDS = 5.0
# Between two looks for what MLflow has not been told.
MIRROR_SECONDS = 30.0
# Between two looks for experiments that nobody runs.
EXPERIMENT_SECONDS = 15.0
ROLL_UP_SECONDS, REMOVE_SECONDS = 60.0, 86_400.0
# Between two looks at the classifiers at work: what was decided or ingested meanwhile is measured together.
MONITOR_SECONDS = 3600.0
# Between two looks at how many clicks came.
CLICKS_SECONDS = 60.0
_log = logging.getLogger(__name__)


def jobs_of(parts: Parts) -> list[Job]:
    """Returns the jobs with their rhythms."""
    ingest = parts.ingest
    learning = LearningJobs(parts.learner, ingest.home, parts.settings.learn_after, ingest.clock).all()
    told = [Job("mirror", MIRROR_SECONDS, parts.mirror.catch_up)] if parts.mirror is not None else []
    return [
        *learning,
        *_ranking(parts),
        *told,
        Job("house_rules", HOUSE_SECONDS, partial(_measure_house_rules, parts)),
        Job("rule_reports", RULE_REPORT_SECONDS, partial(_report_rules, parts)),
        Job("experiments", EXPERIMENT_SECONDS, partial(_take_up, parts)),
        Job("roll_up", ROLL_UP_SECONDS, partial(_roll_up, parts)),
        Job("remove_events", REMOVE_SECONDS, partial(_remove_events, parts)),
        Job("measure", MONITOR_SECONDS, partial(_look, parts)),
        Job("shadow", SHADOW_SECONDS, partial(_shadow, parts)),
    ]


def _shadow(parts: Parts, report: Report) -> None:
    parts.shadowing.run(lambda done, total, detail="": report(done, total, detail))


def _ranking(parts: Parts) -> list[Job]:
    after = parts.settings.learn_clicks_after
    learns = [Job("learn_clicks", CLICKS_SECONDS, partial(_learn_clicks, parts))] if after else []
    return [*learns, Job("interleaving", CLICKS_SECONDS, partial(_settle, parts))]


def _settle(parts: Parts, _report: Report) -> None:
    words = settle(parts.engine, parts.rankers, time_to_text(parts.ingest.clock()))
    if words:
        _log.info("The comparison of two rankers has ended. %s", words)


def _learn_clicks(parts: Parts, report: Report) -> None:
    if parts.ranker_learner is not None:
        settings = parts.settings
        learn_from_clicks(parts.ranker_learner, settings.home, settings.learn_clicks_after, report)


def _measure_house_rules(parts: Parts, _report: Report) -> None:
    measured(parts.engine, parts.ingest.clock())


def _report_rules(parts: Parts, report: Report) -> None:
    """Finds out what the rules of each collection do, where rules or decisions changed since."""
    for collection in parts.collections():
        pack = parts.packs[collection]
        with parts.engine.connect() as connection:
            last = last_report(connection, collection)
            state = state_of(connection, collection, pack)
        if last is None or last.state != state:
            make_report(parts.engine, collection, pack, time_to_text(parts.ingest.clock()), report)


def _roll_up(parts: Parts, report: Report) -> None:
    roll_up(parts.engine, pseudonyms(parts.settings), parts.ingest.clock(), report)


def _remove_events(parts: Parts, report: Report) -> None:
    days = parts.settings.events_days
    if not days:
        return
    _roll_up(parts, report)  # what was recorded since the last time goes into the sums first
    removed = remove_events(parts.engine, parts.events, days, parts.ingest.clock(), report)
    if removed.events or removed.searches:
        _log.info("Removed %s", removed.words())


def _look(parts: Parts, report: Report) -> None:
    """Measures the classifiers at work, where anything changed since that was done last."""
    now = parts.ingest.clock()
    if parts.monitor.due(now):
        parts.monitor.look(now, report)


def _take_up(parts: Parts, _report: Report) -> None:
    take_up(parts)
