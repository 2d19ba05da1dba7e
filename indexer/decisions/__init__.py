"""What people decide about labels: taken down, combined, shown at once, and carried to what is read anew."""

from indexer.decisions.project import PREFIX, project
from indexer.decisions.read import all_decisions, last_decision, own_acts
from indexer.decisions.record import decide, take_back
from indexer.decisions.values import Action, Asked, Decision, Origin, Verdict, standing_decisions, verdicts

__all__ = [
    "PREFIX",
    "Action",
    "Asked",
    "Decision",
    "Origin",
    "Verdict",
    "all_decisions",
    "decide",
    "last_decision",
    "own_acts",
    "project",
    "standing_decisions",
    "take_back",
    "verdicts",
]
