"""The worker's part in learning: what was asked for, what comes by itself, and the way back."""

import logging
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from indexer import learning
from indexer.jobs.job import Job, Report
from indexer.learning import Learner
from indexer.learning.monitor import go_back
from indexer.locks import LEARNER, held
from indexer.records.codec import time_to_text
from indexer.records.database import writing

_log = logging.getLogger(__name__)
# Seconds between two runs of each job.
LEARN, MONITOR = 2.0, 60.0


class LearningJobs:
    """Learns from decisions, and watches what was promoted.

    Args:
        learner: What learns.
        home: Folder of the locks.
        after: Number of new decisions after which it learns unasked; 0 for never.
        clock: Tells the time.
    """

    def __init__(self, learner: Learner, home: Path, after: int, clock: Callable[[], datetime]) -> None:
        self._learner = learner
        self._home = home
        self._after = after
        self._clock = clock

    def all(self) -> list[Job]:
        """Returns the jobs with their rhythms."""
        return [Job("learn", LEARN, self.learn), Job("monitor", MONITOR, self.monitor)]

    def learn(self, report: Report) -> None:
        """Does the learning that was asked for, and asks for it where enough decisions came together."""
        learner = self._learner
        with held(learner.engine, self._home, LEARNER, "learning") as lock:

            def confirm() -> None:
                lock.confirm()
                report(0, 1, "learning")

            with writing(learner.engine) as connection:
                learning.resume(connection)
            with learner.engine.connect() as connection:
                asked = learning.waiting(connection)
            if asked is not None:
                done = learner.run(asked.id, confirm)
                _log.info("Learning %d for %s: %s. %s", done.id, done.pack, done.state.value, done.step)
            else:
                self._ask_to_learn()

    def monitor(self, _report: Report) -> None:
        """Goes back from a classifier that learned, where people find it worse than the one before it."""
        learner = self._learner
        for name, pack in sorted({each.name: each for each in learner.packs.values()}.items()):
            why = go_back(learner.engine, learner.registry, pack, learner.packs)
            if why:
                _log.warning("Went back to the classifier before, of the pack %s. %s", name, why)

    def _ask_to_learn(self) -> None:
        for pack in sorted({each.name for each in self._learner.packs.values()}) if self._after else ():
            if self._learner.new_decisions(pack) >= self._after:
                with writing(self._learner.engine) as connection:
                    now = time_to_text(self._clock())
                    learning.ask(connection, pack, "the worker", learning.Why.COUNT, now)
