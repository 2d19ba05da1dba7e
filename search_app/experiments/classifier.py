"""Tries settings of the classifier: it learns from two thirds of marked documents, and labels the others."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from indexer.experiments import Changes, Definition, Outcome
from indexer.experiments.definition import Parameters
from indexer.experiments.run import Report
from indexer.training import read_training_data, with_both_classes
from indexer.training.scoring import score, thresholds_of, unfamiliar
from models.classifier.dataset import TrainingSet
from models.classifier.file import read_classifier, rethreshold
from models.classifier.folds import folds
from models.classifier.train import train
from models.encoder.tokens import TokenCounter
from models.errors import TrainingError
from models.evaluation.scores import Bools, Scored
from models.packs import Pack
from search_app.compose import DEFAULT_PACK, Parts

PARTS, PRECISION = 3, 0.8
MOST_EXAMPLES, LONGEST_EXAMPLE = 20, 160


@dataclass(slots=True)
class ClassifierBench:
    """Marked documents in two parts that share no near-duplicate.

    Attributes:
        learned: What is learned from; ``held`` what is measured on.
        made: Trained models by the share of ``learned`` that they saw: thresholds alone need no training.
    """

    data: str
    learned: TrainingSet
    held: TrainingSet
    pack: Pack
    seed: int
    baseline: Parameters
    made: dict[float, tuple[bytes, Scored, Bools]] = field(default_factory=dict)

    def measure(self, parameters: Parameters, report: Report) -> Outcome:
        """Measures one variant. Raises TrainingError where too little is left to learn from."""
        before, after = self._claims(self.baseline, report), self._claims(parameters, report)
        _, scored, _ = self.made[float(parameters.get("share", 1.0))]
        said, right = after & scored.judged, after & scored.truth & scored.judged
        names = [document.name for document in self.held.documents]
        sums = {
            name: np.bincount(scored.documents, values.sum(axis=1), len(names)).tolist()
            for name, values in (("said", said), ("right", right), ("true", scored.truth & scored.judged))
        }
        units = {
            "recall": dict(zip(names, zip(sums["right"], sums["true"], strict=True), strict=True)),
            "precision": dict(zip(names, zip(sums["right"], sums["said"], strict=True), strict=True)),
        }
        return Outcome(units, self._changes(scored.labels, before, after))

    def _claims(self, parameters: Parameters, report: Report) -> Bools:
        share = float(parameters.get("share", 1.0))
        content, scored, strange = self._model(share, report)
        precision = float(parameters.get("precision", PRECISION))
        card = read_classifier(rethreshold(content, precision, ()), "the variant").card
        claims: Bools = scored.probabilities >= thresholds_of(card, scored.labels, strange).high
        return claims

    def _model(self, share: float, report: Report) -> tuple[bytes, Scored, Bools]:
        if share not in self.made:
            order = np.random.default_rng(self.seed).permutation(len(self.learned.documents))
            kept = sorted(order[: max(1, round(share * len(order)))].tolist())
            data = replace(self.learned, documents=tuple(self.learned.documents[place] for place in kept))
            content = train(
                data, pack=self.pack.name, name="an experiment", seed=self.seed, precision=PRECISION,
                report=lambda done, steps, _words: report(done, 2 * steps),
            )  # fmt: skip
            model = read_classifier(content, "the variant")
            scored, _ = score(self.held, model, self.pack, lambda done, of: report(of + done, 2 * of))
            self.made[share] = (content, scored, unfamiliar(model, self.held))
        return self.made[share]

    def _changes(self, labels: tuple[str, ...], before: Bools, after: Bools) -> Changes:
        texts = [each.passage.text for document in self.held.documents for each in document.passages]
        counts: Counter[str] = Counter()
        examples = []
        for row, place in np.argwhere(before != after).tolist():
            verb = "gains" if after[row, place] else "loses"
            counts[f"{verb[:-1]} {labels[place]}"] += 1
            examples.append(f"{verb} {labels[place]}: “{texts[row][:LONGEST_EXAMPLE]}”")
        changed = int((before != after).any(axis=1).sum())
        what = "passages would have other labels"
        return Changes(changed, len(texts), what, dict(counts.most_common()), tuple(examples[:MOST_EXAMPLES]))


def prepare(parts: Parts, definition: Definition, report: Report) -> ClassifierBench:
    """Returns marked contracts in two parts. Raises TrainingError where they cannot be used."""
    pack = parts.packs[DEFAULT_PACK]
    paths: Mapping[str, Path] = {name: Path(each) for name, each in definition.data.items()}
    tokens = TokenCounter(parts.settings.encoder)
    found = read_training_data(
        [paths["spans"]], pack, tokens, texts=paths["contracts"], some=True, report=report
    )
    data = with_both_classes(found).data
    if len(data.documents) < PARTS:
        raise TrainingError(f"{len(data.documents)} documents can be used; {PARTS} are needed")
    part = folds(data.documents, PARTS)
    learned, held = (
        replace(data, documents=tuple(np.array(data.documents, object)[chosen]))
        for chosen in (part != 0, part == 0)
    )
    return ClassifierBench(data.fingerprint, learned, held, pack, definition.seed, definition.baseline)
