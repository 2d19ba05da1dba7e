"""The golden set and the golden queries of a pack, with the classifier and the index that are in use."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from statistics import median
from typing import Protocol

import numpy as np
from sqlalchemy import Connection, select

from indexer.labelling import Labelling
from indexer.monitoring.values import Measurement, Metric, Series
from indexer.records import schema
from models.evaluation.proportion import wilson
from models.labels import Passage, Standing
from models.packs import GoldenPassage, Pack
from models.protocols import Encoder

# Answers that a person sees first.
ANSWERS = 10
_predictions, _chunks, _documents = schema.predictions, schema.chunks, schema.documents


class Answering(Protocol):
    """What answers searches."""

    def __call__(self, collection: str, text: str, limit: int) -> Sequence[frozenset[str]]:
        """Returns the labels that are claimed of each of the first answers in a collection."""
        ...


def on_golden_set(
    golden: Sequence[GoldenPassage], target: Labelling, encoder: Encoder, of: Series
) -> list[Measurement]:
    """Returns precision and recall of the labels on the golden set, and the time of labelling.

    What the classifier is unsure of is no claim. Each passage stands alone, as no document holds it.
    """
    if not golden:
        return []
    passages = [each.passage for each in golden]
    if target.encoder:
        read = encoder.read([each.text for each in passages])[1].astype(np.float16).astype(np.float32)
        passages = [replace(each, readings=own) for each, own in zip(passages, read, strict=True)]
    started = time.perf_counter()
    said = [_claims(target, each) for each in passages]
    milliseconds = 1000 * (time.perf_counter() - started) / len(golden)
    truth = [each.labels for each in golden]
    right = sum(len(found & true) for found, true in zip(said, truth, strict=True))
    claims, carried = sum(map(len, said)), sum(map(len, truth))
    found = [Measurement(replace(of, metric=Metric.LABEL_MS), milliseconds, len(golden))]
    for metric, total in ((Metric.GOLDEN_PRECISION, claims), (Metric.GOLDEN_RECALL, carried)):
        if total:
            point = Measurement(replace(of, metric=metric), right / total, total, *wilson(right, total))
            found.append(point)
    return found


def on_golden_queries(
    connection: Connection, pack: Pack, of: Series, ask: Answering, report: Callable[[str], None]
) -> list[Measurement]:
    """Returns how many of the golden queries a collection answers, each of them, and the time that they take.

    A query whose label no passage of the collection carries is left out. One is answered where one of the
    first ten passages carries its label.
    """
    carried = _carried(connection, pack, of.collection)
    found: dict[str, int] = {}
    seconds = []
    for query in pack.golden:
        if query.label in carried:
            report(f"the query {query.text}")
            started = time.perf_counter()
            answers = ask(of.collection, query.text, ANSWERS)
            seconds.append(time.perf_counter() - started)
            found[query.text] = sum(query.label in labels for labels in answers)
    return list(_points(found, seconds, of))


def _points(found: Mapping[str, int], seconds: Sequence[float], of: Series) -> Iterator[Measurement]:
    if not found:
        return
    answered = sum(number > 0 for number in found.values())
    series = replace(of, metric=Metric.GOLDEN_QUERIES)
    yield Measurement(series, answered / len(found), len(found), *wilson(answered, len(found)))
    yield Measurement(replace(of, metric=Metric.SEARCH_MS), 1000 * median(seconds), len(seconds))
    for text, number in found.items():
        series = replace(of, metric=Metric.GOLDEN_QUERY, label=text[:128])
        yield Measurement(series, float(number), ANSWERS)


def _carried(connection: Connection, pack: Pack, collection: str) -> set[str]:
    """Returns those labels of golden queries that some passage of a collection carries."""
    found = set()
    for label in sorted({query.label for query in pack.golden}):
        query = (
            select(_predictions.c.chunk)
            .join_from(_predictions, _chunks)
            .join(_documents)
            .where(
                _predictions.c.label == label,
                _predictions.c.standing == Standing.SPEAKS.value,
                _documents.c.collection == collection,
                _documents.c.status == "active",
            )
            .limit(1)
        )
        if connection.execute(query).first() is not None:
            found.add(label)
    return found


def _claims(target: Labelling, passage: Passage) -> frozenset[str]:
    [said] = target.label([passage]).labels
    return frozenset(each.label for each in said if each.standing is Standing.SPEAKS)
