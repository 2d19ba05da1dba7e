"""Learning the order of hits from clicks: gathered, learned from, compared, promoted."""

from indexer.ranking.gather import Candidates, Pooled
from indexer.ranking.learn import Outcome, RankerLearner

__all__ = ["Candidates", "Outcome", "Pooled", "RankerLearner"]
