"""The worker: one scheduler that takes uploads, watches folders, keeps the index up to date and learns."""

from indexer.jobs.history import History
from indexer.jobs.job import Job, Report
from indexer.jobs.learning import LearningJobs
from indexer.jobs.ranking import learn_from_clicks
from indexer.jobs.scheduler import build_scheduler, run_joiner, run_worker
from indexer.jobs.standing import Jobs

__all__ = [
    "History",
    "Job",
    "Jobs",
    "LearningJobs",
    "Report",
    "build_scheduler",
    "learn_from_clicks",
    "run_joiner",
    "run_worker",
]
