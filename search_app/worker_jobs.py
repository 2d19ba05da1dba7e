"""What the worker of this composition does beside what every worker does."""

from functools import partial

from indexer.house.claims import measured
from indexer.jobs import Job, LearningJobs, Report
from search_app.compose import Parts

MEASURE_SECONDS = 20.0
# Between two looks for what MLflow has not been told.
MIRROR_SECONDS = 30.0


def jobs_of(parts: Parts) -> list[Job]:
    """Returns the jobs with their rhythms."""
    ingest = parts.ingest
    learning = LearningJobs(parts.learner, ingest.home, parts.settings.learn_after, ingest.clock).all()
    told = [Job("mirror", MIRROR_SECONDS, parts.mirror.catch_up)] if parts.mirror is not None else []
    return [*learning, *told, Job("house_rules", MEASURE_SECONDS, partial(_measure, parts))]


def _measure(parts: Parts, _report: Report) -> None:
    measured(parts.engine, parts.ingest.clock())
