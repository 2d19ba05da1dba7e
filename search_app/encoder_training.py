"""Adapts the encoder in use to judged searches, and measures on queries left out what that buys."""

import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from filelock import FileLock, Timeout

from models.adaptation.card import AdaptationCard, card_of
from models.adaptation.folder import write_folder
from models.adaptation.graded import Graded, graded_passages
from models.adaptation.train import SHARE, Plan, adapt
from models.encoder import load_encoder
from models.encoder.source import NO_READER, ModelSource, locate
from models.encoder.weights import fingerprint
from models.errors import TrainingError
from models.evaluation.retrieval import Judged, measure_queries, read_judged
from models.protocols import Encoder
from models.ranker.example import query_digest
from models.ranker.train import folds
from search_app.evaluate import rankings_of
from search_app.results import Mode
from search_app.settings import Settings

# What tells, for a kind of work, how far it is.
Reports = Callable[[str, str], Callable[[int, int, str], None]]
WAYS: Mapping[str, str] = {Mode.SEMANTIC: "meaning", Mode.HYBRID: "fusion"}
_METRICS = ("ndcg@5", "ndcg@10")
FEWEST_QUERIES = 5


@dataclass(frozen=True, slots=True)
class Request:
    """What an encoder is to be adapted with.

    Attributes:
        judgements: A BEIR folder.
        split: Name of one file of judgements; None for all of them.
        spans: Marked words against labels; None for none.
        name: Of the judgements, for people.
        epochs: How often each passage that answers a query is seen.
        seed: Of everything random.
        measured: Fifths of the queries that are left out in turn of a training of its own, to measure.
    """

    judgements: Path
    split: str | None
    spans: Graded | None
    name: str
    epochs: int
    seed: int
    measured: int


def train_encoder(asked: Request, settings: Settings, output: Path, reports: Reports) -> AdaptationCard:
    """Writes an adapted encoder as a sentence-transformers folder; returns its card.

    Until it is whole everything lies beside, in a folder that the same command goes on from.

    Raises:
        EvaluationError: The judgements are missing or malformed.
        TrainingError: They teach nothing, or speak of what is not there; or the folder exists.
        EncoderUnavailableError: The encoder in use is not there, or of a kind that cannot be adapted.
    """
    judged = _usable(asked)
    source = locate(settings.encoder, NO_READER)
    if output.exists():
        raise TrainingError(f"{output} exists; name a folder that does not")
    with _workshop(output) as workshop:
        trainer = _Trainer(asked, settings, source, workshop, reports)
        figures = trainer.figures(judged) if asked.measured else {}
        return trainer.write(judged, figures, output)


def _usable(asked: Request) -> Judged:
    judged = read_judged(asked.judgements, asked.split)
    if judged.unknown:
        raise TrainingError(
            f"judgements speak of queries or documents that do not exist: {'; '.join(judged.unknown)}"
        )
    answered = sum(1 for grades in judged.qrels.values() if any(grades.values()))
    if answered < FEWEST_QUERIES:
        raise TrainingError(
            f"{answered} queries have a document with a grade above 0; {FEWEST_QUERIES} are needed"
        )
    return judged


@contextmanager
def _workshop(output: Path) -> Iterator[Path]:
    """Opens the folder of a training that is under way; it goes when the training is done."""
    folder = output.with_name(f"{output.name}.unfinished")
    folder.mkdir(parents=True, exist_ok=True)
    try:
        with FileLock(folder / "lock", timeout=0):
            yield folder
    except Timeout as error:
        raise TrainingError(f"another process trains into {output}; wait for it, or name another") from error
    shutil.rmtree(folder)


class _Trainer:
    """Trains from one encoder, in one folder."""

    def __init__(
        self, asked: Request, settings: Settings, source: ModelSource, workshop: Path, reports: Reports
    ) -> None:
        self._asked, self._settings, self._source = asked, settings, source
        self._workshop, self._reports = workshop, reports
        self._weights = fingerprint(source, settings.encoder_folder)

    def write(self, judged: Judged, figures: Mapping[str, float], output: Path) -> AdaptationCard:
        """Trains on everything, and writes what became of it."""
        plan = self._plan(judged)
        made = adapt(plan, self._workshop / "all.safetensors", self._reports("Training", "steps"))
        asked, older = self._asked, card_of(self._source)
        card = AdaptationCard(
            parents=(*(older.parents if older else ()), self._weights),
            parent_name=self._source.name,
            data=plan.passages.fingerprint,
            data_name=asked.name,
            spans=plan.spans.fingerprint if plan.spans else "",
            queries=tuple(sorted(query_digest(text) for text in judged.queries.values())),
            passages=len(plan.passages.useful),
            marked=len(plan.spans.texts) if plan.spans else 0,
            epochs=asked.epochs,
            seed=asked.seed,
            share=SHARE,
            precision=made.precision,
            figures=figures,
            measured=len(_left_out(judged, asked)) if figures else 0,
        )
        write_folder(made.model, self._source.max_tokens, card, output)
        return card

    def figures(self, judged: Judged) -> dict[str, float]:
        """Returns how well the old encoder answers queries, and trainings that were kept from these."""
        found: dict[str, list[dict[str, float]]] = {}
        parts = list(folds(len(judged.qrels), self._asked.seed))[: self._asked.measured]
        old = self._encoder(self._source.folder)
        for number, (_, places) in enumerate(parts):
            held, rest = _divided(judged, places)
            new = self._encoder(self._fold(number, rest))
            for name, encoder in (("old", old), ("new", new)):
                for way, by_query in self._measured(held, encoder).items():
                    found.setdefault(f"{name} {way}", []).extend(by_query.values())
        return {
            f"{name} {metric}": round(float(np.mean([each[metric] for each in by_query])), 6)
            for name, by_query in found.items()
            for metric in _METRICS
        }

    def _fold(self, number: int, rest: Judged) -> Path:
        """Returns the folder of an encoder that learned from some queries; one that is there is taken."""
        folder = self._workshop / f"fold-{number + 1}"
        if not folder.exists():
            report = self._reports(f"Training to measure, {number + 1} of {self._asked.measured}", "steps")
            made = adapt(self._plan(rest), self._workshop / f"fold-{number + 1}.safetensors", report)
            made.model.max_seq_length = self._source.max_tokens
            made.model.save(str(folder.with_suffix(".writing")), create_model_card=False)
            folder.with_suffix(".writing").rename(folder)
        return folder

    def _measured(self, held: Judged, encoder: Encoder) -> dict[str, dict[str, dict[str, float]]]:
        report = self._reports("Measuring", "passages and queries")
        runs = rankings_of(held, encoder, lambda done, total: report(done, total, ""))
        return {name: measure_queries(held.qrels, runs[mode]) for mode, name in WAYS.items()}

    def _encoder(self, folder: Path) -> Encoder:
        backend, exports = self._settings.encoder_backend, self._workshop / "exported"
        return load_encoder(str(folder), backend, exports, reader=NO_READER)

    def _plan(self, judged: Judged) -> Plan:
        asked, source = self._asked, self._source
        return Plan(
            source.folder,
            self._weights,
            source.max_tokens,
            graded_passages(judged),
            asked.spans,
            epochs=asked.epochs,
            seed=asked.seed,
        )


def _left_out(judged: Judged, asked: Request) -> set[int]:
    parts = list(folds(len(judged.qrels), asked.seed))[: asked.measured]
    return {place for _, places in parts for place in places}


def _divided(judged: Judged, places: list[int]) -> tuple[Judged, Judged]:
    """Returns the judgements of some queries, by their places in order, and those of the others."""
    queries = sorted(judged.qrels)
    held = {queries[place] for place in places}
    return _only(judged, held), _only(judged, set(queries) - held)


def _only(judged: Judged, queries: set[str]) -> Judged:
    kept = {query: grades for query, grades in judged.qrels.items() if query in queries}
    named = {document for grades in kept.values() for document in grades}
    return Judged(
        {document: text for document, text in judged.corpus.items() if document in named},
        {query: judged.queries[query] for query in kept},
        kept,
    )
