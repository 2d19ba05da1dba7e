"""What the worker of this composition does beside what every worker does."""

from functools import partial

from indexer.house.claims import measured
from indexer.jobs import Job, LearningJobs, Report
from search_app.compose import Parts

MEASURE_SECONDS = 20.0


def jobs_of(parts: Parts) -> list[Job]:
    """Returns the jobs with their rhythms."""
    ingest = parts.ingest
    learning = LearningJobs(parts.learner, ingest.home, parts.settings.learn_after, ingest.clock).all()
    return [*learning, Job("house_rules", MEASURE_SECONDS, partial(_measure, parts))]


def _measure(parts: Parts, _report: Report) -> None:
    measured(parts.engine, parts.ingest.clock())
