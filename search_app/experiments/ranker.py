"""Tries settings of the ranker on judged queries, each ranked by what learned from others."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import cast

import numpy as np

from indexer.experiments import Changes, Definition, Kind, Outcome
from indexer.experiments.definition import FEATURES, Parameters
from indexer.experiments.run import Report
from models.evaluation.retrieval import measure_queries, read_judged
from models.ranker.example import Example
from models.ranker.features import FEATURES as COLUMNS
from models.ranker.fit import PULL
from models.ranker.train import out_of_fold
from search_app.compose import Parts
from search_app.experiments import METRICS
from search_app.ranker_training import examples, fingerprint
from search_app.trial import trial

SHOWN, MOST_EXAMPLES = 5, 20


@dataclass(frozen=True, slots=True)
class RankerBench:
    """Judged queries with their candidates; ``baseline`` is what others are compared with."""

    data: str
    found: Sequence[Example]
    seed: int
    baseline: Parameters

    def measure(self, parameters: Parameters, report: Report) -> Outcome:
        """Measures one variant."""
        report(0, 1)
        runs = self._runs(parameters)
        judgements = {each.query: each.judgements for each in self.found}
        measured = measure_queries(judgements, runs)
        names = [metric.name for metric in METRICS[Kind.RANKER]]
        units = {name: {query: (values[name], 1.0) for query, values in measured.items()} for name in names}
        return Outcome(units, self._changes(self._runs(self.baseline), runs))

    def _runs(self, parameters: Parameters) -> Mapping[str, Mapping[str, float]]:
        changed = [_with(each, parameters) for each in self.found]
        return out_of_fold(changed, self.seed, float(parameters.get("pull", PULL)))

    def _changes(
        self, before: Mapping[str, Mapping[str, float]], after: Mapping[str, Mapping[str, float]]
    ) -> Changes:
        texts = {each.query: each.text for each in self.found}
        came = {query: len(set(_first(after[query])) - set(_first(before[query]))) for query in texts}
        ordered = sorted((query for query in texts if came[query]), key=lambda query: (-came[query], query))
        return Changes(
            changed=len(ordered),
            of=len(texts),
            what="queries would show another hit among the first five",
            counts={"hits that come into the first five": sum(came.values())},
            examples=tuple(
                f"“{texts[query]}”: {came[query]} of the first five are others"
                for query in ordered[:MOST_EXAMPLES]
            ),
        )


def prepare(parts: Parts, definition: Definition, report: Report) -> RankerBench:
    """Returns the queries of a BEIR folder with the candidates that search finds of them.

    Raises:
        EvaluationError: The folder is malformed.
    """
    judged = read_judged(Path(definition.data["judgements"]), None)
    with trial(judged, parts.encoder, report) as tried:
        found = list(examples(tried))
    return RankerBench(fingerprint(judged), found, definition.seed, definition.baseline)


def _with(example: Example, parameters: Parameters) -> Example:
    """Returns a query as a variant sees it: fewer candidates, or one feature less."""
    count = cast(int, parameters.get("candidates", len(example.documents)))
    values = np.array(example.values[:count])
    if FEATURES in parameters:
        names = [feature.name for feature in COLUMNS]
        values[:, names.index(str(parameters[FEATURES]))] = np.nan
    rest = (*example.documents[count:], *example.rest)
    return replace(example, values=values, documents=example.documents[:count], rest=rest)


def _first(run: Mapping[str, float]) -> list[str]:
    return sorted(run, key=lambda document: (-run[document], document))[:SHOWN]
