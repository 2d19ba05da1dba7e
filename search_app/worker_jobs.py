"""What the worker of this composition does beside what every worker does."""

from indexer.jobs import Job, LearningJobs
from search_app.compose import Parts


def jobs_of(parts: Parts) -> list[Job]:
    """Returns the jobs with their rhythms."""
    ingest = parts.ingest
    return LearningJobs(parts.learner, ingest.home, parts.settings.learn_after, ingest.clock).all()
