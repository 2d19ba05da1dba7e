"""The worker's part in learning from clicks."""

import logging
from pathlib import Path

from indexer.jobs.job import Report
from indexer.locks import LEARNER, held
from indexer.ranking import RankerLearner

_log = logging.getLogger(__name__)
WORKER = "the worker"


def learn_from_clicks(learner: RankerLearner, home: Path, after: int, report: Report) -> None:
    """Learns the order of hits where enough clicks came together since it last did.

    Args:
        learner: What learns.
        home: Folder of the locks.
        after: Number of new clicks after which it learns.
        report: Called between the steps.
    """
    if learner.new_clicks() < after:
        return
    with held(learner.engine, home, LEARNER, "learning from clicks") as lock:

        def confirm() -> None:
            lock.confirm()
            report(0, 1, "learning from clicks")

        _log.info("Learning from clicks: %s", learner.run(WORKER, confirm).words)
